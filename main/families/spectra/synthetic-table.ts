/** A set of made-up spectra as a table of the shared layout. */
import type { FamilyData, Setting, SyntheticTable } from '../family.ts';
import { fineBins, finekeV } from './energy-grid.ts';
import { syntheticSpectra } from './training-set.ts';

const header = ['id', 'label', 'kind', 'cal0', 'cal1', 'channels', 'counts'];

/** `data.drawsPerClass` spectra of each class, 1,024 channels of 3 keV. */
export function syntheticTable(
  data: FamilyData,
  settings: Readonly<Record<string, Setting>>,
  seed: number,
): SyntheticTable {
  const drawn = syntheticSpectra(data, settings, seed);
  return {
    header,
    rows: drawn.map(({ label, fine }, row) => [
      `made-${row + 1}`,
      data.classes[label]!,
      'synthetic',
      '0',
      String(finekeV),
      String(fineBins),
      fine.join(' '),
    ]),
  };
}
