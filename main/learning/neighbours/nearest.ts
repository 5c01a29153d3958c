/** Nearest rows of a whole table, in portions for threads. */
import { type Parallel, portions, type StopFlag } from '../estimators/parallel.ts';
import type { PreparedTable } from '../estimators/preparation.ts';
import { pickRows } from '../estimators/table.ts';
import { runTask } from '../estimators/tasks.ts';
import type { NearestIndex } from './nearest-index.ts';
import { type Nearest, type NearestPart, nearestPart } from './nearest-part.ts';
import { spaceOrder } from './space-order.ts';

/** Each task takes a copy of all points with it: no more of them than this, or than there are threads. */
const fewestTasks = 8;
const fewestRowsPerTask = 4096;

/** Of each row of the index its nearest others, in the order of the table. */
export async function nearestOthers(
  index: NearestIndex,
  count: number,
  ports: StopFlag & { readonly parallel?: Parallel | undefined; readonly onShare?: (share: number) => void },
): Promise<Nearest> {
  const all = { distances: new Float64Array(index.rows * count), rows: new Int32Array(index.rows * count) };
  const tasks = Math.max(fewestTasks, ports.parallel?.threads ?? 1);
  let done = 0;
  await Promise.all(
    portions(index.rows, Math.max(fewestRowsPerTask, Math.ceil(index.rows / tasks))).map(
      async ({ from, to }) => {
        const part: NearestPart = { index, count, asked: undefined, from, to, stop: ports.stop };
        const found = await runTask<Nearest>(ports.parallel, 'nearestPart', part);
        spread(found, index.source.subarray(from, to), count, all);
        done += to - from;
        ports.onShare?.(done / index.rows);
      },
    ),
  );
  return all;
}

/** Of each row asked for its nearest rows of the index; in place. */
export function nearestOf(index: NearestIndex, count: number, asked: PreparedTable): Nearest {
  const all = { distances: new Float64Array(asked.rows * count), rows: new Int32Array(asked.rows * count) };
  const order = spaceOrder(asked);
  const { values } = pickRows(asked, order) as PreparedTable;
  const stop = new SharedArrayBuffer(4);
  spread(nearestPart({ index, count, asked: values, from: 0, to: asked.rows, stop }), order, count, all);
  return all;
}

/** Puts what was found for some rows where those rows are. */
function spread(found: Nearest, rows: Int32Array, count: number, all: Nearest): void {
  rows.forEach((row, place) => {
    all.distances.set(found.distances.subarray(place * count, (place + 1) * count), row * count);
    all.rows.set(found.rows.subarray(place * count, (place + 1) * count), row * count);
  });
}
