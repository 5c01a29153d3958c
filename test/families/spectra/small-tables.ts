/** Small tables of made-up spectra. */
import { fineBins } from '../../../main/families/spectra/energy-grid.ts';
import { spectraFamily } from '../../../main/families/spectra/spectra.ts';

export const text = (lines: readonly string[]) => new TextEncoder().encode(`${lines.join('\n')}\n`);
export const total = (values: Iterable<number>) => [...values].reduce((sum, value) => sum + value, 0);
export const settings = Object.fromEntries(
  Object.entries(spectraFamily.trainingSettings ?? {}).map(([name, { default: usual }]) => [
    name.slice(5),
    usual,
  ]),
);

export const unit = (values: Float64Array) => {
  const sum = total(values);
  return values.map((value) => value / sum);
};

/** A peak on a falling continuum, 1,024 channels of 3 keV. */
export function shape(kiloElectronVolts: number): Float64Array {
  return Float64Array.from({ length: fineBins }, (_, bin) => {
    const energy = (bin + 0.5) * 3;
    const width = (0.075 * Math.sqrt(energy * 662)) / 2.355;
    return Math.exp(-energy / 400) + 12 * Math.exp(-0.5 * ((energy - kiloElectronVolts) / width) ** 2);
  });
}

export function csv(
  rows: readonly { readonly label: string; readonly counts: ArrayLike<number> }[],
  first = 0,
): Uint8Array {
  return text([
    'id,label,cal0,cal1,cal2,channels,counts',
    ...rows.map(
      ({ label, counts }, row) =>
        `s${first + row},${label},0,3,,1024,${Array.from(counts, Math.round).join(' ')}`,
    ),
  ]);
}
