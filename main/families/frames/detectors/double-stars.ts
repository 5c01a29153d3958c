import { anyOf, confidenceOfExcess, severityOf } from '../session/confidence.ts';
import type { FrameContext } from '../session/frame-context.ts';
import { type FrameDetector, figure } from './detector.ts';

/** Share of stars doubled with one shift at which the frame counts as doubled. */
const begin = 0.35;
/** Light beside the stars' cores, natural log: a second image of an eighth of the light beyond half a width. */
const beginBeside = 0.12;
/** Stars drawn out beyond this are doubled or trailed; a trail flattens the profile by this share of its ellipticity. */
const stretched = 0.05;
const driftFlattening = 0.25;
const driftScatter = 0.012;
const beginDrawnOut = 0.035;
/** Ellipticity beyond the night's own at which stars count as drawn out (strict rule). */
const beginEllipticity = 0.11;

/** Every star twice: a jump of the mount within the exposure. */
export const doubleStars: FrameDetector = {
  name: 'double-stars',
  codes: ['doubleStars'],
  detect(frame) {
    const { record, doubleShare, profile } = frame;
    const share = shareOf(frame);
    if (!Number.isFinite(share) || record.stars.count < 5) return [];
    const paired = pairedConfidence(frame);
    const beside = besideConfidence(frame);
    const shift = record.checks.doubleShift ?? frame.companions?.shift ?? null;
    const lightBeside = profile === null ? Number.NaN : Math.exp(-profile.excess) - 1;
    const evidence = {
      share: figure(share),
      usualShare: figure(doubleShare?.reference ?? Number.NaN),
      shift: shift === null ? null : { dx: figure(shift.dx), dy: figure(shift.dy) },
      lightBeside: figure(lightBeside),
      comparedWith: doubleShare?.comparedWith ?? 0,
    };
    const severity = Math.max(severityOf(share, begin, 3), severityOf(lightBeside, beginBeside, 5));
    return [{ code: 'doubleStars', confidence: anyOf([paired, beside]), severity, evidence }];
  },
};

function shareOf({ record, companions }: FrameContext): number {
  return Math.max(record.checks.doubleShare, companions?.share ?? 0);
}

/** By the share of stars that show a companion at one common shift. */
function pairedConfidence(frame: FrameContext): number {
  const { record, doubleShare } = frame;
  const chance = 0.5 / Math.sqrt(record.stars.count);
  const sigma = Math.hypot(doubleShare?.sigma ?? 0.06, 0.3 * chance);
  const excess = shareOf(frame) - (doubleShare?.reference ?? 0.1);
  return confidenceOfExcess({ excess, sigma, begin, reach: 2.9 });
}

/** By light beside the cores of stars that are neither wider nor dimmer than usual. */
function besideConfidence({ profile, ellipticity }: FrameContext): number {
  if (profile === null) return 0;
  const drawnOut = Math.max(0, ellipticity?.excess ?? 0);
  const plain = confidenceOfExcess({
    excess: -profile.excess,
    sigma: profile.sigma,
    begin: beginBeside,
    reach: 8,
  });
  if (ellipticity === null || drawnOut < stretched) return plain;
  // a drifting mount flattens the core along its way; a jump leaves the core and puts a second one beside it
  const drawn = confidenceOfExcess({
    excess: drawnOut,
    sigma: ellipticity.sigma,
    begin: beginEllipticity,
    reach: 7,
  });
  const excess = driftFlattening * drawnOut - profile.excess;
  const sigma = Math.hypot(profile.sigma, driftScatter);
  const second = confidenceOfExcess({ excess, sigma, begin: beginDrawnOut, reach: 25, prior: 0.3 });
  return Math.max(plain, drawn * second);
}
