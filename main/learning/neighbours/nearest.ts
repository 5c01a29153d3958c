/** Nearest rows of a whole table, in portions for threads. */
import { type Parallel, portions, type StopFlag } from '../estimators/parallel.ts';
import { runTask } from '../estimators/tasks.ts';
import type { KdTree } from './kd-tree.ts';
import type { Nearest, NearestPart } from './nearest-part.ts';

const rowsPerTask = 4096;

/** Of each row of the tree its nearest others, in the order of the table. */
export async function nearestOthers(
  tree: KdTree,
  count: number,
  ports: StopFlag & { readonly parallel?: Parallel | undefined; readonly onShare?: (share: number) => void },
): Promise<Nearest> {
  const all = { distances: new Float64Array(tree.rows * count), rows: new Int32Array(tree.rows * count) };
  let done = 0;
  await Promise.all(
    portions(tree.rows, rowsPerTask).map(async ({ from, to }) => {
      const part: NearestPart = { tree, count, asked: undefined, from, to, stop: ports.stop };
      const found = await runTask<Nearest>(ports.parallel, 'nearestPart', part);
      for (let point = from; point < to; point++) {
        const place = (point - from) * count;
        const row = tree.source[point]! * count;
        all.distances.set(found.distances.subarray(place, place + count), row);
        all.rows.set(found.rows.subarray(place, place + count), row);
      }
      done += to - from;
      ports.onShare?.(done / tree.rows);
    }),
  );
  return all;
}
