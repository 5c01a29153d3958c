/** Grows one tree of a forest over binned columns (CART; extra trees with random borders). */
import type { Random } from '../random.ts';
import type { BinnedTable } from './binned-table.ts';
import { type Split, type SplitSearch, splitSearch, type Target } from './split-search.ts';
import type { TreeBuilder } from './trees.ts';

export interface TreeSettings {
  /** Infinity: until the leaves are pure. */
  readonly maximumDepth: number;
  /** Rows of a node that may still be divided. */
  readonly minimumSplit: number;
  /** Rows of a leaf at least. */
  readonly minimumLeaf: number;
  /** Columns looked at for each split; more when none of them divides the node. */
  readonly columnsPerSplit: number;
  /** best: the best border of each column; random: one border of each, drawn evenly between its lowest and highest value. */
  readonly splitter: 'best' | 'random';
}

interface OpenNode {
  readonly node: number;
  readonly start: number;
  readonly end: number;
  readonly depth: number;
}

/**
 * @param samples rows that take part; reordered
 * @param importances per column, grows by what its splits win, as a share of the whole tree's impurity
 */
export function growTree(
  table: BinnedTable,
  samples: Int32Array,
  target: Target,
  settings: TreeSettings,
  random: Random,
  builder: TreeBuilder,
  importances: Float64Array,
): void {
  const search = splitSearch(table, samples, target, settings.minimumLeaf);
  const chooser = columnChooser(table, search, settings, random);
  const won = new Float64Array(table.columns);
  builder.startTree();
  const open: OpenNode[] = [{ node: builder.node(), start: 0, end: samples.length, depth: 0 }];
  for (let here = open.pop(); here; here = open.pop()) {
    const { node, start, end, depth } = here;
    search.enter(start, end);
    const impurity = target.impurity();
    const divisible =
      depth < settings.maximumDepth &&
      end - start >= settings.minimumSplit &&
      end - start >= 2 * settings.minimumLeaf &&
      impurity > 0;
    const column = divisible ? chooser.choose(start, end) : -1;
    if (column < 0) {
      const at = builder.leaf(node);
      target.leaf(builder.leafValues, at);
      continue;
    }
    won[column]! += Math.max(0, impurity + chooser.split.gain);
    const { bin } = chooser.split;
    const middle = divide(table, samples, start, end, column, bin);
    const left = builder.node();
    const right = builder.node();
    builder.split(node, column, bin, table.borders[table.offsets[column]! + bin]!, left, right);
    open.push({ node: right, start: middle, end, depth: depth + 1 });
    open.push({ node: left, start, end: middle, depth: depth + 1 });
  }
  const all = won.reduce((sum, gain) => sum + gain, 0);
  if (all > 0) for (let column = 0; column < won.length; column++) importances[column]! += won[column]! / all;
}

interface ColumnChooser {
  /** The best split of the columns drawn; its column, or -1 when nothing divides the node. */
  choose(start: number, end: number): number;
  readonly split: Split;
}

/**
 * Draws columns without replacement. A column found constant in a node is constant in all below it: rows of nodes
 * below lie within the node's range of samples, so the range tells.
 */
function columnChooser(
  table: BinnedTable,
  search: SplitSearch,
  settings: TreeSettings,
  random: Random,
): ColumnChooser {
  const { columns } = table;
  const order = Int32Array.from({ length: columns }, (_, column) => column);
  const constantFrom = new Int32Array(columns).fill(-1);
  const constantTo = new Int32Array(columns);
  const split: Split = { bin: -1, gain: Number.NEGATIVE_INFINITY, constant: false };
  const tried: Split = { bin: -1, gain: Number.NEGATIVE_INFINITY, constant: false };
  const range = new Int32Array(2);

  const tryColumn = (column: number): void => {
    if (settings.splitter === 'best') {
      search.best(column, tried);
      return;
    }
    search.range(column, range);
    const constant = range[0] === range[1];
    if (constant) tried.bin = -1;
    else search.at(column, randomBorder(table, column, range, random), tried);
    tried.constant = constant;
  };

  return {
    split,
    choose(start, end) {
      split.bin = -1;
      split.gain = Number.NEGATIVE_INFINITY;
      let best = -1;
      for (let drawn = 0; drawn < columns && (drawn < settings.columnsPerSplit || best < 0); drawn++) {
        const other = drawn + random.integer(columns - drawn);
        const column = order[other]!;
        order[other] = order[drawn]!;
        order[drawn] = column;
        const known = constantFrom[column]!;
        if (known >= 0 && known <= start && end <= constantTo[column]!) continue;
        tryColumn(column);
        if (tried.constant) {
          constantFrom[column] = start;
          constantTo[column] = end;
        } else if (tried.bin >= 0 && tried.gain > split.gain) {
          split.gain = tried.gain;
          split.bin = tried.bin;
          best = column;
        }
      }
      return best;
    },
  };
}

/** A bin whose upper border is a value drawn evenly between the lowest and the highest of the node. */
function randomBorder(table: BinnedTable, column: number, range: Int32Array, random: Random): number {
  const { lowest, offsets } = table;
  const offset = offsets[column]!;
  const low = range[0]!;
  const high = range[1]!;
  const least = lowest[offset + low]!;
  // the missing have no value: they are parted from the rest, as likely as not
  if (least === Number.NEGATIVE_INFINITY && (high === low + 1 || random.uniform() < 0.5)) return low;
  const first = least === Number.NEGATIVE_INFINITY ? low + 1 : low;
  const from = lowest[offset + first]!;
  const value = from + random.uniform() * (lowest[offset + high]! - from);
  let bin = first;
  let above = high;
  while (above - bin > 1) {
    const middle = (bin + above) >> 1;
    if (lowest[offset + middle]! <= value) bin = middle;
    else above = middle;
  }
  return bin;
}

/** Moves the rows that go left to the front; returns where the others begin. */
function divide(
  table: BinnedTable,
  samples: Int32Array,
  start: number,
  end: number,
  column: number,
  bin: number,
): number {
  const { bins, rows } = table;
  const base = column * rows;
  let left = start;
  let right = end - 1;
  while (left <= right) {
    const row = samples[left]!;
    if (bins[base + row]! <= bin) {
      left += 1;
      continue;
    }
    samples[left] = samples[right]!;
    samples[right] = row;
    right -= 1;
  }
  return left;
}
