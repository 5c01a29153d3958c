/**
 * Values as small whole numbers: each column is cut into bins, and a tree asks for bins only. A column with no more
 * distinct values than bins keeps them all, so that nothing is lost; one with more is cut at quantiles.
 */
import { sharedFloat32, sharedInt32 } from '../estimators/parallel.ts';
import type { Table } from '../estimators/table.ts';

type Bins = Uint8Array | Uint16Array | Uint32Array;

export interface BinnedTable {
  readonly rows: number;
  readonly columns: number;
  /** Column-major, [columns, rows]. In a column with missing values bin 0 is theirs; -Infinity counts as missing. */
  readonly bins: Bins;
  /** Per column: the bin that most rows have. */
  readonly commonest: Int32Array;
  /** Bins of column c are numbered from 0; its borders are at offsets[c] … offsets[c + 1] - 1. */
  readonly offsets: Int32Array;
  /** Largest value that still belongs to a bin or one before it: between two distinct values of the column. */
  readonly borders: Float32Array;
  /** Smallest value in each bin; -Infinity for the missing. */
  readonly lowest: Float32Array;
}

/** Below every finite value: only what is missing lies left of it. */
const lowestFinite = -3.4028234663852886e38;
const highestFinite = -lowestFinite;

interface ColumnCut {
  /** First value of each bin, rising; the missing have -Infinity. */
  readonly starts: Float32Array;
  /** Last value of each bin. */
  readonly ends: Float32Array;
}

/** By number of bins: a search for settings fits to the same tables again and again. */
const binned = new WeakMap<Table, Map<number, BinnedTable>>();

/**
 * The same result for the same table, whose values must not change.
 * @param most bins of a column at most; Infinity keeps every distinct value (exact splits)
 */
export function binTable(table: Table, most = 256): BinnedTable {
  const known = binned.get(table) ?? new Map<number, BinnedTable>();
  binned.set(table, known);
  const result = known.get(most) ?? cutIntoBins(table, most);
  known.set(most, result);
  return result;
}

function cutIntoBins(table: Table, most: number): BinnedTable {
  const { rows, columns } = table;
  const column = new Float32Array(rows);
  const cuts: ColumnCut[] = [];
  const distinct = new DistinctValues(Math.min(most, 256));
  const narrow = most <= 256 ? new Uint8Array(new SharedArrayBuffer(columns * rows)) : undefined;
  const wide = narrow ? undefined : new Uint32Array(new SharedArrayBuffer(columns * rows * 4));
  const bins = narrow ?? wide!;
  for (let index = 0; index < columns; index++) {
    readColumn(table, index, column);
    const few = distinct.take(column);
    const cut = few ? eachOnItsOwn(few) : cutColumn(column, most);
    cuts.push(cut);
    const part = bins.subarray(index * rows, (index + 1) * rows);
    if (few) distinct.number(part);
    else place(column, cut.starts, part);
  }
  const edges = joinCuts(cuts);
  return { rows, columns, bins, commonest: commonestBins(bins, rows, edges.offsets), ...edges };
}

/** Other rows in the bins of a table; values beyond its range fall into the outer bins. */
export function binLike(fitted: BinnedTable, table: Table): BinnedTable {
  const { rows, columns } = table;
  const { offsets, borders } = fitted;
  const size = columns * rows;
  const narrow = fitted.bins instanceof Uint8Array;
  const bins = narrow
    ? new Uint8Array(new SharedArrayBuffer(size))
    : new Uint32Array(new SharedArrayBuffer(size * 4));
  const column = new Float32Array(rows);
  for (let index = 0; index < columns; index++) {
    readColumn(table, index, column);
    const own = borders.subarray(offsets[index]!, offsets[index + 1]!);
    for (let row = 0; row < rows; row++) bins[index * rows + row] = binOf(column[row]!, own);
  }
  return { ...fitted, rows, bins };
}

/** The first bin whose border is not below the value; 0 for a missing one. */
function binOf(value: number, borders: Float32Array): number {
  if (Number.isNaN(value)) return 0;
  let low = 0;
  let high = borders.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value > borders[middle]!) low = middle + 1;
    else high = middle;
  }
  return low;
}

function readColumn({ rows, columns, values }: Table, column: number, into: Float32Array): void {
  for (let row = 0, place = column; row < rows; row++, place += columns) {
    const value = Math.min(values[place]!, highestFinite);
    into[row] = value === Number.NEGATIVE_INFINITY ? Number.NaN : value;
  }
}

function commonestBins(bins: Bins, rows: number, offsets: Int32Array): Int32Array {
  const commonest = sharedInt32(offsets.length - 1);
  for (let column = 0; column < commonest.length; column++) {
    const counts = new Int32Array(offsets[column + 1]! - offsets[column]!);
    const base = column * rows;
    for (let row = 0; row < rows; row++) counts[bins[base + row]!]! += 1;
    for (let bin = 1; bin < counts.length; bin++) {
      if (counts[bin]! > counts[commonest[column]!]!) commonest[column] = bin;
    }
  }
  return commonest;
}

