/** Median and median absolute deviation of levels, exact for 16-bit data: what the stretch is made from. */
import type { LevelStatistics } from '../../../../contract/autostretch.ts';

/** Beyond these the figures of a float frame no longer change in the digits that are shown. */
const mostSortedSamples = 250_000;

/** Of integer levels, by counting: `counts[v]` pixels of the level v / (counts.length - 1). */
export function statisticsOfCounts(counts: Uint32Array): LevelStatistics {
  const last = counts.length - 1;
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return { median: 0, mad: 0 };
  const half = total / 2;
  let median = 0;
  for (let sum = 0; median < last; median += 1) {
    sum += counts[median];
    if (sum >= half) break;
  }
  let around = counts[median];
  let distance = 0;
  while (around < half && distance <= last) {
    distance += 1;
    around += (counts[median - distance] ?? 0) + (counts[median + distance] ?? 0);
  }
  return { median: median / last, mad: distance / last };
}

/** Of float levels, undefined ones left out; more than 250,000 are thinned out evenly. */
export function statisticsOfLevels(levels: Float32Array): LevelStatistics {
  const step = Math.max(1, Math.floor(levels.length / mostSortedSamples));
  const kept = new Float32Array(Math.ceil(levels.length / step));
  let count = 0;
  for (let at = 0; at < levels.length; at += step) {
    if (!Number.isNaN(levels[at])) kept[count++] = levels[at];
  }
  if (count === 0) return { median: 0, mad: 0 };
  const sorted = kept.subarray(0, count).sort();
  const median = sorted[count >> 1];
  const deviations = sorted.map((value) => Math.abs(value - median)).sort();
  return { median, mad: deviations[count >> 1] };
}
