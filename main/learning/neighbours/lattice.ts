/**
 * Points rounded to whole numbers, on one lattice for all columns. Points beyond its range are moved to its border, which
 * brings no two of them farther apart: distances on the lattice, less what rounding can add, never exceed the true ones.
 */
import { quantile } from '../estimators/preparation.ts';
import type { Table } from '../estimators/table.ts';

export interface Lattice {
  /** Per column. */
  readonly centres: Float64Array;
  /** Distance of two neighbouring whole numbers. */
  readonly step: number;
  /** Largest whole number: squares of points and products of two stay below 2^31. */
  readonly most: number;
}

/** Of a smaller step the inverse may be no number; everything lies in one place then. */
export const leastStep = 1e-290;
const mostSquare = 1.4e9;
const largestWord = 30_000;
/** Rows by which the range is found. */
const lookedAt = 4096;

/** Covers most of each column; a few far values shall not make it coarse. */
export function latticeFor({ rows, columns, values }: Table): Lattice {
  const most = Math.max(1, Math.min(largestWord, Math.floor(Math.sqrt(mostSquare / columns))));
  const seen = Math.min(rows, lookedAt);
  const column = new Float64Array(seen);
  let widest = 0;
  const centres = Float64Array.from({ length: columns }, (_, index) => {
    for (let row = 0; row < seen; row++) {
      column[row] = values[Math.floor((row * rows) / seen) * columns + index]!;
    }
    column.sort();
    const low = quantile(column, 0.005);
    const high = quantile(column, 0.995);
    widest = Math.max(widest, high - low);
    return (low + high) / 2;
  });
  const step = (0.75 * widest) / most;
  return { centres, step: step > leastStep ? step : 1, most };
}

/**
 * Writes the point `values[start …)` from `at` on, `pairStride` words from one pair of columns to the next, and returns
 * its square on the lattice. With an odd number of columns the last pair keeps what it has.
 */
export function roundPoint(
  { centres, step, most }: Lattice,
  values: ArrayLike<number>,
  start: number,
  into: Int16Array,
  at: number,
  pairStride: number,
): number {
  let square = 0;
  for (let column = 0; column < centres.length; column++) {
    const place = (values[start + column]! - centres[column]!) / step;
    const whole = Math.round(Math.min(Math.max(place, -most), most));
    into[at + (column >> 1) * pairStride + (column & 1)] = whole;
    square += whole * whole;
  }
  return square;
}