function joinCuts(cuts: readonly ColumnCut[]): Pick<BinnedTable, 'offsets' | 'borders' | 'lowest'> {
  const offsets = sharedInt32(cuts.length + 1);
  cuts.forEach(({ starts }, index) => {
    offsets[index + 1] = offsets[index]! + starts.length;
  });
  const borders = sharedFloat32(offsets[cuts.length]!);
  const lowest = sharedFloat32(offsets[cuts.length]!);
  cuts.forEach(({ starts, ends }, index) => {
    const offset = offsets[index]!;
    lowest.set(starts, offset);
    for (let bin = 0; bin + 1 < starts.length; bin++) {
      borders[offset + bin] = between(ends[bin]!, starts[bin + 1]!);
    }
    if (starts.length > 0) borders[offset + starts.length - 1] = Number.POSITIVE_INFINITY;
  });
  return { offsets, borders, lowest };
}

/** A float32 from `low` up to but without `high`. */
function between(low: number, high: number): number {
  if (low === Number.NEGATIVE_INFINITY) return lowestFinite;
  const middle = Math.fround(low / 2 + high / 2);
  return middle >= low && middle < high ? middle : low;
}

function eachOnItsOwn(values: Float32Array): ColumnCut {
  return { starts: values, ends: values };
}

/** Quantile bins; equal values stay together, so that there may be fewer than asked for. */
function cutColumn(column: Float32Array, most: number): ColumnCut {
  const known = withoutNaN(column).sort();
  const missing = known.length < column.length;
  const wanted = Math.min(known.length, most - (missing ? 1 : 0));
  const starts: number[] = missing ? [Number.NEGATIVE_INFINITY] : [];
  const ends: number[] = missing ? [Number.NEGATIVE_INFINITY] : [];
  let from = 0;
  for (let bin = 0; from < known.length; bin++) {
    const left = Math.max(1, wanted - bin);
    let to =
      left === 1 ? known.length : Math.min(known.length, from + Math.ceil((known.length - from) / left));
    while (to < known.length && known[to] === known[to - 1]) to++;
    starts.push(known[from]!);
    ends.push(known[to - 1]!);
    from = to;
  }
  return { starts: Float32Array.from(starts), ends: Float32Array.from(ends) };
}

function withoutNaN(column: Float32Array): Float32Array {
  let count = 0;
  const known = new Float32Array(column.length);
  for (const value of column) if (!Number.isNaN(value)) known[count++] = value + 0; // -0 becomes 0
  return known.subarray(0, count);
}

/** The bin of each value: the last whose start is not above it. */
function place(column: Float32Array, starts: Float32Array, into: Bins): void {
  for (let row = 0; row < column.length; row++) {
    const value = column[row]!;
    let low = 0;
    if (!Number.isNaN(value)) {
      let high = starts.length;
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (starts[middle]! <= value) low = middle;
        else high = middle;
      }
    }
    into[row] = low;
  }
}

/** Finds the distinct values of a column while they are few, with a hash table over their bits. */
class DistinctValues {
  private readonly most: number;
  private readonly keys = new Int32Array(1024);
  /** The bits of the keys as what they are. */
  private readonly values = new Float32Array(this.keys.buffer);
  private readonly used = new Uint8Array(1024);
  private readonly numbers = new Uint8Array(1024);
  private bits: Int32Array = new Int32Array(0);

  constructor(most: number) {
    this.most = most;
  }

  /** The values in rising order, the missing first as -Infinity; undefined when there are too many. */
  take(column: Float32Array): Float32Array | undefined {
    this.used.fill(0);
    this.bits = new Int32Array(column.buffer, column.byteOffset, column.length);
    const { keys, used, bits } = this;
    let count = 0;
    for (let row = 0; row < column.length; row++) {
      if (column[row] === 0) column[row] = 0;
      else if (Number.isNaN(column[row])) column[row] = Number.NaN;
      const key = bits[row]!;
      let slot = (Math.imul(key, 0x9e3779b1) >>> 22) & 1023;
      while (used[slot] === 1 && keys[slot] !== key) slot = (slot + 1) & 1023;
      if (used[slot] === 1) continue;
      count += 1;
      if (count > this.most) return undefined;
      used[slot] = 1;
      keys[slot] = key;
    }
    return this.inOrder(count);
  }

  private inOrder(count: number): Float32Array {
    const { used, values } = this;
    const slots = new Int32Array(count);
    let filled = 0;
    for (let slot = 0; slot < used.length; slot++) if (used[slot] === 1) slots[filled++] = slot;
    const valueIn = (slot: number): number => {
      const value = values[slot]!;
      return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
    };
    slots.sort((a, b) => valueIn(a) - valueIn(b));
    slots.forEach((slot, number) => {
      this.numbers[slot] = number;
    });
    return Float32Array.from(slots, valueIn);
  }

  /** The place of each value of the column taken last. */
  number(into: Bins): void {
    const { keys, numbers, bits } = this;
    for (let row = 0; row < bits.length; row++) {
      const key = bits[row]!;
      let slot = (Math.imul(key, 0x9e3779b1) >>> 22) & 1023;
      while (keys[slot] !== key) slot = (slot + 1) & 1023;
      into[row] = numbers[slot]!;
    }
  }
}
