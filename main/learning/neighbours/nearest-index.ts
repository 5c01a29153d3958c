/**
 * Points made ready for the search of nearest ones: blocks of points that lie together, with the box around each, exact
 * and on a lattice of whole numbers. On shared memory, for several threads.
 */
import { sharedFloat64, sharedInt32 } from '../estimators/parallel.ts';
import type { PreparedTable } from '../estimators/preparation.ts';
import { type Lattice, latticeFor, roundPoint } from './lattice.ts';
import { spaceOrder } from './space-order.ts';

/** Points of a block: few enough for the nearest cache of the processor. */
export const blockPoints = 256;
/** Points whose words are interleaved. */
export const octetPoints = 8;

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
  /** [blocks, columns, 2]: least and greatest value. */
  readonly boxes: Float64Array;
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
  return { rows, columns, points, source, lattice, octets, halves, boxes };
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
