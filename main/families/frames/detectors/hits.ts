import type { FindingCode } from '../../../../contract/words.ts';
import { confidenceOfExcess, severityOf } from '../session/confidence.ts';
import type { Comparison, FrameContext } from '../session/frame-context.ts';
import { type FrameDetector, figure } from './detector.ts';

/** Five times the usual number (strict rule), natural log. */
const begin = Math.log(5);
/** Comparisons are of count + 10, so that small numbers do not look like multiples. */
const offset = 10;

function hitsDetector(
  name: string,
  code: FindingCode,
  read: (frame: FrameContext) => { comparison: Comparison | null; count: number },
): FrameDetector {
  return {
    name,
    codes: [code],
    detect(frame) {
      const { comparison, count } = read(frame);
      if (comparison === null) return [];
      const sigma = Math.hypot(comparison.sigma, Math.exp(-0.5 * comparison.reference));
      const confidence = confidenceOfExcess({
        excess: comparison.excess,
        sigma,
        begin,
        reach: 8,
        prior: 0.03,
      });
      const evidence = {
        count,
        usualCount: figure(Math.max(0, Math.exp(comparison.reference) - offset)),
        comparedWith: comparison.comparedWith,
      };
      return [{ code, confidence, severity: severityOf(Math.exp(comparison.excess), 5, 40), evidence }];
    },
  };
}

/** Single bright pixels that do not belong to the detector's fixed ones. */
export const hotPixels = hitsDetector('hot-pixels', 'hotPixels', ({ hotPixels: comparison, record }) => ({
  comparison,
  count: record.checks.hotPixels.count,
}));

/** Sharp hits of several pixels. */
export const cosmicRays = hitsDetector('cosmic-rays', 'cosmicRays', ({ cosmicRays: comparison, record }) => ({
  comparison,
  count: record.checks.cosmicRays.count,
}));
