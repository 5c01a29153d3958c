import type { FrameRecord } from '../record.ts';
import { confidenceOfExcess, severityOf } from '../session/confidence.ts';
import { type FrameDetector, figure } from './detector.ts';

/** Half of the night's stars gone, natural log. */
const begin = Math.log(2);

/** Stars on a square megapixel of the emptiest fields, and what a frame without any is worth whatever its size. */
const fewestPerMegapixel = 30;
const leastConfidence = 0.5;
const mostConfidence = 0.9;

/** Far fewer stars than the night's other frames, or none at all. */
export const fewStars: FrameDetector = {
  name: 'few-stars',
  codes: ['fewStars'],
  detect({ record, starCount }) {
    const stars = record.measurements.starCount ?? 0;
    const alone = stars > 0 ? 0 : doubtOfNone(record);
    if (starCount === null) {
      const evidence = { stars, usualStars: null, comparedWith: 0 };
      return alone > 0 ? [{ code: 'fewStars', confidence: alone, severity: 1, evidence }] : [];
    }
    const sigma = Math.hypot(starCount.sigma, Math.exp(-0.5 * starCount.reference));
    const compared = confidenceOfExcess({ excess: starCount.excess, sigma, begin, reach: 9, prior: 0.03 });
    const usualStars = figure(Math.exp(starCount.reference) - 1);
    const evidence = { stars, usualStars, comparedWith: starCount.comparedWith };
    // other frames without a star do not make it a good one
    const confidence = Math.max(compared, alone);
    const severity = compared < alone ? 1 : severityOf(starCount.excess, begin, 5);
    return [{ code: 'fewStars', confidence, severity, evidence }];
  },
};

/** A frame without any star, seen by itself: a cutting of a few pixels may well hold none. */
function doubtOfNone({ width, height }: FrameRecord): number {
  const expected = (fewestPerMegapixel * width * height) / 1e6;
  return Math.max(leastConfidence, mostConfidence * (1 - Math.exp(-expected)));
}
