/** Gradient boosted trees on binned columns, for classes and values. */
import type { Estimator, FitInput, FitPorts, Fitted } from '../estimators/estimator.ts';
import { followSignal, sharedFloat64, sharedInt32 } from '../estimators/parallel.ts';
import { checkColumns, checkTable, type Table } from '../estimators/table.ts';
import { runTeam } from '../estimators/tasks.ts';
import { balancedWeights } from '../estimators/weights.ts';
import { numberOf, type ParameterDefinition, type Parameters } from '../recipes/recipe.ts';
import { type BinnedTable, binLike, binTable } from './binned-table.ts';
import { type BoostedMember, type BoostMember, type BoostSettings, barrierLength } from './boosting-tasks.ts';
import { addTrees } from './ensemble-graph.ts';
import type { BoostLoss, LossInput } from './losses.ts';
import { joinTrees, nodesOf, pickTrees, sumTrees, type Trees } from './trees.ts';

const progressMilliseconds = 250;

export const boosting: Estimator = {
  name: 'gradient-boosting',
  description: 'gradient boosted trees: each corrects the ones before',
  task: 'classification',
  parameters: parametersOf('classification'),
  fit: fitBoosting,
};

export const boostingRegression: Estimator = {
  name: 'gradient-boosting-regression',
  description: 'gradient boosted trees for values',
  task: 'regression',
  parameters: parametersOf('regression'),
  fit: fitBoosting,
};

function parametersOf(task: 'classification' | 'regression'): ParameterDefinition[] {
  const own: ParameterDefinition[] = [
    {
      name: 'rounds',
      description: 'trees of each class, unless stopped early',
      kind: 'integer',
      default: 300,
      minimum: 1,
      maximum: 20_000,
    },
    {
      name: 'rate',
      description: 'share of its correction that a tree makes',
      kind: 'number',
      default: 0.1,
      minimum: 1e-4,
      maximum: 1,
    },
    {
      name: 'maximumDepth',
      description: 'questions in a row at most',
      kind: 'integer',
      default: 6,
      minimum: 1,
      maximum: 30,
    },
    {
      name: 'l2',
      description: 'pull of the leaves towards zero',
      kind: 'number',
      default: 1,
      minimum: 0,
      maximum: 1e6,
    },
    {
      name: 'minimumGain',
      description: 'what a split has to win at least',
      kind: 'number',
      default: 0,
      minimum: 0,
      maximum: 1e6,
    },
    {
      name: 'minimumHessian',
      description: 'curvature of the loss on either side of a split at least',
      kind: 'number',
      default: 1,
      minimum: 0,
      maximum: 1e6,
    },
    {
      name: 'rowShare',
      description: 'share of the rows that a tree learns from',
      kind: 'number',
      default: 0.8,
      minimum: 0.01,
      maximum: 1,
    },
    {
      name: 'columnShare',
      description: 'share of the columns that a round asks',
      kind: 'number',
      default: 0.5,
      minimum: 0.01,
      maximum: 1,
    },
    {
      name: 'patience',
      description: 'rounds without a better validation loss before the end; 0 never stops',
      kind: 'integer',
      default: 0,
      minimum: 0,
      maximum: 10_000,
    },
    {
      name: 'bins',
      description: 'bins of a column',
      kind: 'integer',
      default: 256,
      minimum: 2,
      maximum: 256,
    },
  ];
  if (task === 'regression') return own;
  return [
    ...own,
    {
      name: 'classWeights',
      description: 'balanced: rare classes count as much as common ones',
      kind: 'choice',
      default: 'none',
      choices: ['balanced', 'none'],
    },
  ];
}

async function fitBoosting(input: FitInput, parameters: Parameters, ports: FitPorts): Promise<Fitted> {
  const { table } = input;
  checkTable(table);
  const classes = input.labels ? (input.classes ?? 2) : 0;
  const loss: BoostLoss = classes === 0 ? 'squared' : classes === 2 ? 'logistic' : 'softmax';
  const outputs = loss === 'softmax' ? classes : 1;
  const weights = parameters.classWeights === 'balanced' ? balancedWeights(input) : input.weights;
  const lossInput: LossInput = {
    loss,
    rows: table.rows,
    outputs,
    labels: input.labels,
    targets: input.targets,
    weights,
  };
  const base = baseScores(lossInput);
  const binned = binTable(table, numberOf(parameters, 'bins'));
  const flag = followSignal(ports.signal);
  const barrier = sharedInt32(barrierLength);
  const settings = settingsOf(parameters);
  const members = Math.min(ports.parallel?.threads ?? 1, outputs);
  const common: Omit<BoostMember, 'member'> = {
    members,
    table: binned,
    loss: lossInput,
    scores: startScores(base, table.rows),
    validation: validationOf(input, binned, base, lossInput),
    settings,
    seed: ports.seed,
    barrier,
    stop: flag.stop,
  };
  const teller = setInterval(() => tell(ports, barrier, settings.rounds), progressMilliseconds);
  try {
    const team = await runTeam<BoostedMember>(
      ports.parallel,
      'boostMember',
      Array.from({ length: members }, (_, member) => ({ ...common, member })),
    );
    return fitted(team, { loss, base, columns: table.columns });
  } finally {
    clearInterval(teller);
    flag.release();
  }
}

function tell(ports: FitPorts, barrier: Int32Array, rounds: number): void {
  const done = Atomics.load(barrier, 2);
  ports.onProgress?.(done / rounds, { rounds: done });
}

