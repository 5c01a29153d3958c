/** What a figure scatters from frame to frame by measuring alone, whatever its trend and however many frames are spoiled. */
import { clamp, quantile } from './robust-statistics.ts';

/** Faults make neighbours differ more: the closest pairs tell. Their share, and what it is of normal differences, in sigmas. */
const closestShare = 0.3;
const sigmasOfClosest = 0.385 * Math.SQRT2;
const fewestPairs = 12;
/** More than this many times the least is believed to be weather. */
const mostTimes = 6;

/**
 * @param hours of each frame, in any order
 * @param values of the figure; NaN where unknown
 * @param least what no night beats, unit of the values
 */
export function scatterOfNeighbours(
  hours: ArrayLike<number>,
  values: ArrayLike<number>,
  least: number,
): number {
  const known = Array.from({ length: values.length }, (_, k) => k).filter((k) =>
    Number.isFinite((values[k] as number) + (hours[k] as number)),
  );
  known.sort((p, q) => (hours[p] as number) - (hours[q] as number));
  const steps = known
    .slice(1)
    .map((k, place) => Math.abs((values[k] as number) - (values[known[place]] as number)));
  if (steps.length < fewestPairs) return least;
  return clamp(quantile(steps, closestShare) / sigmasOfClosest, least, mostTimes * least);
}
