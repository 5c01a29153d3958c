/** Trees as one TreeEnsembleRegressor of ai.onnx.ml: a sum of leaves for each output. */
import type { OnnxAttribute } from '../../formats/onnx/index.ts';
import type { ModelParts } from '../estimators/model-parts.ts';
import type { Trees } from './trees.ts';

/**
 * Missing values go left, as in training: every node says so.
 * @param start added to every row; width values
 * @returns the sum, [rows, width], float32
 */
export function addTrees(parts: ModelParts, input: string, trees: Trees, start?: ArrayLike<number>): string {
  const { width } = trees;
  const attributes: Record<string, OnnxAttribute> = {
    n_targets: { kind: 'int', value: width },
    aggregate_function: { kind: 'string', value: 'SUM' },
    post_transform: { kind: 'string', value: 'NONE' },
    ...nodeAttributes(trees),
    ...leafAttributes(trees),
  };
  if (start) attributes.base_values = { kind: 'floats', value: Array.from(start) };
  return parts.classical('TreeEnsembleRegressor', [input], attributes);
}

/** For each node its tree, and its number within the tree. */
function numberNodes({ roots, column }: Trees): { readonly tree: Int32Array; readonly number: Int32Array } {
  const tree = new Int32Array(column.length);
  const number = new Int32Array(column.length);
  roots.forEach((root, index) => {
    const end = roots[index + 1] ?? column.length;
    for (let node = root; node < end; node++) {
      tree[node] = index;
      number[node] = node - root;
    }
  });
  return { tree, number };
}

function nodeAttributes(trees: Trees): Record<string, OnnxAttribute> {
  const { column, border, left, right } = trees;
  const { tree, number } = numberNodes(trees);
  const isLeaf = (node: number): boolean => column[node]! < 0;
  const integers = (value: (node: number) => number): OnnxAttribute => ({
    kind: 'ints',
    value: Array.from(column, (_, node) => value(node)),
  });
  return {
    nodes_treeids: integers((node) => tree[node]!),
    nodes_nodeids: integers((node) => number[node]!),
    nodes_featureids: integers((node) => Math.max(0, column[node]!)),
    nodes_truenodeids: integers((node) => (isLeaf(node) ? 0 : number[left[node]!]!)),
    nodes_falsenodeids: integers((node) => (isLeaf(node) ? 0 : number[right[node]!]!)),
    nodes_missing_value_tracks_true: integers((node) => (isLeaf(node) ? 0 : 1)),
    nodes_values: { kind: 'floats', value: Array.from(border, (value, node) => (isLeaf(node) ? 0 : value)) },
    nodes_modes: {
      kind: 'strings',
      value: Array.from(column, (_, node) => (isLeaf(node) ? 'LEAF' : 'BRANCH_LEQ')),
    },
  };
}

/** What each leaf adds; figures that are 0 are left out. */
function leafAttributes(trees: Trees): Record<string, OnnxAttribute> {
  const { column, left, leaves, width } = trees;
  const { tree, number } = numberNodes(trees);
  const treeIds: number[] = [];
  const nodeIds: number[] = [];
  const targets: number[] = [];
  const weights: number[] = [];
  for (let node = 0; node < column.length; node++) {
    if (column[node]! >= 0) continue;
    const place = left[node]! * width;
    const own = leaves.subarray(place, place + width);
    for (let output = 0; output < width; output++) {
      // a leaf has to add something, if only nothing
      if (own[output] === 0 && !(output === 0 && own.every((weight) => weight === 0))) continue;
      treeIds.push(tree[node]!);
      nodeIds.push(number[node]!);
      targets.push(output);
      weights.push(own[output]!);
    }
  }
  return {
    target_treeids: { kind: 'ints', value: treeIds },
    target_nodeids: { kind: 'ints', value: nodeIds },
    target_ids: { kind: 'ints', value: targets },
    target_weights: { kind: 'floats', value: weights },
  };
}
