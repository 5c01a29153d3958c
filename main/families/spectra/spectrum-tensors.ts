/** What models see of a spectrum: its shape for networks and forests, its counts for likelihoods. */
import type { FamilyTensor } from '../family.ts';
import { coarse, coarseBins, coarseEdges, fineBins, smoothed } from './energy-grid.ts';

/** Square roots of the shares of the fine bins, smoothed: what is narrower than a peak is counting noise. */
const shapeTensor = 'features';
/** Square roots of the shares as they are, a signal of one channel: counting noise is the same in all of them. */
const signalTensor = 'signal';
/** Counts of the coarse bins. */
const countsTensor = 'counts';

/** Share of the resolution by which the smoothed ones are smoothed. */
const smoothing = 0.7;

/** Rows between two words on progress. */
const toldEvery = 256;

/** The tensors of spectra given on the fine grid. */
export function tensorsOf(
  spectra: readonly Float64Array[],
  onProgress?: (share: number) => void,
): FamilyTensor[] {
  const shapes = new Float32Array(spectra.length * fineBins);
  const signals = new Float32Array(spectra.length * fineBins);
  const counts = new Float32Array(spectra.length * coarseBins);
  spectra.forEach((fine, row) => {
    if (row % toldEvery === 0) onProgress?.(row / spectra.length);
    const sum = fine.reduce((total, value) => total + value, 0);
    const soft = smoothed(fine, smoothing);
    for (let bin = 0; sum > 0 && bin < fineBins; bin += 1) {
      shapes[row * fineBins + bin] = Math.sqrt(soft[bin]! / sum);
      signals[row * fineBins + bin] = Math.sqrt(fine[bin]! / sum);
    }
    counts.set(coarse(fine), row * coarseBins);
  });
  return [
    { name: shapeTensor, shape: [fineBins], data: shapes },
    { name: signalTensor, shape: [1, fineBins], data: signals },
    { name: countsTensor, shape: [coarseBins], data: counts },
  ];
}

/** Back to shares on the fine grid and the number of counts on it. */
export function spectraOf(
  tensors: readonly FamilyTensor[],
  rows: number,
): { readonly shares: Float64Array; readonly counts: number }[] {
  const shapes = tensors.find(({ name }) => name === signalTensor)!.data;
  const counted = tensors.find(({ name }) => name === countsTensor)!.data;
  return Array.from({ length: rows }, (_, row) => {
    const shares = Float64Array.from(
      shapes.subarray(row * fineBins, (row + 1) * fineBins),
      (root) => root * root,
    );
    const shareCounted = sumOf(shares.subarray(coarseEdges[0]!));
    const counts = sumOf(counted.subarray(row * coarseBins, (row + 1) * coarseBins));
    return { shares, counts: shareCounted > 0 ? counts / shareCounted : 0 };
  });
}

function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let place = 0; place < values.length; place += 1) sum += values[place]!;
  return sum;
}
