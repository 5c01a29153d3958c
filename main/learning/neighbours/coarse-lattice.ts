/**
 * Points rounded to whole numbers of 7 bits, moved into a ball so small that the square of any of them fits 15 bits. Moving brings
 * no two of them farther apart: distances there, less what rounding adds, never exceed the true ones.
 */
import { quantile } from '../estimators/preparation.ts';
import type { Table } from '../estimators/table.ts';
import { leastStep } from './lattice.ts';

export interface CoarseLattice {
  /** Per column. */
  readonly centres: Float64Array;
  /** Distance of two neighbouring whole numbers. */
  readonly step: number;
  /** Greatest distance of a point from the centre before it is rounded, in steps. */
  readonly radius: number;
}

/** What a row's words are counted from, so that none is negative. */
export const coarseMiddle = 64;
const largestWord = 63;
/** No square of a point is greater: then half of the square of the difference of two fits 16 bits. */
const mostSquare = 16_383;
/** With more columns rounding alone would fill the ball. */
const mostColumns = 4096;
/** Rows by which the range is found. */
const lookedAt = 4096;
/** Share of them that lies within the range; others are moved to its border. */
const within = 0.995;

/** null where points have too many columns for it. */
export function coarseLatticeFor({ rows, columns, values }: Table): CoarseLattice | null {
  if (columns > mostColumns) return null;
  const radius = Math.sqrt(mostSquare) - Math.sqrt(columns) / 2;
  const seen = Math.min(rows, lookedAt);
  const start = (index: number): number => Math.floor((index * rows) / seen) * columns;
  const centres = new Float64Array(columns);
  for (let index = 0; index < seen; index++) {
    for (let column = 0; column < columns; column++)
      centres[column]! += values[start(index) + column]! / seen;
  }
  const needed = new Float64Array(seen);
  for (let index = 0; index < seen; index++) {
    let square = 0;
    let widest = 0;
    for (let column = 0; column < columns; column++) {
      const place = Math.abs(values[start(index) + column]! - centres[column]!);
      square += place * place;
      widest = Math.max(widest, place);
    }
    needed[index] = Math.max(Math.sqrt(square) / radius, widest / largestWord);
  }
  const step = quantile(needed.sort(), within);
  return { centres, step: step > leastStep ? step : 1, radius };
}

/** Of a point on the lattice. */
export interface CoarsePlace {
  square: number;
  sum: number;
  /** Distance between where the point was moved to and its place, in steps. */
  rounding: number;
}

/**
 * Writes the point `values[start …)` from `at` on, each word plus `middle`, `pairStride` words from one pair of columns to the
 * next; into `place` what is to be known of it. With an odd number of columns the last pair keeps what it has.
 */
export function roundCoarsely(
  { centres, step, radius }: CoarseLattice,
  values: ArrayLike<number>,
  start: number,
  words: {
    readonly into: Int8Array;
    readonly at: number;
    readonly pairStride: number;
    readonly middle: number;
  },
  place: CoarsePlace,
): void {
  const moved = (column: number): number =>
    Math.min(Math.max((values[start + column]! - centres[column]!) / step, -largestWord), largestWord);
  let length = 0;
  for (let column = 0; column < centres.length; column++) length += moved(column) ** 2;
  const shrink = length > radius * radius ? radius / Math.sqrt(length) : 1;
  place.square = 0;
  place.sum = 0;
  let lost = 0;
  for (let column = 0; column < centres.length; column++) {
    const exact = shrink * moved(column);
    const whole = Math.round(exact);
    words.into[words.at + (column >> 1) * words.pairStride + (column & 1)] = whole + words.middle;
    place.square += whole * whole;
    place.sum += whole;
    lost += (exact - whole) ** 2;
  }
  place.rounding = Math.sqrt(lost);
}
