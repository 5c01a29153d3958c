/**
 * The constant that cameras add to every pixel. Relative changes of the sky are changes of what lies above it. The
 * noise tells: the variance of sky light grows in proportion to it, so the level at which the variance of all cells
 * of all frames runs out is the pedestal (less the read noise's share, which leaves it a little low).
 */
import type { FrameRecord } from '../record.ts';
import { clamp, median, quantile, robustSigma } from './robust-statistics.ts';

/** Cells used at most; more sharpen nothing. */
const mostCells = 4000;
/** The fit must know the slope this well before it is believed. */
const leastSignificance = 6;

/** ADU; 0 where the noise does not tell. Frames in one unit, one gain. */
export function pedestalOf(records: readonly FrameRecord[]): number {
  const { level, variance } = cellsOf(records);
  if (level.length < 60) return 0;
  const lowest = quantile(level, 0.02);
  const fit = slopeOf(level, variance);
  if (fit === null) return 0;
  return clamp(fit.zero, 0, 0.95 * lowest);
}

function cellsOf(records: readonly FrameRecord[]): { level: number[]; variance: number[] } {
  const usable = records.filter(
    ({ checks, measurements, stars }) =>
      !checks.constant && measurements.background !== null && stars.count > 0,
  );
  const total = usable.reduce((sum, { mesh }) => sum + mesh.level.length, 0);
  const step = Math.max(1, Math.ceil(total / mostCells));
  const level: number[] = [];
  const variance: number[] = [];
  let next = 0;
  for (const { mesh } of usable) {
    for (; next < mesh.level.length; next += step) {
      const sigma = mesh.sigma[next];
      if (!(sigma > 0) || !Number.isFinite(mesh.level[next])) continue;
      level.push(mesh.level[next]);
      variance.push(sigma * sigma);
    }
    next -= mesh.level.length;
  }
  return { level, variance };
}

/** Straight line through (level, variance), outliers cut three times; where it crosses zero variance. */
function slopeOf(level: readonly number[], variance: readonly number[]): { zero: number } | null {
  const usualLevel = median(level);
  const usualVariance = median(variance);
  // dawn and closed shutters help, frames of another scale do not
  let kept = level
    .map((_, k) => k)
    .filter((k) => within(level[k], usualLevel, 4) && within(variance[k], usualVariance, 6));
  let slope = 0;
  let middleLevel = usualLevel;
  let middleVariance = usualVariance;
  let error = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 4; round++) {
    middleLevel = mean(kept, level);
    middleVariance = mean(kept, variance);
    let across = 0;
    let along = 0;
    for (const k of kept) {
      across += (level[k] - middleLevel) * (variance[k] - middleVariance);
      along += (level[k] - middleLevel) ** 2;
    }
    if (!(along > 0)) return null;
    slope = across / along;
    const residuals = kept.map((k) => variance[k] - middleVariance - slope * (level[k] - middleLevel));
    const scatter = robustSigma(residuals, 0);
    error = scatter / Math.sqrt(along);
    kept = kept.filter((_, i) => Math.abs(residuals[i]) < 3.5 * scatter);
    if (kept.length < 40) return null;
  }
  if (!(slope > leastSignificance * error)) return null;
  return { zero: middleLevel - middleVariance / slope };
}

function within(value: number, usual: number, factor: number): boolean {
  return value > usual / factor && value < usual * factor;
}

function mean(kept: readonly number[], values: readonly number[]): number {
  return kept.reduce((sum, k) => sum + values[k], 0) / kept.length;
}