function settingsOf(parameters: Parameters): BoostSettings {
  return {
    rounds: numberOf(parameters, 'rounds'),
    rate: numberOf(parameters, 'rate'),
    maximumDepth: numberOf(parameters, 'maximumDepth'),
    l2: numberOf(parameters, 'l2'),
    minimumGain: numberOf(parameters, 'minimumGain'),
    minimumHessian: numberOf(parameters, 'minimumHessian'),
    rowShare: numberOf(parameters, 'rowShare'),
    columnShare: numberOf(parameters, 'columnShare'),
    patience: numberOf(parameters, 'patience'),
  };
}

/** Scores that fit the whole table best without any question: logarithms of the classes' shares, or the mean. */
function baseScores({ loss, rows, outputs, labels, targets, weights }: LossInput): Float64Array {
  const sums = new Float64Array(Math.max(outputs, 2));
  let all = 0;
  for (let row = 0; row < rows; row++) {
    const weight = weights?.[row] ?? 1;
    all += weight;
    if (loss === 'squared') sums[0]! += weight * targets![row]!;
    else sums[labels![row]!]! += weight;
  }
  if (loss === 'squared') return Float64Array.of(sums[0]! / all);
  const share = (index: number): number => (sums[index]! + 1e-3) / (all + 2e-3);
  if (loss === 'logistic') return Float64Array.of(Math.log(share(1) / share(0)));
  return Float64Array.from({ length: outputs }, (_, output) => Math.log(share(output)));
}

function startScores(base: Float64Array, rows: number): Float64Array<SharedArrayBuffer> {
  const scores = sharedFloat64(base.length * rows);
  base.forEach((score, output) => {
    scores.fill(score, output * rows, (output + 1) * rows);
  });
  return scores;
}

function validationOf(
  input: FitInput,
  binned: BinnedTable,
  base: Float64Array,
  loss: LossInput,
): BoostMember['validation'] {
  const { validation } = input;
  if (!validation || validation.table.rows === 0) return undefined;
  const { table, labels, targets } = validation;
  return {
    table: binLike(binned, table),
    loss: { ...loss, rows: table.rows, labels, targets, weights: undefined },
    scores: startScores(base, table.rows),
  };
}

interface Shape {
  readonly loss: BoostLoss;
  readonly base: Float64Array;
  readonly columns: number;
}

function fitted(team: readonly BoostedMember[], { loss, base, columns }: Shape): Fitted {
  const rounds = team[0]!.bestRound;
  const trees = joinTrees(inOrder(team, rounds));
  const importances = new Float64Array(columns);
  for (const part of team) {
    for (let column = 0; column < columns; column++) importances[column]! += part.importances[column]!;
  }
  const all = importances.reduce((sum, value) => sum + value, 0);
  const { validationLoss } = team[0]!;
  return {
    columns,
    width: loss === 'logistic' ? 2 : trees.width,
    inputType: 'float32',
    predict(table: Table) {
      checkColumns(table, columns);
      return finish(sumTrees(trees, table, base), loss, trees.width);
    },
    addTo(parts, name) {
      const sum = addTrees(parts, name, trees, base);
      if (loss === 'squared') return sum;
      if (loss === 'softmax') return parts.apply('Softmax', [sum], { axis: 1 });
      const second = parts.apply('Sigmoid', [sum]);
      const first = parts.apply('Sigmoid', [parts.apply('Neg', [sum])]);
      return parts.apply('Concat', [first, second], { axis: 1 });
    },
    importances: importances.map((value) => (all > 0 ? value / all : 0)),
    figures: {
      rounds,
      nodes: nodesOf(trees),
      ...(validationLoss === undefined ? {} : { validationLoss }),
    },
  };
}

/** Single trees in the order of rounds and outputs, whoever grew them. */
function inOrder(team: readonly BoostedMember[], rounds: number): Trees[] {
  const grown = team.map(({ trees, outputs, rounds: all }) => ({
    trees,
    outputs,
    perRound: outputs.length / all,
  }));
  const found: { readonly output: number; readonly tree: Trees }[][] = Array.from(
    { length: rounds },
    () => [],
  );
  for (const { trees, outputs, perRound } of grown) {
    for (let index = 0; index < rounds * perRound; index++) {
      const tree = pickTrees(trees, index, index + 1);
      found[Math.floor(index / perRound)]!.push({ output: outputs[index]!, tree });
    }
  }
  return found.flatMap((round) => round.sort((a, b) => a.output - b.output).map(({ tree }) => tree));
}

/** Scores to what is predicted. */
function finish(scores: Float64Array, loss: BoostLoss, outputs: number): Float64Array {
  if (loss === 'squared') return scores;
  if (loss === 'logistic') {
    return Float64Array.from({ length: scores.length * 2 }, (_, index) => {
      const score = scores[index >> 1]!;
      return 1 / (1 + Math.exp(index % 2 === 1 ? -score : score));
    });
  }
  for (let start = 0; start < scores.length; start += outputs) {
    const row = scores.subarray(start, start + outputs);
    const highest = row.reduce((a, b) => Math.max(a, b));
    let sum = 0;
    for (let output = 0; output < outputs; output++) {
      row[output] = Math.exp(row[output]! - highest);
      sum += row[output]!;
    }
    for (let output = 0; output < outputs; output++) row[output]! /= sum;
  }
  return scores;
}
