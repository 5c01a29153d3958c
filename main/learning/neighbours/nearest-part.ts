/** Nearest rows of a portion of a table, exact: what a thread is asked to do. See kernels/assembly. */
import { obey, type StopFlag } from '../estimators/parallel.ts';
import { nearestKernels } from './kernels/nearest-kernels.ts';
import { roundPoint } from './lattice.ts';
import { blockPoints, type NearestIndex, octetPoints, pairsOf, widenBox } from './nearest-index.ts';

export interface NearestPart extends StopFlag {
  readonly index: NearestIndex;
  readonly count: number;
  /** Rows asked for, best in the order of space; absent: the points of the index themselves, each without itself. */
  readonly asked: Float64Array | undefined;
  readonly from: number;
  readonly to: number;
}

/** [rows, count], rising. */
export interface Nearest {
  readonly distances: Float64Array;
  readonly rows: Int32Array;
}

/** Rows asked for together. */
const groupRows = 32;
const noPoint = -1000;
/** What follows in the order may be nearer by this factor. */
const almostOne = 1 - 1e-5;
const blockOctets = blockPoints / octetPoints;

export function nearestPart(part: NearestPart): Nearest {
  const { index, asked, count, from, to } = part;
  const group = openGroup(index, asked ?? index.points, count);
  const blocks = blockOrder(index);
  const found = {
    distances: new Float64Array((to - from) * count),
    rows: new Int32Array((to - from) * count),
  };
  for (let start = from; start < to; start += groupRows) {
    obey(part);
    const rows = Math.min(groupRows, to - start);
    group.begin(start, rows);
    const own = asked === undefined ? start : noPoint;
    for (const block of blocks.of(group.box)) {
      if (blocks.gaps[block]! * almostOne >= group.farthest()) break;
      group.scan(block, own);
    }
    group.sort();
    const place = (start - from) * count;
    for (let entry = 0; entry < rows * count; entry++) {
      found.distances[place + entry] = Math.sqrt(group.distances[entry]!);
      found.rows[place + entry] = group.rows[entry]!;
    }
  }
  return found;
}

interface Group {
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

function openGroup(index: NearestIndex, values: Float64Array, count: number): Group {
  const { columns, lattice, octets, halves, points, source } = index;
  const pairs = pairsOf(columns);
  const kernels = nearestKernels();
  const { run } = kernels;
  const at = {
    points: kernels.allocate(points.byteLength),
    source: kernels.allocate(source.byteLength),
    octets: kernels.allocate(octets.byteLength),
    halves: kernels.allocate(halves.byteLength),
    queries: kernels.allocate(groupRows * pairs * 4),
    values: kernels.allocate(groupRows * columns * 8),
    squares: kernels.allocate(groupRows * 8),
    thresholds: kernels.allocate(groupRows * 4),
    limits: kernels.allocate(groupRows * 8),
    distances: kernels.allocate(groupRows * count * 8),
    rows: kernels.allocate(groupRows * count * 4),
    found: kernels.allocate(groupRows * 4),
  };
  kernels.doubles(at.points, points.length).set(points);
  kernels.integers(at.source, source.length).set(source);
  words(at.octets, octets.length).set(octets);
  kernels.integers(at.halves, halves.length).set(halves);
  run.setIndex(at.points, at.source, at.octets, at.halves, index.rows, columns, lattice.step);
  run.setGroup(
    at.queries,
    at.values,
    at.squares,
    at.thresholds,
    at.limits,
    at.distances,
    at.rows,
    at.found,
    count,
  );
  const queries = words(at.queries, groupRows * pairs * 2);
  const own = kernels.doubles(at.values, groupRows * columns);
  const squares = kernels.doubles(at.squares, groupRows);
  const box = new Float64Array(2 * columns);
  const octetCount = halves.length / octetPoints;
  let held = 0;

  function words(address: number, length: number): Int16Array {
    const unsigned = kernels.words(address, length);
    return new Int16Array(unsigned.buffer, unsigned.byteOffset, length);
  }

  return {
    box,
    begin(start, rows) {
      held = rows;
      own.set(values.subarray(start * columns, (start + rows) * columns));
      for (let row = 0; row < rows; row++) {
        squares[row] = roundPoint(lattice, own, row * columns, queries, row * pairs * 2, 2);
        widenBox(box, 0, own, row * columns, columns, row === 0);
      }
      run.begin(rows);
    },
    scan(block, ownPoint) {
      const first = block * blockOctets;
      run.scan(held, first, Math.min(blockOctets, octetCount - first), ownPoint);
    },
    farthest: () => run.farthest(held),
    sort: () => run.sort(held),
    distances: kernels.doubles(at.distances, groupRows * count),
    rows: kernels.integers(at.rows, groupRows * count),
  };
}

/**
 * Blocks in the order of their distance from a box; of those that overlap it the one with the nearest centre first. A
 * block's number lies in the lower half of its key, so that plain numbers are sorted; distances that differ by less
 * than a millionth may change places.
 */
function blockOrder({ boxes, columns }: NearestIndex) {
  const width = 2 * columns;
  const blocks = boxes.length / width;
  const gaps = new Float64Array(blocks);
  const keys = new Float64Array(blocks);
  const halves = new Uint32Array(keys.buffer);
  const order = new Int32Array(blocks);
  const measure = (box: Float64Array, block: number): void => {
    let gap = 0;
    let middle = 0;
    for (let low = 0, base = block * width; low < width; low += 2) {
      const below = boxes[base + low]! - box[low + 1]!;
      const above = box[low]! - boxes[base + low + 1]!;
      const between = Math.max(below, above);
      if (between > 0) gap += between * between;
      middle += (below - above) * (below - above);
    }
    gaps[block] = gap;
    keys[block] = gap > 0 ? gap : -1 / (1 + middle);
    halves[2 * block] = block;
  };
  return {
    /** Squared, of each block from the box ordered by last. */
    gaps,
    of(box: Float64Array): Int32Array {
      for (let block = 0; block < blocks; block++) measure(box, block);
      keys.sort();
      for (let place = 0; place < blocks; place++) order[place] = halves[2 * place]!;
      return order;
    },
  };
}
