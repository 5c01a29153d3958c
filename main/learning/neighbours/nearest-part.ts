/** Nearest rows of a portion of a table: what a thread is asked to do. */
import { obey, type StopFlag } from '../estimators/parallel.ts';
import { type KdTree, nearestSearch } from './kd-tree.ts';

export interface NearestPart extends StopFlag {
  readonly tree: KdTree;
  readonly count: number;
  /** Rows asked for; absent: the rows of the tree itself, in the order of its leaves, each without itself. */
  readonly asked: Float64Array | undefined;
  readonly from: number;
  readonly to: number;
}

/** [rows, count] */
export interface Nearest {
  readonly distances: Float64Array;
  readonly rows: Int32Array;
}

const breath = 256;

export function nearestPart(part: NearestPart): Nearest {
  const { tree, count, asked, from, to } = part;
  const search = nearestSearch(tree, count);
  const found = {
    distances: new Float64Array((to - from) * count),
    rows: new Int32Array((to - from) * count),
  };
  for (let row = from; row < to; row++) {
    if (row % breath === 0) obey(part);
    if (asked) search.find(asked, row * tree.columns, -1);
    else search.find(tree.points, row * tree.columns, tree.source[row]!);
    const place = (row - from) * count;
    for (let index = 0; index < count; index++) {
      found.distances[place + index] = Math.sqrt(search.distances[index]!);
      found.rows[place + index] = search.rows[index]!;
    }
  }
  return found;
}
