/**
 * The continuum below peaks by SNIP (Ryan et al. 1988): on the twice logarithmic and root scale, every bin is cut down to
 * the mean of its neighbours at growing, then shrinking distances. Peaks are what stands out above it.
 */
import { fineBins, finekeV, smoothed } from './energy-grid.ts';

/** Half the width of the widest peak, in bins, at the end of the range. */
const widest = 40;
/** Standard errors of the counts within a peak that it must stand out. */
const least = 5;
const mostPeaks = 24;

export interface Peak {
  readonly kiloElectronVolts: number;
  /** Counts above the continuum within one resolution. */
  readonly counts: number;
}

/** @param fine counts on the fine grid */
export function continuumOf(fine: Float64Array): Float64Array {
  const squeezed = fine.map((value) => Math.log(Math.log(Math.sqrt(Math.max(0, value) + 1) + 1) + 1));
  for (let reach = 1; reach <= widest; reach += 1) {
    const before = squeezed.slice();
    for (let bin = reach; bin < squeezed.length - reach; bin += 1) {
      // narrow peaks at low energies, broad ones at high
      if (reach > reachAt(bin)) continue;
      squeezed[bin] = Math.min(before[bin]!, (before[bin - reach]! + before[bin + reach]!) / 2);
    }
  }
  return squeezed.map((value) => (Math.exp(Math.exp(value) - 1) - 1) ** 2 - 1);
}

function reachAt(bin: number): number {
  return Math.min(widest, 3 + 1.5 * Math.sqrt(bin));
}

/** The strongest peaks in order of energy. */
export function peaksOf(fine: Float64Array): Peak[] {
  const soft = smoothed(fine, 0.5);
  const continuum = continuumOf(soft);
  const found: Peak[] = [];
  for (let bin = 4; bin < fineBins - 4; bin += 1) {
    const height = soft[bin]! - continuum[bin]!;
    if (height <= 0 || soft[bin]! < soft[bin - 1]! || soft[bin]! <= soft[bin + 1]!) continue;
    const half = Math.max(2, Math.round(reachAt(bin) / 3));
    let [above, all] = [0, 0];
    for (let k = Math.max(0, bin - half); k <= Math.min(fineBins - 1, bin + half); k += 1) {
      above += fine[k]! - continuum[k]!;
      all += fine[k]!;
    }
    if (above > least * Math.sqrt(all + 1))
      found.push({ kiloElectronVolts: (bin + 0.5) * finekeV, counts: Math.round(above) });
  }
  return found
    .sort((one, other) => other.counts - one.counts)
    .slice(0, mostPeaks)
    .sort((one, other) => one.kiloElectronVolts - other.kiloElectronVolts);
}
