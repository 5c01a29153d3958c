/** Finds the best border of a column within a node, whatever the trees are to tell apart: see kernels/assembly. */
import type { Random } from '../random.ts';
import type { BinnedTable } from './binned-table.ts';
import { forestKernels } from './kernels/forest-kernels.ts';

/** What the trees are to tell: classes or values. */
export type Target =
  | { readonly labels: Int32Array; readonly classes: number; readonly criterion: Criterion }
  | { readonly values: Float64Array };

export type Criterion = 'gini' | 'entropy';

export interface BinRange {
  readonly low: number;
  readonly high: number;
}

export interface SplitSearch {
  /** Figures of a leaf. */
  readonly width: number;
  /** Per row of the table; rows of weight 0 are not among the samples. To be filled in. */
  readonly weights: Float64Array;
  /** Rows of the table, of which a tree takes the first ones; nodes are ranges of them. To be filled in. */
  readonly samples: Int32Array;
  /** The searches that follow are about the rows `samples[start … end)`. Returns their impurity times their weight. */
  enter(start: number, end: number): number;
  /** The weights are read; nothing is known of any column; what is drawn follows from the random numbers. */
  startTree(random: Random): void;
  /** Another column than the first `drawn` ones. */
  draw(drawn: number): number;
  /**
   * Of so many columns drawn, and of more when none of them divides the node, the one with the best border, the first of
   * equal ones; -1 when none divides it.
   */
  choose(number: number): number;
  /** Whether the border divides the node. */
  at(column: number, bin: number): boolean;
  /** Of the border found last: minus the impurity that remains, times weight. */
  gain(): number;
  /** Of the border found by `choose`: the last bin that goes left. */
  bin(): number;
  /** Lowest and highest bin of a column in the node; null when it has one bin only. */
  range(column: number): BinRange | null;
  /** Moves the rows of the node that go left to the front; returns where the others begin. */
  divide(column: number, bin: number): number;
  /** Rows that a tree does not learn from, of which it takes the first ones. To be filled in. */
  readonly others: Int32Array;
  /** The same for a range of the others. */
  divideOthers(start: number, end: number, column: number, bin: number): number;
  /** Writes what a leaf of this node says. */
  leaf(values: Float32Array, at: number): void;
}

/**
 * @param minimumLeaf rows on either side of a split at least
 * @throws RangeError when the bins take more memory than there is
 */
export function splitSearch(table: BinnedTable, target: Target, minimumLeaf: number): SplitSearch {
  const { rows, bins } = table;
  const kernels = forestKernels();
  const { run } = kernels;
  const width = 'labels' in target ? target.classes : 1;
  const at = {
    bins: kernels.allocate(bins.byteLength),
    byRow: kernels.allocate(bins.byteLength),
    commonest: kernels.allocate(table.commonest.byteLength),
    weights: kernels.allocate(rows * 8),
    samples: kernels.allocate(rows * 4),
    found: kernels.allocate(rows * 8),
    spare: kernels.allocate(rows * 8),
    known: kernels.allocate(rows * 8),
    records: kernels.allocate(rows * 16),
    places: kernels.allocate(rows * 16),
    others: kernels.allocate(rows * 4),
    room: kernels.allocate(width * 16),
    leaf: kernels.allocate(width * 4),
    order: kernels.allocate(table.columns * 4),
    constants: kernels.allocate(table.columns * 8),
  };
  const wide = bins.BYTES_PER_ELEMENT === 4;
  if (wide) kernels.integers(at.bins, bins.length).set(bins);
  else kernels.bytes(at.bins, bins.length).set(bins);
  kernels.integers(at.commonest, table.commonest.length).set(table.commonest);
  run.setTable(at.bins, at.byRow, wide, rows, table.columns, at.commonest);
  run.setRoom(at.samples, at.found, at.spare, at.constants);
  run.setOrder(at.order, table.columns);
  if ('labels' in target) {
    kernels.integers(at.known, rows).set(target.labels);
    const entropy = target.criterion === 'entropy';
    run.setClasses(entropy, width, at.known, at.weights, at.records, at.places, at.room);
  } else {
    kernels.doubles(at.known, rows).set(target.values);
    run.setValues(at.known, at.weights, at.records, at.places);
  }
  const results = kernels.doubles(run.resultsAt(), 2);
  const shares = kernels.floats(at.leaf, width);
  const constants = kernels.integers(at.constants, table.columns * 2);
  let from = 0;
  let count = 0;
  return {
    width,
    weights: kernels.doubles(at.weights, rows),
    samples: kernels.integers(at.samples, rows),
    enter(start, end) {
      from = start;
      count = end - start;
      return run.enter(at.samples + start * 4, count);
    },
    startTree(random) {
      constants.fill(0);
      run.readWeights(rows);
      run.startDraws(random.integer(2 ** 32), random.integer(2 ** 32));
    },
    draw: (drawn) => run.draw(drawn),
    choose: (number) => run.choose(number, from, count, minimumLeaf),
    at: (column, bin) => run.at(column, bin, from, count, minimumLeaf) !== 0,
    gain: () => results[0]!,
    bin: () => results[1]!,
    range: (column) =>
      run.range(column, from, count) === 0 ? null : { low: results[0]!, high: results[1]! },
    divide: (column, bin) => run.divide(at.samples, from, from + count, column, bin),
    others: kernels.integers(at.others, rows),
    divideOthers: (start, end, column, bin) => run.divide(at.others, start, end, column, bin),
    leaf(values, place) {
      run.leaf(at.leaf);
      for (let output = 0; output < width; output++) values[place + output] = shares[output]!;
    },
  };
}
