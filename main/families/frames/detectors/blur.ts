import { confidenceOfExcess, severityOf } from '../session/confidence.ts';
import type { FrameContext } from '../session/frame-context.ts';
import { normalDensity } from '../session/robust-statistics.ts';
import { crowdingDoubt } from './crowding.ts';
import { type FrameDetector, figure } from './detector.ts';

/** Stars 10 % wider than the trend (strict rule), natural log. */
const begin = Math.log(1.1);
/** Loss of light that tells dew from bad focus, natural log. */
const dewLoss = 0.035;
/** Odds of blur on a mixed night: of all frames, of those that lost light, and of those that lost it evenly (dew or a veil). */
const oddsWhenBright = 0.05;
const oddsWhenDim = 0.4;
const oddsWhenEven = 1;
/** Light that differs over the field by less than this share of the loss is lost evenly; clouds differ by more. */
const evenShare = 0.25;
/** The widest stars expected, in multiples of the logarithm where blur begins: of bad focus, and of dew. */
const focusReach = 14;
const dewReach = 6;

/** A second image changes the profile by itself. */
const doubled = -0.1;
/** Share of defocused frames whose profile shows it, and the change of its log that it then takes, from and to. */
const shownShare = 0.75;
const leastChange = 0.015;
const mostChange = 0.4;
/** A profile never speaks louder than this, in odds. */
const loudest = 2000;

/** Stars wider than the night's trend: bad focus, or dew when light is lost as well. */
export const blur: FrameDetector = {
  name: 'blur',
  codes: ['defocus', 'dew'],
  detect(frame) {
    const { focus, fwhm, loss, profile } = frame;
    if (focus === null || fwhm === null) return crowdingDoubt(frame.record);
    const excess = Math.min(focus.excess, fwhm.excess);
    const { sigma, seenSigma } = focus;
    const dimmer = loss !== null && loss.excess > Math.max(dewLoss, 4 * loss.sigma);
    const confidenceFor = (odds: number, reach: number): number =>
      confidenceOfExcess({ excess, sigma, seenSigma, begin, reach, prior: odds / (1 + odds) });
    const unfocused = confidenceFor(oddsWhenBright * profileOdds(frame), focusReach);
    // dew leaves the core as it is and adds a halo: a profile without flattening says nothing against it
    const dewed = dimmer ? confidenceFor(isEven(frame) ? oddsWhenEven : oddsWhenDim, dewReach) : 0;
    const confidence = Math.max(unfocused, dewed);
    const evidence = {
      fwhm: figure(Math.exp(fwhm.value)),
      usualFwhm: figure(Math.exp(fwhm.reference)),
      excess: figure(Math.exp(fwhm.excess) - 1),
      usualScatter: figure(sigma),
      flatterCore: profile === null ? null : figure(profile.excess),
      loss: loss === null ? null : figure(1 - Math.exp(-loss.excess)),
      comparedWith: fwhm.comparedWith,
    };
    const severity = severityOf(excess, begin, 10);
    return [{ code: dimmer ? 'dew' : 'defocus', confidence, severity, evidence }];
  },
};

/** True where the stars of all parts of the field lost about as much light. */
function isEven({ structure, loss }: FrameContext): boolean {
  return structure !== null && loss !== null && structure.amplitude < evenShare * loss.excess;
}

/** How much more likely the stars' profile is under bad focus, which flattens the core, than under seeing alone. */
function profileOdds({ profile }: FrameContext): number {
  if (profile === null) return 1;
  if (profile.excess < doubled) return 1;
  const { excess, sigma } = profile;
  const seeing = 0.97 * normalDensity(excess, sigma) + 0.03 * normalDensity(excess, 3 * sigma);
  const steps = 24;
  let shown = 0;
  for (let k = 0; k < steps; k++) {
    const change = leastChange * (mostChange / leastChange) ** ((k + 0.5) / steps);
    shown += normalDensity(excess - change, Math.hypot(sigma, 0.07 * change)) / steps;
  }
  return Math.min(loudest, 1 - shownShare + (shownShare * shown) / Math.max(seeing, 1e-300));
}
