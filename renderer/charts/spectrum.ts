/** Where a spectrum's counts, axes and peaks lie. */

export interface SpectrumPeak {
  readonly kiloElectronVolts: number;
  readonly counts: number;
}

export interface Spectrum {
  /** Of bins of one width, from 0 keV on. */
  readonly counts: readonly number[];
  readonly kiloElectronVoltsPerPoint: number;
  readonly peaks: readonly SpectrumPeak[];
}

export interface SpectrumLayout {
  readonly spectrum: Spectrum;
  /** Of another spectrum on the same bins, scaled to as many counts; empty without one. */
  readonly beside: readonly number[];
  readonly width: number;
  readonly height: number;
  readonly isLogarithmic: boolean;
  /** Energy at the right edge: the last that holds counts, with some room. */
  readonly reach: number;
  readonly least: number;
  readonly most: number;
}

export const spectrumMargins = {
  left: 64,
  right: 12,
  foot: 34,
  /** Room for the energies written over peaks. */
  head: 30,
} as const;
const { left, right, foot, head } = spectrumMargins;

export function laySpectrum(
  spectrum: Spectrum,
  isLogarithmic: boolean,
  size: { readonly width: number; readonly height: number },
  other: Spectrum | null = null,
): SpectrumLayout {
  const { counts, kiloElectronVoltsPerPoint: each } = spectrum;
  const beside = other === null ? [] : scaledTo(other, spectrum);
  const last = Math.max(...[counts, beside].map((list) => list.findLastIndex((count) => count > 0)));
  const reach = (last < 0 ? counts.length : Math.min(counts.length, Math.ceil(last * 1.04) + 1)) * each;
  const high = Math.max(1e-3, ...counts, ...beside);
  const positive = counts.filter((count) => count > 0);
  const low = positive.length === 0 ? high / 10 : Math.min(...positive);
  // on a logarithmic axis six decades at most: what lies below is next to nothing
  const least = isLogarithmic ? Math.max(low / 2, high / 1e6) : 0;
  return {
    spectrum,
    beside,
    isLogarithmic,
    ...size,
    reach,
    least,
    most: isLogarithmic ? high * 1.6 : high * 1.05,
  };
}

/** The shape of a spectrum with the counts of another: what differs is no matter of time or distance. */
function scaledTo(other: Spectrum, spectrum: Spectrum): number[] {
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const factor = sum(spectrum.counts) / Math.max(1e-9, sum(other.counts));
  const ratio = spectrum.kiloElectronVoltsPerPoint / other.kiloElectronVoltsPerPoint;
  return spectrum.counts.map(
    (_, bin) => factor * ratio * (other.counts[Math.floor((bin + 0.5) * ratio)] ?? 0),
  );
}

export function energyX({ width, reach }: SpectrumLayout, kiloElectronVolts: number): number {
  return left + (kiloElectronVolts / reach) * (width - left - right);
}

/** The bin under a pixel; null beside the plot. */
export function binAt({ width, reach, spectrum }: SpectrumLayout, x: number): number | null {
  const energy = ((x - left) / (width - left - right)) * reach;
  const bin = Math.floor(energy / spectrum.kiloElectronVoltsPerPoint);
  return bin >= 0 && bin < spectrum.counts.length && energy <= reach ? bin : null;
}

export function countY({ height, isLogarithmic, least, most }: SpectrumLayout, count: number): number {
  const share = isLogarithmic
    ? Math.log(Math.max(count, least) / least) / Math.log(most / least)
    : (count - least) / (most - least);
  return height - foot - Math.min(1, Math.max(0, share)) * (height - foot - head);
}
