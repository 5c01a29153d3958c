/**
 * Points made ready for the search of nearest ones: blocks of points that lie together, with the box around each, exact
 * and on a lattice of whole numbers. On shared memory, for several threads.
 */
import { sharedFloat64, sharedInt32 } from '../estimators/parallel.ts';
import type { PreparedTable } from '../estimators/preparation.ts';
import { type CoarseLattice, coarseLatticeFor, coarseMiddle, roundCoarsely } from './coarse-lattice.ts';
import { type Lattice, latticeFor, roundPoint } from './lattice.ts';
import { spaceOrder } from './space-order.ts';

/** Points of a block: few enough for the nearest cache of the processor. */
export const blockPoints = 256;
/** Points whose words are interleaved, on the fine lattice and on the coarse one. */
export const octetPoints = 8;
export const sixteenPoints = 16;

export interface NearestIndex {
  readonly rows: number;
  readonly columns: number;
  /** [rows, columns], in the order of space. */
  readonly points: Float64Array;
  /** The table's row of each point. */
  readonly source: Int32Array;
  readonly lattice: Lattice;
  /** [octets, pairs of columns, 8] of two words. */
  readonly octets: Int16Array;
  /** Minus half of the square of each point on the lattice, rounded up. */
  readonly halves: Int32Array;
  /** Absent where points have too many columns for it. */
  readonly coarse: CoarseIndex | null;
  /** [blocks, columns, 2]: least and greatest value. */
  readonly boxes: Float64Array;
}

/** The points on a lattice of 8 bits. */
export interface CoarseIndex {
  readonly lattice: CoarseLattice;
  /** [sixteens, pairs of columns, 16] of two words. */
  readonly words: Int8Array;
  /** Minus half of the square of each point, rounded up, minus its sum times the middle of rows; wrapped. */
  readonly starts: Int16Array;
  /** The farthest of a point from its place, in steps. */
  readonly rounding: number;
}

export function pairsOf(columns: number): number {
  return (columns + 1) >> 1;
}

export function buildNearestIndex(table: PreparedTable): NearestIndex {
  const { rows, columns, values } = table;
  const source = sharedInt32(rows);
  source.set(spaceOrder(table));
  const lattice = latticeFor(table);
  const points = sharedFloat64(rows * columns);
  const pairs = pairsOf(columns);
  const octetCount = Math.ceil(rows / octetPoints);
  const octets = new Int16Array(new SharedArrayBuffer(octetCount * pairs * octetPoints * 4));
  const halves = sharedInt32(octetCount * octetPoints);
  const boxes = sharedFloat64(Math.ceil(rows / blockPoints) * columns * 2);
  for (let point = 0; point < rows; point++) {
    const from = source[point]! * columns;
    points.set(values.subarray(from, from + columns), point * columns);
    const inOctet = point % octetPoints;
    const at = ((point - inOctet) * pairs + inOctet) * 2;
    halves[point] = -Math.floor(
      roundPoint(lattice, points, point * columns, octets, at, octetPoints * 2) / 2,
    );
    const block = Math.floor(point / blockPoints);
    widenBox(boxes, block * columns * 2, points, point * columns, columns, point % blockPoints === 0);
  }
  const coarse = coarseIndex(table, points);
  return { rows, columns, points, source, lattice, octets, halves, coarse, boxes };
}

function coarseIndex(table: PreparedTable, points: Float64Array): CoarseIndex | null {
  const lattice = coarseLatticeFor(table);
  if (lattice === null) return null;
  const { rows, columns } = table;
  const stride = 2 * sixteenPoints;
  const held = Math.ceil(rows / sixteenPoints) * sixteenPoints;
  const into = new Int8Array(new SharedArrayBuffer(held * 2 * pairsOf(columns)));
  const starts = new Int16Array(new SharedArrayBuffer(held * 2));
  const place = { square: 0, sum: 0, rounding: 0 };
  let rounding = 0;
  for (let point = 0; point < rows; point++) {
    const inSixteen = point % sixteenPoints;
    const at = ((point - inSixteen) * pairsOf(columns) + inSixteen) * 2;
    roundCoarsely(lattice, points, point * columns, { into, at, pairStride: stride, middle: 0 }, place);
    starts[point] = -Math.floor(place.square / 2) - coarseMiddle * place.sum;
    rounding = Math.max(rounding, place.rounding);
  }
  return { lattice, words: into, starts, rounding };
}

/** Makes a box hold a point too, or that point alone. */
export function widenBox(
  boxes: Float64Array,
  at: number,
  points: Float64Array,
  start: number,
  columns: number,
  anew: boolean,
): void {
  for (let column = 0; column < columns; column++) {
    const value = points[start + column]!;
    const low = at + 2 * column;
    if (anew || value < boxes[low]!) boxes[low] = value;
    if (anew || value > boxes[low + 1]!) boxes[low + 1] = value;
  }
}
