/** Random forests (Breiman 2001) and extremely randomised trees (Geurts et al. 2006), for classes and values. */
import type { Estimator, FitInput, FitPorts, Fitted } from '../estimators/estimator.ts';
import { followSignal, portions } from '../estimators/parallel.ts';
import { checkColumns, checkTable } from '../estimators/table.ts';
import { runTask } from '../estimators/tasks.ts';
import { balancedWeights } from '../estimators/weights.ts';
import { numberOf, type ParameterDefinition, type Parameters } from '../recipes/recipe.ts';
import { binTable } from './binned-table.ts';
import { addTrees } from './ensemble-graph.ts';
import type { ForestPart, GrownPart } from './forest-tasks.ts';
import type { TreeSettings } from './grow-tree.ts';
import type { Criterion } from './split-search.ts';
import { joinTrees, nodesOf, sumTrees, type Trees } from './trees.ts';

interface ForestKind {
  readonly name: string;
  readonly description: string;
  readonly task: 'classification' | 'regression';
  readonly splitter: TreeSettings['splitter'];
}

/** Trees of one task of a thread. Fixed, so that sums are added up in one order whatever the number of threads. */
const treesPerTask = 20;

export const randomForest = forest({
  name: 'random-forest',
  description: 'random forest: many trees, each on drawn rows and columns, vote',
  task: 'classification',
  splitter: 'best',
});
export const extraTrees = forest({
  name: 'extra-trees',
  description: 'extremely randomised trees: as a forest, with borders drawn at random',
  task: 'classification',
  splitter: 'random',
});
export const forestRegression = forest({
  name: 'random-forest-regression',
  description: 'random forest for values',
  task: 'regression',
  splitter: 'best',
});
export const extraTreesRegression = forest({
  name: 'extra-trees-regression',
  description: 'extremely randomised trees for values',
  task: 'regression',
  splitter: 'random',
});

function forest(kind: ForestKind): Estimator {
  return {
    name: kind.name,
    description: kind.description,
    task: kind.task,
    parameters: parametersOf(kind),
    fit: (input, parameters, ports) => fitForest(kind, input, parameters, ports),
  };
}

function parametersOf({ task, splitter }: ForestKind): ParameterDefinition[] {
  const classes = task === 'classification';
  const own: ParameterDefinition[] = [
    { name: 'trees', description: 'trees', kind: 'integer', default: 200, minimum: 1, maximum: 10_000 },
    {
      name: 'maximumDepth',
      description: 'questions in a row at most; 0: until the leaves are pure',
      kind: 'integer',
      default: 0,
      minimum: 0,
      maximum: 1000,
    },
    {
      name: 'minimumSplit',
      description: 'rows of a node that may still be divided',
      kind: 'integer',
      default: 2,
      minimum: 2,
      maximum: 1_000_000,
    },
    {
      name: 'minimumLeaf',
      description: 'rows of a leaf at least',
      kind: 'integer',
      default: 1,
      minimum: 1,
      maximum: 1_000_000,
    },
    {
      name: 'columns',
      description: 'columns looked at for each split: sqrt, log2, third or all',
      kind: 'choice',
      default: classes ? 'sqrt' : 'third',
      choices: ['sqrt', 'log2', 'third', 'all'],
    },
    {
      name: 'bootstrap',
      description: 'each tree learns from rows drawn with replacement',
      kind: 'flag',
      default: splitter === 'best',
    },
    {
      name: 'sampleShare',
      description: 'rows drawn for a tree, as a share of all',
      kind: 'number',
      default: 1,
      minimum: 0.001,
      maximum: 1,
    },
    {
      name: 'bins',
      description: 'bins of a column; 0: every distinct value is a border that can be found',
      kind: 'integer',
      default: 256,
      minimum: 0,
      maximum: 256,
    },
  ];
  if (!classes) return own;
  return [
    ...own,
    {
      name: 'criterion',
      description: 'how good a split is',
      kind: 'choice',
      default: 'gini',
      choices: ['gini', 'entropy'],
    },
    {
      name: 'classWeights',
      description: 'balanced: rare classes count as much as common ones',
      kind: 'choice',
      default: 'none',
      choices: ['balanced', 'none'],
    },
  ];
}

