/** Grows one tree of a forest over binned columns (CART; extra trees with random borders). */
import type { Random } from '../random.ts';
import type { BinnedTable } from './binned-table.ts';
import type { BinRange, SplitSearch } from './split-search.ts';
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
  /** Range of the rows that are not learned from. */
  readonly otherStart: number;
  readonly otherEnd: number;
  readonly depth: number;
}

/** Rows that take part: the first ones of those listed in the search, which are reordered. */
export interface TakenRows {
  readonly samples: number;
  readonly others: number;
}

/**
 * @param tell what a leaf says to the others `from … to` that end in it: its values are at `leaf` of the builder's
 * @param importances per column, grows by what its splits win, as a share of the whole tree's impurity
 */
export function growTree(
  table: BinnedTable,
  search: SplitSearch,
  taken: TakenRows,
  settings: TreeSettings,
  random: Random,
  builder: TreeBuilder,
  importances: Float64Array,
  tell: (leaf: number, from: number, to: number) => void,
): void {
  const chooser = columnChooser(table, search, settings, random);
  const won = new Float64Array(table.columns);
  builder.startTree();
  search.startTree(random);
  const open: OpenNode[] = [
    { node: builder.node(), start: 0, end: taken.samples, otherStart: 0, otherEnd: taken.others, depth: 0 },
  ];
  for (let here = open.pop(); here; here = open.pop()) {
    const { node, start, end, otherStart, otherEnd, depth } = here;
    const impurity = search.enter(start, end);
    const divisible =
      depth < settings.maximumDepth &&
      end - start >= settings.minimumSplit &&
      end - start >= 2 * settings.minimumLeaf &&
      impurity > 0;
    const column = divisible ? chooser.choose() : -1;
    if (column < 0) {
      const at = builder.leaf(node);
      search.leaf(builder.leafValues, at);
      if (otherStart < otherEnd) tell(at, otherStart, otherEnd);
      continue;
    }
    const { bin, gain } = chooser.split;
    won[column]! += Math.max(0, impurity + gain);
    const middle = search.divide(column, bin);
    const otherMiddle =
      otherStart < otherEnd ? search.divideOthers(otherStart, otherEnd, column, bin) : otherStart;
    const left = builder.node();
    const right = builder.node();
    builder.split(node, column, bin, table.borders[table.offsets[column]! + bin]!, left, right);
    open.push({ node: right, start: middle, end, otherStart: otherMiddle, otherEnd, depth: depth + 1 });
    open.push({ node: left, start, end: middle, otherStart, otherEnd: otherMiddle, depth: depth + 1 });
  }
  const all = won.reduce((sum, gain) => sum + gain, 0);
  if (all > 0) for (let column = 0; column < won.length; column++) importances[column]! += won[column]! / all;
}

interface ColumnChooser {
  /** The best split of the columns drawn; its column, or -1 when nothing divides the node. */
  choose(): number;
  readonly split: { readonly bin: number; readonly gain: number };
}

function columnChooser(
  table: BinnedTable,
  search: SplitSearch,
  { columnsPerSplit, splitter }: TreeSettings,
  random: Random,
): ColumnChooser {
  const { columns } = table;
  const split = { bin: -1, gain: Number.NEGATIVE_INFINITY };
  const best = (): number => {
    const column = search.choose(columnsPerSplit);
    split.gain = search.gain();
    split.bin = search.bin();
    return column;
  };
  const atRandom = (): number => {
    let chosen = -1;
    split.gain = Number.NEGATIVE_INFINITY;
    for (let drawn = 0; drawn < columns && (drawn < columnsPerSplit || chosen < 0); drawn++) {
      const column = search.draw(drawn);
      const range = search.range(column);
      if (range === null) continue;
      const bin = randomBorder(table, column, range, random);
      if (!search.at(column, bin) || search.gain() <= split.gain) continue;
      split.gain = search.gain();
      split.bin = bin;
      chosen = column;
    }
    return chosen;
  };
  return { split, choose: splitter === 'best' ? best : atRandom };
}

/** A bin whose upper border is a value drawn evenly between the lowest and the highest of the node. */
function randomBorder(
  { lowest, offsets }: BinnedTable,
  column: number,
  { low, high }: BinRange,
  random: Random,
): number {
  const offset = offsets[column]!;
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
