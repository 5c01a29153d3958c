/** Growing some trees of a forest: what a thread is asked to do. */
import { obey } from '../estimators/parallel.ts';
import { type Random, randomFor } from '../random.ts';
import type { BinnedTable } from './binned-table.ts';
import { growTree, type TakenRows, type TreeSettings } from './grow-tree.ts';
import { type Criterion, type SplitSearch, splitSearch } from './split-search.ts';
import { TreeBuilder, type Trees } from './trees.ts';

export interface ForestPart {
  readonly table: BinnedTable;
  /** Class index per row, or undefined for values. */
  readonly labels: Int32Array | undefined;
  readonly classes: number;
  readonly targets: Float64Array | undefined;
  readonly weights: Float64Array | undefined;
  readonly settings: TreeSettings;
  readonly criterion: Criterion;
  /** Draw rows with replacement for each tree. */
  readonly bootstrap: boolean;
  /** Rows drawn, as a share of all. */
  readonly sampleShare: number;
  readonly seed: number;
  /** Trees from … to - 1 of the forest. */
  readonly from: number;
  readonly to: number;
  readonly stop: SharedArrayBuffer;
}

export interface GrownPart {
  readonly trees: Trees;
  readonly importances: Float64Array;
  /** Sum of the predictions for rows that a tree did not see, [rows, width]. */
  readonly outOfBag: Float64Array;
  /** Trees that did not see a row. */
  readonly outOfBagTrees: Int32Array;
}

export function growForestPart(part: ForestPart): GrownPart {
  const { table, labels, targets, classes } = part;
  const { rows } = table;
  const target = labels ? { labels, classes, criterion: part.criterion } : { values: targets! };
  const search = splitSearch(table, target, part.settings.minimumLeaf);
  const { width } = search;
  const builder = new TreeBuilder(width);
  const importances = new Float64Array(table.columns);
  const outOfBag = new Float64Array(part.bootstrap ? rows * width : 0);
  const outOfBagTrees = new Int32Array(part.bootstrap ? rows : 0);
  const tell = (leaf: number, from: number, to: number): void => {
    for (let index = from; index < to; index++) {
      const row = search.others[index]!;
      outOfBagTrees[row]! += 1;
      for (let output = 0; output < width; output++) {
        outOfBag[row * width + output]! += builder.leafValues[leaf + output]!;
      }
    }
  };
  for (let tree = part.from; tree < part.to; tree++) {
    obey(part);
    const random = randomFor(part.seed, 'tree', tree);
    const taken = drawRows(part, random, search);
    growTree(table, search, taken, part.settings, random, builder, importances, tell);
  }
  return { trees: builder.finish(), importances, outOfBag, outOfBagTrees };
}

/** Sets the weights of the rows that a tree learns from, 0 for the others, and lists both; returns how many. */
function drawRows(part: ForestPart, random: Random, { weights, samples, others }: SplitSearch): TakenRows {
  const { rows } = part.table;
  if (part.bootstrap) {
    weights.fill(0);
    const draws = Math.max(1, Math.round(rows * part.sampleShare));
    for (let draw = 0; draw < draws; draw++) weights[random.integer(rows)]! += 1;
  } else weights.fill(1);
  if (part.weights) for (let row = 0; row < rows; row++) weights[row]! *= part.weights[row]!;
  let count = 0;
  let rest = 0;
  for (let row = 0; row < rows; row++) {
    if (weights[row]! > 0) samples[count++] = row;
    else if (part.bootstrap) others[rest++] = row;
  }
  return { samples: count, others: rest };
}
