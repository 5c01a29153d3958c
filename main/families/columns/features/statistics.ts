import { type ColumnDescription, distinctValues } from '../description.ts';

/** 8 figures of all cells. */
export const statisticNames = [
  'cells', // log10(1 + cells)
  'missingShare',
  'distinct', // log10(1 + distinct values)
  'distinctShare',
  'mean', // sign(x) log10(1 + |x|), as the next three
  'deviation',
  'minimum',
  'maximum',
] as const;

export function writeStatistics(column: ColumnDescription, target: Float32Array, at: number): void {
  const { cells, missing } = column;
  const distinct = distinctValues(column);
  target[at] = Math.log10(1 + cells);
  target[at + 1] = cells > 0 ? missing / cells : 1;
  target[at + 2] = Math.log10(1 + distinct);
  target[at + 3] = cells > 0 ? distinct / cells : 0;
  target[at + 4] = signedLog(column.mean);
  target[at + 5] = signedLog(column.deviation);
  target[at + 6] = signedLog(column.minimum);
  target[at + 7] = signedLog(column.maximum);
}

function signedLog(value: number): number {
  return Math.sign(value) * Math.log10(1 + Math.abs(value));
}
