/** Nearest rows by Euclidean distance: a k-d tree on shared memory, exact, searched by several threads at once. */
import { sharedFloat64, sharedInt32 } from '../estimators/parallel.ts';
import type { Table } from '../estimators/table.ts';

export interface KdTree {
  readonly rows: number;
  readonly columns: number;
  /** Rows in the order of the leaves, [rows, columns]. */
  readonly points: Float64Array;
  /** The table's row of each point. */
  readonly source: Int32Array;
  /** Per node: column of its border; -1 for a leaf. Children of node n are 2n + 1 and 2n + 2. */
  readonly column: Int32Array;
  readonly border: Float64Array;
  /** Points of a node: starts[n] … ends[n] - 1. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

const leafRows = 24;

/** Divides at the median of the column of widest range, until few rows are left. */
export function buildKdTree(table: Table): KdTree {
  const { rows, columns } = table;
  const depth = Math.max(0, Math.ceil(Math.log2(Math.max(1, rows / leafRows))));
  const nodes = 2 ** (depth + 1) - 1;
  const source = sharedInt32(rows);
  for (let row = 0; row < rows; row++) source[row] = row;
  const tree = {
    column: sharedInt32(nodes).fill(-1),
    border: sharedFloat64(nodes),
    starts: sharedInt32(nodes),
    ends: sharedInt32(nodes),
  };
  const divide = (node: number, start: number, end: number, level: number): void => {
    tree.starts[node] = start;
    tree.ends[node] = end;
    if (level === depth) return;
    const column = widestColumn(table, source, start, end);
    if (column < 0) return;
    const middle = (start + end) >> 1;
    select(table, column, source, start, end - 1, middle);
    tree.column[node] = column;
    tree.border[node] = table.values[source[middle]! * columns + column]!;
    divide(2 * node + 1, start, middle, level + 1);
    divide(2 * node + 2, middle, end, level + 1);
  };
  divide(0, 0, rows, 0);
  const points = sharedFloat64(rows * columns);
  for (let place = 0; place < rows; place++) {
    const from = source[place]! * columns;
    for (let column = 0; column < columns; column++)
      points[place * columns + column] = table.values[from + column]!;
  }
  return { rows, columns, points, source, ...tree };
}

/** -1 when all rows are equal. */
function widestColumn({ columns, values }: Table, source: Int32Array, start: number, end: number): number {
  let widest = 0;
  let best = -1;
  for (let column = 0; column < columns; column++) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let place = start; place < end; place++) {
      const value = values[source[place]! * columns + column]!;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (high - low > widest) {
      widest = high - low;
      best = column;
    }
  }
  return best;
}

/** Quickselect (Hoare) with the middle of three: the wanted place holds what sorting would put there. */
function select(
  { columns, values }: Table,
  column: number,
  source: Int32Array,
  first: number,
  last: number,
  wanted: number,
): void {
  const at = (place: number): number => values[source[place]! * columns + column]!;
  let low = first;
  let high = last;
  while (low < high) {
    const a = at(low);
    const b = at((low + high) >> 1);
    const c = at(high);
    const pivot = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    let left = low;
    let right = high;
    while (left <= right) {
      while (at(left) < pivot) left++;
      while (at(right) > pivot) right--;
      if (left > right) break;
      const held = source[left]!;
      source[left++] = source[right]!;
      source[right--] = held;
    }
    if (wanted <= right) high = right;
    else if (wanted >= left) low = left;
    else return;
  }
}

/** The nearest found so far of one row asked for; the farthest of them on top of a heap. */
export interface NearestSearch {
  /**
   * @param values the row asked for is values[start … start + columns)
   * @param skip row of the table that is not looked at; -1 for none
   */
  find(values: ArrayLike<number>, start: number, skip: number): void;
  /** Squared, rising. */
  readonly distances: Float64Array;
  readonly rows: Int32Array;
}

/** @param count of neighbours; no more than rows of the tree */
export function nearestSearch(tree: KdTree, count: number): NearestSearch {
  const { columns, points, source, column: nodeColumn, border, starts, ends } = tree;
  const distances = new Float64Array(count);
  const rows = new Int32Array(count);
  const asked = new Float64Array(columns);
  const offsets = new Float64Array(columns);
  let found = 0;
  let limit = Number.POSITIVE_INFINITY;
  let skipped = -1;

  const siftDown = (distance: number, row: number, end: number): void => {
    let place = 0;
    for (let child = 1; child < end; child = 2 * place + 1) {
      if (child + 1 < end && distances[child + 1]! > distances[child]!) child += 1;
      if (distances[child]! <= distance) break;
      distances[place] = distances[child]!;
      rows[place] = rows[child]!;
      place = child;
    }
    distances[place] = distance;
    rows[place] = row;
  };
  const siftUp = (distance: number, row: number): void => {
    let place = found++;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (distances[parent]! >= distance) break;
      distances[place] = distances[parent]!;
      rows[place] = rows[parent]!;
      place = parent;
    }
    distances[place] = distance;
    rows[place] = row;
  };
  const lookAt = (start: number, end: number): void => {
    for (let point = start; point < end; point++) {
      const row = source[point]!;
      if (row === skipped) continue;
      const base = point * columns;
      let distance = 0;
      for (let column = 0; column < columns; column++) {
        const difference = points[base + column]! - asked[column]!;
        distance += difference * difference;
        if (distance >= limit) break;
      }
      if (distance >= limit) continue;
      if (found < count) siftUp(distance, row);
      else siftDown(distance, row, count);
      if (found === count) limit = distances[0]!;
    }
  };
  /** @param distance squared, from the row asked for to the box of the node, by the borders crossed */
  const descend = (node: number, distance: number): void => {
    const column = nodeColumn[node]!;
    if (column < 0) {
      lookAt(starts[node]!, ends[node]!);
      return;
    }
    const offset = asked[column]! - border[node]!;
    const near = offset < 0 ? 2 * node + 1 : 2 * node + 2;
    descend(near, distance);
    const before = offsets[column]!;
    const beyond = distance - before * before + offset * offset;
    if (beyond >= limit) return;
    offsets[column] = offset;
    descend(near === 2 * node + 1 ? 2 * node + 2 : 2 * node + 1, beyond);
    offsets[column] = before;
  };
  /** Heap to rising order, in place. */
  const sort = (): void => {
    for (let last = count - 1; last > 0; last--) {
      const distance = distances[last]!;
      const row = rows[last]!;
      distances[last] = distances[0]!;
      rows[last] = rows[0]!;
      siftDown(distance, row, last);
    }
  };

  return {
    distances,
    rows,
    find(values, start, skip) {
      for (let column = 0; column < columns; column++) asked[column] = values[start + column]!;
      offsets.fill(0);
      found = 0;
      limit = Number.POSITIVE_INFINITY;
      skipped = skip;
      descend(0, 0);
      sort();
    },
  };
}
