/**
 * One tree of gradient boosting, from first and second derivatives of the loss (Chen and Guestrin 2016): of a node with
 * sums G and H the leaf is -G / (H + l2), and a split wins GL²/(HL + l2) + GR²/(HR + l2) - G²/(H + l2).
 */
import type { BinnedTable } from './binned-table.ts';
import type { TreeBuilder } from './trees.ts';

export interface BoostedTreeSettings {
  readonly rate: number;
  readonly maximumDepth: number;
  readonly l2: number;
  /** What a split has to win at least. */
  readonly minimumGain: number;
  /** Sum of second derivatives on either side of a split at least. */
  readonly minimumHessian: number;
}

/** The columns of a table that trees may ask, row by row: bins other than the column's commonest. */
export interface SparseRows {
  readonly table: BinnedTable;
  /** Columns in use. */
  readonly active: Int32Array;
  /** First bin of active column a among the bins of all active ones; one more at the end. */
  readonly offsets: Int32Array;
  /** Entries of row r: starts[r] … starts[r + 1] - 1. */
  readonly starts: Int32Array;
  /** Bins among those of all active columns. */
  readonly entries: Int32Array;
}

/** All columns, in the order of columns for each row; the base of what sparseRows filters. */
export interface RowEntries {
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly bins: Int32Array;
}

export function rowEntries(table: BinnedTable): RowEntries {
  const { rows, columns, bins, commonest } = table;
  const starts = new Int32Array(rows + 1);
  for (let column = 0; column < columns; column++) {
    const common = commonest[column]!;
    for (let row = 0; row < rows; row++) if (bins[column * rows + row] !== common) starts[row + 1]! += 1;
  }
  for (let row = 0; row < rows; row++) starts[row + 1]! += starts[row]!;
  const next = starts.slice();
  const entries = { columns: new Int32Array(starts[rows]!), bins: new Int32Array(starts[rows]!) };
  for (let column = 0; column < columns; column++) {
    const common = commonest[column]!;
    for (let row = 0; row < rows; row++) {
      const bin = bins[column * rows + row]!;
      if (bin === common) continue;
      const place = next[row]!;
      next[row] = place + 1;
      entries.columns[place] = column;
      entries.bins[place] = bin;
    }
  }
  return { starts, ...entries };
}

export function sparseRows(table: BinnedTable, all: RowEntries, active: Int32Array): SparseRows {
  const first = new Int32Array(table.columns).fill(-1);
  const offsets = new Int32Array(active.length + 1);
  active.forEach((column, place) => {
    first[column] = offsets[place]!;
    offsets[place + 1] = offsets[place]! + table.offsets[column + 1]! - table.offsets[column]!;
  });
  const starts = new Int32Array(table.rows + 1);
  const entries = new Int32Array(all.bins.length);
  let count = 0;
  for (let row = 0; row < table.rows; row++) {
    for (let place = all.starts[row]!; place < all.starts[row + 1]!; place++) {
      const offset = first[all.columns[place]!]!;
      if (offset >= 0) entries[count++] = offset + all.bins[place]!;
    }
    starts[row + 1] = count;
  }
  return { table, active, offsets, starts, entries };
}

export interface BoostedTreeInput {
  readonly rows: SparseRows;
  /** Rows that take part; reordered. */
  readonly samples: Int32Array;
  /** Derivatives of the loss, per row of the table. */
  readonly gradients: Float64Array;
  readonly hessians: Float64Array;
  readonly settings: BoostedTreeSettings;
  /** Which figure of the leaves the tree adds to. */
  readonly output: number;
}

interface Best {
  column: number;
  bin: number;
  gain: number;
}

/** Sums of derivatives by bin, kept from tree to tree. */
export class HistogramPool {
  private readonly free: Float64Array[] = [];
  private size = 0;

  take(bins: number): Float64Array {
    if (bins * 2 !== this.size) {
      this.free.length = 0;
      this.size = bins * 2;
    }
    return this.free.pop() ?? new Float64Array(this.size);
  }

  give(histogram: Float64Array): void {
    if (histogram.length === this.size) this.free.push(histogram);
  }
}

