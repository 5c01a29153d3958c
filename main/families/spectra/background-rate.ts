/** What surroundings count by themselves, for taking off what was recorded on top of them. */
import { fineBins, smoothed } from './energy-grid.ts';

/** Share of the resolution by which backgrounds are smoothed: their noise is not to be learned or taken off. */
export const backgroundSmoothing = 0.4;

/**
 * Counts per second on the fine grid, of all backgrounds together, smoothed; null where there is none.
 * @param backgrounds counts on the fine grid with the seconds they were counted for, above 0
 */
export function backgroundRate(
  backgrounds: readonly { readonly counts: Float64Array; readonly seconds: number }[],
): Float64Array | null {
  const seconds = backgrounds.reduce((sum, each) => sum + each.seconds, 0);
  if (backgrounds.length === 0) return null;
  const rate = new Float64Array(fineBins);
  for (const { counts } of backgrounds)
    counts.forEach((value, bin) => {
      rate[bin]! += value / seconds;
    });
  return smoothed(rate, backgroundSmoothing);
}