async function fitForest(
  kind: ForestKind,
  input: FitInput,
  parameters: Parameters,
  ports: FitPorts,
): Promise<Fitted> {
  const { table } = input;
  checkTable(table);
  const flag = followSignal(ports.signal);
  const most = numberOf(parameters, 'bins');
  const common = {
    table: binTable(table, most === 0 ? Number.POSITIVE_INFINITY : most),
    labels: kind.task === 'classification' ? input.labels : undefined,
    classes: input.classes ?? 0,
    targets: input.targets,
    weights: parameters.classWeights === 'balanced' ? balancedWeights(input) : input.weights,
    settings: treeSettings(kind, parameters, table.columns),
    criterion: parameters.criterion as Criterion,
    bootstrap: parameters.bootstrap === true,
    sampleShare: numberOf(parameters, 'sampleShare'),
    seed: ports.seed,
    stop: flag.stop,
  };
  const total = numberOf(parameters, 'trees');
  let done = 0;
  try {
    const grown = await Promise.all(
      portions(total, treesPerTask).map(async (range) => {
        const part: ForestPart = { ...common, ...range };
        const result = await runTask<GrownPart>(ports.parallel, 'growForestPart', part);
        done += range.to - range.from;
        ports.onProgress?.(done / total, { trees: done });
        return result;
      }),
    );
    return fitted(grown, table.columns, total, input);
  } finally {
    flag.release();
  }
}

function treeSettings(kind: ForestKind, parameters: Parameters, columns: number): TreeSettings {
  const depth = numberOf(parameters, 'maximumDepth');
  const perSplit: Record<string, number> = {
    sqrt: Math.floor(Math.sqrt(columns)),
    log2: Math.floor(Math.log2(columns)),
    third: Math.floor(columns / 3),
    all: columns,
  };
  return {
    maximumDepth: depth === 0 ? Number.POSITIVE_INFINITY : depth,
    minimumSplit: numberOf(parameters, 'minimumSplit'),
    minimumLeaf: numberOf(parameters, 'minimumLeaf'),
    columnsPerSplit: Math.max(1, perSplit[String(parameters.columns)] ?? 1),
    splitter: kind.splitter,
  };
}

function fitted(grown: readonly GrownPart[], columns: number, total: number, input: FitInput): Fitted {
  const summed = joinTrees(grown.map((part) => part.trees));
  const trees: Trees = { ...summed, leaves: summed.leaves.map((value) => value / total) };
  const importances = new Float64Array(columns);
  for (const part of grown) {
    for (let column = 0; column < columns; column++) importances[column]! += part.importances[column]!;
  }
  const all = importances.reduce((sum, value) => sum + value, 0);
  if (all > 0) for (let column = 0; column < columns; column++) importances[column]! /= all;
  const outOfBag = outOfBagMeans(grown, trees.width);
  const score = outOfBag && outOfBagScore(outOfBag, trees.width, input);
  return {
    columns,
    width: trees.width,
    inputType: 'float32',
    predict(table) {
      checkColumns(table, columns);
      return sumTrees(trees, table);
    },
    addTo: (parts, name) => addTrees(parts, name, trees),
    importances,
    ...(outOfBag ? { outOfBag } : {}),
    figures: {
      trees: total,
      nodes: nodesOf(trees),
      ...(score === undefined ? {} : { outOfBagScore: score }),
    },
  };
}

/** Undefined when every tree saw every row. */
function outOfBagMeans(grown: readonly GrownPart[], width: number): Float64Array | undefined {
  const rows = grown[0]?.outOfBagTrees.length ?? 0;
  if (rows === 0) return undefined;
  const means = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const count = grown.reduce((sum, part) => sum + part.outOfBagTrees[row]!, 0);
    for (let output = 0; output < width; output++) {
      const sum = grown.reduce((partial, part) => partial + part.outOfBag[row * width + output]!, 0);
      means[row * width + output] = count === 0 ? Number.NaN : sum / count;
    }
  }
  return means;
}

/** Accuracy, or the share of the variance explained, on rows by trees that did not see them. */
function outOfBagScore(outOfBag: Float64Array, width: number, input: FitInput): number | undefined {
  const rows = Array.from({ length: outOfBag.length / width }, (_, row) => row);
  const seen = rows.filter((row) => !Number.isNaN(outOfBag[row * width]!));
  if (seen.length === 0) return undefined;
  if (input.labels) {
    const { labels } = input;
    const right = seen.filter((row) => {
      const own = outOfBag.subarray(row * width, (row + 1) * width);
      return own.indexOf(own.reduce((a, b) => Math.max(a, b))) === labels[row];
    });
    return right.length / seen.length;
  }
  const targets = input.targets!;
  const mean = seen.reduce((sum, row) => sum + targets[row]!, 0) / seen.length;
  const spread = seen.reduce((sum, row) => sum + (targets[row]! - mean) ** 2, 0);
  const left = seen.reduce((sum, row) => sum + (targets[row]! - outOfBag[row]!) ** 2, 0);
  return spread === 0 ? undefined : 1 - left / spread;
}
