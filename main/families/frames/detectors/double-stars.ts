import { confidenceOfExcess, severityOf } from '../session/confidence.ts';
import { type FrameDetector, figure } from './detector.ts';

/** Share of stars doubled with one shift at which the frame counts as doubled. */
const begin = 0.35;

/** Every star twice: a jump of the mount within the exposure. */
export const doubleStars: FrameDetector = {
  name: 'double-stars',
  codes: ['doubleStars'],
  detect({ record, doubleShare }) {
    const share = record.checks.doubleShare;
    if (!Number.isFinite(share) || record.stars.count < 5) return [];
    const reference = doubleShare?.reference ?? 0.03;
    const chance = 0.5 / Math.sqrt(record.stars.count);
    const sigma = Math.hypot(doubleShare?.sigma ?? 0.06, 0.3 * chance);
    const excess = share - reference;
    const confidence = confidenceOfExcess({ excess, sigma, begin, reach: 2.9 });
    const shift = record.checks.doubleShift;
    const evidence = {
      share: figure(share),
      usualShare: figure(reference),
      shift: shift === null ? null : { dx: figure(shift.dx), dy: figure(shift.dy) },
      comparedWith: doubleShare?.comparedWith ?? 0,
    };
    return [{ code: 'doubleStars', confidence, severity: severityOf(excess, begin, 3), evidence }];
  },
};
