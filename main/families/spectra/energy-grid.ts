/**
 * The energies at which all spectra are compared: 1,024 bins of 3 keV, and coarser ones whose width grows with the
 * square root of the energy, as the resolution of scintillators does. Spectra of any calibration are brought there by
 * sharing each channel's counts out evenly over its energies.
 */

export const fineBins = 1024;
export const finekeV = 3;
/** Below this the thresholds of detectors differ more than the sources do. */
const lowestkeV = 48;
const coarseBinsWanted = 192;

/** Fine bins at which the coarse ones begin; the last is their end. */
export const coarseEdges: Int32Array = coarseEdgesOf();
export const coarseBins: number = coarseEdges.length - 1;

function coarseEdgesOf(): Int32Array {
  const [from, to] = [Math.sqrt(lowestkeV), Math.sqrt(fineBins * finekeV)];
  const edges = Array.from({ length: coarseBinsWanted + 1 }, (_, k) =>
    Math.round((from + ((to - from) * k) / coarseBinsWanted) ** 2 / finekeV),
  );
  return Int32Array.from(new Set(edges));
}

/** Sums of fine bins over the coarse ones. */
export function coarse(fine: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: coarseBins }, (_, bin) => {
    let sum = 0;
    for (let k = coarseEdges[bin]!; k < coarseEdges[bin + 1]!; k += 1) sum += fine[k]!;
    return sum;
  });
}

/** Energy of the lower edge of a channel, keV. */
export function energyOf(channel: number, calibration: readonly number[]): number {
  return calibration.reduceRight((sum, term) => sum * channel + term, 0);
}

/**
 * Counts on the fine grid. What lies outside 0 … 3,072 keV is left out.
 * @param calibration terms of a polynomial, keV; must rise over the channels (see risesOver)
 */
export function onFineGrid(counts: ArrayLike<number>, calibration: readonly number[]): Float64Array {
  const fine = new Float64Array(fineBins);
  let low = energyOf(0, calibration);
  for (let channel = 0; channel < counts.length; channel += 1) {
    const high = energyOf(channel + 1, calibration);
    if (counts[channel]! > 0) share(fine, counts[channel]!, low / finekeV, high / finekeV);
    low = high;
  }
  return fine;
}

function share(fine: Float64Array, count: number, from: number, to: number): void {
  if (!(to > from)) return;
  const density = count / (to - from);
  const last = Math.min(fineBins - 1, Math.floor(to));
  for (let bin = Math.max(0, Math.floor(from)); bin <= last; bin += 1)
    fine[bin]! += density * Math.max(0, Math.min(to, bin + 1) - Math.max(from, bin));
}

/** True for a calibration that rises from channel to channel. */
export function risesOver(channels: number, calibration: readonly number[]): boolean {
  let before = energyOf(0, calibration);
  for (let channel = 1; channel <= channels; channel += 1) {
    const energy = energyOf(channel, calibration);
    if (!(energy > before)) return false;
    before = energy;
  }
  return true;
}

/** A fine spectrum as a detector with another gain would show it: energies times `factor`. */
export function withGain(fine: Float64Array, factor: number): Float64Array {
  return onFineGrid(fine, [0, finekeV * factor]);
}

/**
 * Smoothed by a Gaussian of `share` of the resolution of a NaI detector (7.5 % at 662 keV, growing with the root of the
 * energy): enough to take counting noise out of a background of few counts, too little to hide a peak.
 */
export function smoothed(fine: Float64Array, share: number): Float64Array {
  const kernels = kernelsOf(share);
  const result = new Float64Array(fineBins);
  for (let bin = 0; bin < fineBins; bin += 1) {
    const value = fine[bin]!;
    if (value === 0) continue;
    const { from, weights } = kernels[bin]!;
    for (let k = 0; k < weights.length; k += 1) result[from + k]! += value * weights[k]!;
  }
  return result;
}

interface Kernel {
  /** The first bin that it reaches. */
  readonly from: number;
  /** They add up to 1. */
  readonly weights: Float64Array;
}

// A session smooths thousands of spectra alike; of each share the kernels are worked out once.
const knownKernels = new Map<number, readonly Kernel[]>();
const mostKnown = 8;

function kernelsOf(share: number): readonly Kernel[] {
  const known = knownKernels.get(share);
  if (known !== undefined) return known;
  const kernels = Array.from({ length: fineBins }, (_, bin) => kernelAt(bin, share));
  if (knownKernels.size >= mostKnown) knownKernels.clear();
  knownKernels.set(share, kernels);
  return kernels;
}

function kernelAt(bin: number, share: number): Kernel {
  const energy = Math.max(15, (bin + 0.5) * finekeV);
  const sigma = Math.max(0.3, (share * 0.075 * Math.sqrt(energy * 662)) / 2.355 / finekeV);
  const [from, to] = [
    Math.max(0, Math.floor(bin - 4 * sigma)),
    Math.min(fineBins - 1, Math.ceil(bin + 4 * sigma)),
  ];
  const weights = Float64Array.from({ length: to - from + 1 }, (_, k) =>
    Math.exp(-0.5 * ((from + k - bin) / sigma) ** 2),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return { from, weights: weights.map((weight) => weight / sum) };
}
