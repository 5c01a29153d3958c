/** Nearest rows of a portion of a table, exact: what a thread is asked to do. See kernels/assembly. */
import { obey, type StopFlag } from '../estimators/parallel.ts';
import { groupRows, openGroup } from './nearest-group.ts';
import type { NearestIndex } from './nearest-index.ts';

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

const noPoint = -1000;
/** What follows in the order may be nearer by this factor. */
const almostOne = 1 - 1e-5;

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