/** @param importances per column, grows by what its splits win */
export function growBoostedTree(
  input: BoostedTreeInput,
  builder: TreeBuilder,
  pool: HistogramPool,
  importances: Float64Array,
): void {
  const { rows, samples, settings, output } = input;
  const { table, active } = rows;
  const bins = rows.offsets[active.length]!;

  const makeLeaf = (node: number, gradient: number, hessian: number): void => {
    const place = builder.leaf(node);
    builder.leafValues[place + output] = (-settings.rate * gradient) / (hessian + settings.l2);
  };

  /** Gives the histogram back. */
  const divide = (
    node: number,
    start: number,
    end: number,
    depth: number,
    histogram: Float64Array,
    gradient: number,
    hessian: number,
  ): void => {
    const best = bestSplit(rows, histogram, gradient, hessian, settings);
    if (best.column < 0) {
      pool.give(histogram);
      makeLeaf(node, gradient, hessian);
      return;
    }
    importances[best.column]! += best.gain;
    const middle = partition(table, samples, start, end, best);
    const left = builder.node();
    const right = builder.node();
    const border = table.borders[table.offsets[best.column]! + best.bin]!;
    builder.split(node, best.column, best.bin, border, left, right);
    const leftSums = sums(input, start, middle);
    const rightSums = sums(input, middle, end);
    if (depth + 1 >= settings.maximumDepth) {
      pool.give(histogram);
      makeLeaf(left, leftSums.gradient, leftSums.hessian);
      makeLeaf(right, rightSums.gradient, rightSums.hessian);
      return;
    }
    // the smaller side is counted, the larger is the rest
    const leftIsSmaller = middle - start <= end - middle;
    const small = pool.take(bins);
    const smallSums = leftIsSmaller ? leftSums : rightSums;
    fill(input, leftIsSmaller ? start : middle, leftIsSmaller ? middle : end, small, smallSums);
    for (let place = 0; place < histogram.length; place++) histogram[place]! -= small[place]!;
    const leftHistogram = leftIsSmaller ? small : histogram;
    const rightHistogram = leftIsSmaller ? histogram : small;
    divide(left, start, middle, depth + 1, leftHistogram, leftSums.gradient, leftSums.hessian);
    divide(right, middle, end, depth + 1, rightHistogram, rightSums.gradient, rightSums.hessian);
  };

  builder.startTree();
  const root = builder.node();
  const all = sums(input, 0, samples.length);
  const histogram = pool.take(bins);
  fill(input, 0, samples.length, histogram, all);
  divide(root, 0, samples.length, 0, histogram, all.gradient, all.hessian);
}

interface Sums {
  readonly gradient: number;
  readonly hessian: number;
}

function sums({ samples, gradients, hessians }: BoostedTreeInput, start: number, end: number): Sums {
  let gradient = 0;
  let hessian = 0;
  for (let index = start; index < end; index++) {
    gradient += gradients[samples[index]!]!;
    hessian += hessians[samples[index]!]!;
  }
  return { gradient, hessian };
}

/** Counts the entries; the commonest bin of each column gets what the others leave. */
function fill(input: BoostedTreeInput, start: number, end: number, histogram: Float64Array, all: Sums): void {
  const { rows, samples, gradients, hessians } = input;
  const { starts, entries, active, offsets, table } = rows;
  histogram.fill(0);
  for (let index = start; index < end; index++) {
    const row = samples[index]!;
    const gradient = gradients[row]!;
    const hessian = hessians[row]!;
    const last = starts[row + 1]!;
    for (let place = starts[row]!; place < last; place++) {
      const at = entries[place]! * 2;
      histogram[at]! += gradient;
      histogram[at + 1]! += hessian;
    }
  }
  for (let place = 0; place < active.length; place++) {
    const from = offsets[place]! * 2;
    const to = offsets[place + 1]! * 2;
    let gradient = all.gradient;
    let hessian = all.hessian;
    for (let at = from; at < to; at += 2) {
      gradient -= histogram[at]!;
      hessian -= histogram[at + 1]!;
    }
    const common = from + table.commonest[active[place]!]! * 2;
    histogram[common] = gradient;
    histogram[common + 1] = Math.max(0, hessian);
  }
}

/** Differences of sums are never exact; a bin with less is empty. */
const emptyHessian = 1e-9;

function bestSplit(
  rows: SparseRows,
  histogram: Float64Array,
  gradient: number,
  hessian: number,
  settings: BoostedTreeSettings,
): Best {
  const { active, offsets } = rows;
  const { l2, minimumHessian } = settings;
  const best: Best = { column: -1, bin: -1, gain: Math.max(settings.minimumGain, 1e-9) };
  const own = (gradient * gradient) / (hessian + l2);
  for (let place = 0; place < active.length; place++) {
    const from = offsets[place]!;
    const to = offsets[place + 1]!;
    let leftGradient = 0;
    let leftHessian = 0;
    // the best border so far lies between this bin and the next that holds rows
    let pending = -1;
    for (let bin = from; bin < to; bin++) {
      const hessianHere = histogram[bin * 2 + 1]!;
      if (hessianHere <= emptyHessian) continue;
      if (pending >= 0) {
        best.column = active[place]!;
        best.bin = (pending + bin - 1 - 2 * from) >> 1;
        pending = -1;
      }
      leftGradient += histogram[bin * 2]!;
      leftHessian += hessianHere;
      const rightHessian = hessian - leftHessian;
      if (rightHessian < minimumHessian || rightHessian <= emptyHessian) break;
      if (leftHessian < minimumHessian) continue;
      const rightGradient = gradient - leftGradient;
      const gain =
        (leftGradient * leftGradient) / (leftHessian + l2) +
        (rightGradient * rightGradient) / (rightHessian + l2) -
        own;
      if (gain > best.gain) {
        best.gain = gain;
        pending = bin;
      }
    }
    if (pending >= 0) {
      best.column = active[place]!;
      best.bin = pending - from;
    }
  }
  return best;
}

function partition(table: BinnedTable, samples: Int32Array, start: number, end: number, best: Best): number {
  const { bins, rows } = table;
  const base = best.column * rows;
  let left = start;
  let right = end - 1;
  while (left <= right) {
    const row = samples[left]!;
    if (bins[base + row]! <= best.bin) {
      left += 1;
      continue;
    }
    samples[left] = samples[right]!;
    samples[right] = row;
    right -= 1;
  }
  return left;
}
