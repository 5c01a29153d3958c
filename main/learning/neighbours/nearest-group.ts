/** Rows asked for together, and what is nearest to them so far. See kernels/assembly. */
import { coarseMiddle, roundCoarsely } from './coarse-lattice.ts';
import { nearestKernels } from './kernels/nearest-kernels.ts';
import { roundPoint } from './lattice.ts';
import {
  blockPoints,
  type NearestIndex,
  octetPoints,
  pairsOf,
  sixteenPoints,
  widenBox,
} from './nearest-index.ts';

/** Rows of a group at most. */
export const groupRows = 32;
/** Blocks looked at with the fine lattice before there is a distance worth calling near. */
const firstBlocks = 2;
/** Where more of a block's pairs come near enough on the coarse lattice, the fine one is cheaper. */
const mostConsidered = 1 / 40;

export interface Group {
  /** The least box around its rows, [columns, 2]. */
  readonly box: Float64Array;
  /** Takes the rows `start … start + rows`; nothing is found of them. */
  begin(start: number, rows: number): void;
  /** @param own point that the first row is, the next row being the next point */
  scan(block: number, own: number): void;
  /** Squared distance from which on no point counts for any of the rows. */
  farthest(): number;
  sort(): void;
  /** Squared, rising once they are sorted, [rows, count]. */
  readonly distances: Float64Array;
  readonly rows: Int32Array;
}

export function openGroup(index: NearestIndex, values: Float64Array, count: number): Group {
  const { columns, coarse } = index;
  const kernels = nearestKernels();
  const { run } = kernels;
  const pairs = pairsOf(columns);
  const at = {
    points: kernels.allocate(index.points.byteLength),
    source: kernels.allocate(index.source.byteLength),
    octets: kernels.allocate(index.octets.byteLength),
    halves: kernels.allocate(index.halves.byteLength),
    queries: kernels.allocate(groupRows * pairs * 4),
    sixteens: kernels.allocate(coarse?.words.byteLength ?? 0),
    starts: kernels.allocate(coarse?.starts.byteLength ?? 0),
    coarseQueries: kernels.allocate(groupRows * pairs * 2),
    values: kernels.allocate(groupRows * columns * 8),
    squares: kernels.allocate(groupRows * 8),
    coarseSquares: kernels.allocate(groupRows * 8),
    coarseRoundings: kernels.allocate(groupRows * 8),
    thresholds: kernels.allocate(groupRows * 4),
    coarseThresholds: kernels.allocate(groupRows * 2),
    limits: kernels.allocate(groupRows * 8),
    distances: kernels.allocate(groupRows * count * 8),
    rows: kernels.allocate(groupRows * count * 4),
    found: kernels.allocate(groupRows * 4),
  };
  const place = (address: number, { buffer, byteOffset, byteLength }: ArrayBufferView): void =>
    kernels.bytes(address, byteLength).set(new Uint8Array(buffer, byteOffset, byteLength));
  place(at.points, index.points);
  place(at.source, index.source);
  place(at.octets, index.octets);
  place(at.halves, index.halves);
  if (coarse) {
    place(at.sixteens, coarse.words);
    place(at.starts, coarse.starts);
  }
  const steps = [index.lattice.step, coarse?.lattice.step ?? 1] as const;
  run.setPoints(at.points, at.source, index.rows, columns, ...steps, coarse?.rounding ?? 0);
  run.setFine(at.octets, at.halves, at.queries);
  run.setCoarse(at.sixteens, at.starts, at.coarseQueries);
  run.setRows(
    at.values,
    at.squares,
    at.coarseSquares,
    at.coarseRoundings,
    at.thresholds,
    at.coarseThresholds,
    at.limits,
    at.distances,
    at.rows,
    at.found,
    count,
  );
  const own = kernels.doubles(at.values, groupRows * columns);
  const words = kernels.words(at.queries, groupRows * pairs * 2);
  const queries = new Int16Array(words.buffer, words.byteOffset, words.length);
  const bytes = kernels.bytes(at.coarseQueries, groupRows * pairs * 2);
  const coarseQueries = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  // rows that fill up a four lie in the middle, where no sum reaches the limit of finding nothing
  coarseQueries.fill(coarseMiddle);
  const squares = kernels.doubles(at.squares, groupRows);
  const coarseSquares = kernels.doubles(at.coarseSquares, groupRows);
  const coarseRoundings = kernels.doubles(at.coarseRoundings, groupRows);
  const coarsePlace = { square: 0, sum: 0, rounding: 0 };
  const box = new Float64Array(2 * columns);
  let held = 0;
  /** Blocks until the coarse lattice is tried, and after the next time that it tells too little. */
  let fineBlocks = 0;
  let pause = 1;

  function roundRow(row: number): void {
    const start = row * columns;
    const place = row * pairs * 2;
    squares[row] = roundPoint(index.lattice, own, start, queries, place, 2);
    if (coarse === null) return;
    const target = { into: coarseQueries, at: place, pairStride: 2, middle: coarseMiddle };
    roundCoarsely(coarse.lattice, own, start, target, coarsePlace);
    coarseSquares[row] = coarsePlace.square;
    coarseRoundings[row] = coarsePlace.rounding;
  }

  return {
    box,
    begin(start, rows) {
      held = rows;
      fineBlocks = coarse === null ? Number.POSITIVE_INFINITY : firstBlocks;
      pause = 1;
      own.set(values.subarray(start * columns, (start + rows) * columns));
      for (let row = 0; row < rows; row++) {
        roundRow(row);
        widenBox(box, 0, own, row * columns, columns, row === 0);
      }
      run.begin(rows);
    },
    scan(block, ownPoint) {
      const first = block * blockPoints;
      const size = Math.min(blockPoints, index.rows - first);
      if (fineBlocks > 0) {
        fineBlocks -= 1;
        run.scanFine(held, first / octetPoints, Math.ceil(size / octetPoints), ownPoint);
        return;
      }
      run.takeConsidered();
      run.scanCoarse(held, first / sixteenPoints, Math.ceil(size / sixteenPoints), ownPoint);
      if (run.takeConsidered() <= mostConsidered * held * size) return;
      fineBlocks = pause;
      pause *= 2;
    },
    farthest: () => run.farthest(held),
    sort: () => run.sort(held),
    distances: kernels.doubles(at.distances, groupRows * count),
    rows: kernels.integers(at.rows, groupRows * count),
  };
}
