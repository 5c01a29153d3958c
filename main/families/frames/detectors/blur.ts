import { confidenceOfExcess, severityOf } from '../session/confidence.ts';
import { type FrameDetector, figure } from './detector.ts';

/** Stars 10 % wider than the trend (strict rule), natural log. */
const begin = Math.log(1.1);
/** Loss of light that tells dew from bad focus, natural log. */
const dewLoss = 0.035;
/** Shares of blurred frames on a mixed night: of all frames, and of those that lost light evenly. */
const priorWhenBright = 0.05;
const priorWhenDim = 0.3;

/** Stars wider than the night's trend: bad focus, or dew when light is lost as well. */
export const blur: FrameDetector = {
  name: 'blur',
  codes: ['defocus', 'dew'],
  detect({ focus, fwhm, loss }) {
    if (focus === null || fwhm === null) return [];
    const excess = Math.min(focus.excess, fwhm.excess);
    const dimmer = loss !== null && loss.excess > Math.max(dewLoss, 4 * loss.sigma);
    const prior = dimmer ? priorWhenDim : priorWhenBright;
    const confidence = confidenceOfExcess({ excess, sigma: focus.sigma, begin, reach: 14, prior });
    const evidence = {
      fwhm: figure(Math.exp(fwhm.value)),
      usualFwhm: figure(Math.exp(fwhm.reference)),
      excess: figure(Math.exp(fwhm.excess) - 1),
      usualScatter: figure(focus.sigma),
      loss: loss === null ? null : figure(1 - Math.exp(-loss.excess)),
      comparedWith: fwhm.comparedWith,
    };
    const severity = severityOf(excess, begin, 10);
    return [{ code: dimmer ? 'dew' : 'defocus', confidence, severity, evidence }];
  },
};
