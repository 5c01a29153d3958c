/** An order of rows in which neighbours lie together: that of the leaves of a k-d tree. */
import type { Table } from '../estimators/table.ts';

const leafRows = 24;

/** Divides at the median of the column of widest range, until few rows are left. */
export function spaceOrder(table: Table): Int32Array {
  const order = Int32Array.from({ length: table.rows }, (_, row) => row);
  const divide = (start: number, end: number): void => {
    if (end - start <= leafRows) return;
    const column = widestColumn(table, order, start, end);
    if (column < 0) return;
    const middle = (start + end) >> 1;
    select(table, column, order, start, end - 1, middle);
    divide(start, middle);
    divide(middle, end);
  };
  divide(0, table.rows);
  return order;
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
