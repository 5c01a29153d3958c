/** Thresholds from the tail of scores alone: peaks over a high threshold follow a generalised Pareto distribution. */
import { quantile } from '../estimators/preparation.ts';

/** Where the tail begins. */
const tailShare = 0.95;
const fewestPeaks = 10;
/** Estimates beyond this bend are chance. */
const largestShape = 0.5;

/**
 * The score that a row of the same kind exceeds with the given chance; its tail fitted by probability-weighted moments
 * (Hosking and Wallis 1987). With few rows, or a tail without spread, the largest score.
 * @param risk chance per row, less than 0.05
 */
export function tailThreshold(scores: ArrayLike<number>, risk: number): number {
  const sorted = Float64Array.from(scores).sort();
  const count = sorted.length;
  if (count === 0) return 0;
  const start = quantile(sorted, tailShare);
  const peaks = Array.from(sorted).filter((score) => score > start);
  const largest = sorted[count - 1]!;
  if (peaks.length < fewestPeaks) return largest;
  const excess = peaks.map((score) => score - start);
  const mean = excess.reduce((sum, value) => sum + value, 0) / excess.length;
  const weighted =
    excess.reduce((sum, value, index) => sum + value * (1 - (index + 0.65) / excess.length), 0) /
    excess.length;
  const ratio = mean - 2 * weighted;
  if (!(mean > 0) || Math.abs(ratio) < 1e-300) return largest;
  const shape = Math.min(largestShape, 2 - mean / ratio);
  const scale = mean * (1 - shape);
  const share = (risk * count) / excess.length;
  const beyond = Math.abs(shape) < 1e-6 ? -scale * Math.log(share) : (scale / shape) * (share ** -shape - 1);
  return start + beyond;
}
