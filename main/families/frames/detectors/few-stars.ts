import type { FrameRecord } from '../record.ts';
import { confidenceOfExcess, severityOf } from '../session/confidence.ts';
import { type FrameDetector, figure, type Suspicion } from './detector.ts';

/** Half of the night's stars gone, natural log. */
const begin = Math.log(2);

/** Stars on a square megapixel of the emptiest fields, and what a frame without any is worth whatever its size. */
const fewestPerMegapixel = 30;
const leastConfidence = 0.5;
const mostConfidence = 0.9;
/** Lights on a sky without any noise: a program drew them, or it took the sky's grain away. For a person to see. */
const doubtOfNoiseless = 0.6;
/** Lights of which none could be measured: what they are cannot be told. So few may lack a shape by chance. */
const doubtOfShapeless = 0.45;
const fewestShapes = 12;

/** Far fewer stars than the night's other frames, none at all, or lights that cannot be told to be stars. */
export const fewStars: FrameDetector = {
  name: 'few-stars',
  codes: ['fewStars'],
  detect({ record, starCount }) {
    const stars = record.measurements.starCount ?? 0;
    const unlike = stars > 0 ? doubtOfLights(record, stars) : null;
    const alone = stars > 0 ? 0 : doubtOfNone(record);
    if (starCount === null) {
      if (unlike !== null) return [unlike];
      const evidence = { stars, usualStars: null, comparedWith: 0 };
      return alone > 0 ? [{ code: 'fewStars', confidence: alone, severity: 1, evidence }] : [];
    }
    const sigma = Math.hypot(starCount.sigma, Math.exp(-0.5 * starCount.reference));
    const compared = confidenceOfExcess({ excess: starCount.excess, sigma, begin, reach: 9, prior: 0.03 });
    if (unlike !== null && unlike.confidence > compared) return [unlike];
    const usualStars = figure(Math.exp(starCount.reference) - 1);
    const evidence = { stars, usualStars, comparedWith: starCount.comparedWith };
    // other frames without a star do not make it a good one
    const confidence = Math.max(compared, alone);
    const severity = compared < alone ? 1 : severityOf(starCount.excess, begin, 5);
    return [{ code: 'fewStars', confidence, severity, evidence }];
  },
};

/** Lights that no camera saw through a telescope, by what the frame alone shows. */
function doubtOfLights({ measurements }: FrameRecord, stars: number): Suspicion | null {
  const noiseless = measurements.noise === 0;
  if (!noiseless && (measurements.fwhm !== null || stars < fewestShapes)) return null;
  const evidence = { stars, usualStars: null, comparedWith: 0, noiseless };
  return {
    code: 'fewStars',
    confidence: noiseless ? doubtOfNoiseless : doubtOfShapeless,
    severity: 1,
    evidence,
  };
}

/** A frame without any star, seen by itself: a cutting of a few pixels may well hold none. */
function doubtOfNone({ width, height }: FrameRecord): number {
  const expected = (fewestPerMegapixel * width * height) / 1e6;
  return Math.max(leastConfidence, mostConfidence * (1 - Math.exp(-expected)));
}
