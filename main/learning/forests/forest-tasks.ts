/** Growing some trees of a forest: what a thread is asked to do. */
import { obey } from '../estimators/parallel.ts';
import { type Random, randomFor } from '../random.ts';
import type { BinnedTable } from './binned-table.ts';
import { growTree, type TreeSettings } from './grow-tree.ts';
import { type Criterion, classTarget, valueTarget } from './targets.ts';
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
  const weights = new Float64Array(rows);
  const target = labels
    ? classTarget(labels, weights, classes, part.criterion)
    : valueTarget(targets!, weights);
  const builder = new TreeBuilder(target.width);
  const importances = new Float64Array(table.columns);
  const outOfBag = new Float64Array(part.bootstrap ? rows * target.width : 0);
  const outOfBagTrees = new Int32Array(part.bootstrap ? rows : 0);
  for (let tree = part.from; tree < part.to; tree++) {
    obey(part);
    const random = randomFor(part.seed, 'tree', tree);
    const samples = drawRows(part, random, weights);
    growTree(table, samples, target, part.settings, random, builder, importances);
    if (!part.bootstrap) continue;
    const root = builder.roots[tree - part.from]!;
    for (let row = 0; row < rows; row++) {
      if (weights[row] !== 0) continue;
      outOfBagTrees[row]! += 1;
      const leaf = builder.leafOfBinned(root, table, row);
      for (let output = 0; output < target.width; output++) {
        outOfBag[row * target.width + output]! += builder.leafValues[leaf + output]!;
      }
    }
  }
  return { trees: builder.finish(), importances, outOfBag, outOfBagTrees };
}

/** Sets the weights of the rows that a tree learns from, 0 for the others; returns those rows. */
function drawRows(part: ForestPart, random: Random, weights: Float64Array): Int32Array {
  const { rows } = part.table;
  if (part.bootstrap) {
    weights.fill(0);
    const draws = Math.max(1, Math.round(rows * part.sampleShare));
    for (let draw = 0; draw < draws; draw++) weights[random.integer(rows)]! += 1;
  } else weights.fill(1);
  if (part.weights) for (let row = 0; row < rows; row++) weights[row]! *= part.weights[row]!;
  const samples = new Int32Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) if (weights[row]! > 0) samples[count++] = row;
  return samples.slice(0, count);
}
