/**
 * Local outlier factors at several numbers of neighbours together. Where the rows learned from are usual, an autoencoder
 * weighs as much as all of them: it learns how columns hang together, which distances do not see. Where there are
 * anomalies among them an isolation forest is one more: small groups of anomalies look dense, and only wide surroundings tell.
 */
import type { Estimator, FitInput, FitPorts, Fitted } from '../estimators/estimator.ts';
import type { ModelParts } from '../estimators/model-parts.ts';
import { fitPreparation, quantile, type Scaling, scalingParameter } from '../estimators/preparation.ts';
import { checkColumns, checkTable, pickRows, type Table } from '../estimators/table.ts';
import { isolationForest } from '../forests/isolation-forest.ts';
import { addFactor, addNeighboursAtOnce } from '../neighbours/densities.ts';
import { spaceOrder } from '../neighbours/space-order.ts';
import { fitSurroundings, type Surroundings } from '../neighbours/surroundings.ts';
import { randomFor } from '../random.ts';
import { numberOf, type Parameters } from '../recipes/recipe.ts';
import { completeParameters } from '../recipes.ts';
import { autoencoder } from './autoencoder.ts';

/** Neighbours among rows without anomalies. */
const nearCounts = [5, 10, 20, 40] as const;
/** Neighbours among rows with anomalies, as shares of the rows. */
const wideShares = [0.05, 0.1, 0.2] as const;
const mostNeighbours = 600;
const forestTrees = 100;
/**
 * Rows compared with. In five folds of 1,594 segments (four seeds) 400 without labels rank as well as 800 or all do, ROC-AUC 0.830 to
 * 0.842 beside 0.818 to 0.827 (then with 30 % of the rows as a fourth member, which costs a third more and brought nothing here); of usual
 * rows 800 cost up to 0.008 of PR-AUC 0.910, so more are kept: fewer neighbours count there.
 */
const rowsKept = { near: 1200, wide: 400 } as const;
/**
 * Deviations beyond which columns of usual rows are compared by logarithm: figures have long tails, and one of them should not outweigh all
 * others. PR-AUC of 1,594 segments in five folds, two orders, 0.930 and 0.929 beside 0.914 and 0.917 without; of simulated rows 0.711 beside 0.704.
 */
const usualBend = 2;
/** A factor of nothing has no logarithm. */
const smallestFactor = 1e-9;

export const outlierEnsemble: Estimator = {
  name: 'outlier-ensemble',
  description:
    'local outlier factors at several numbers of neighbours, with an autoencoder, or an isolation forest among anomalies',
  task: 'anomaly',
  parameters: [
    {
      name: 'surroundings',
      description: 'near: rows learned from are usual; wide: there are anomalies among them',
      kind: 'choice',
      default: 'near',
      choices: ['near', 'wide'],
    },
    {
      name: 'mostRows',
      description:
        'of larger tables as many rows are drawn; every answer compares with all of them; 0: 1200 near, 400 wide',
      kind: 'integer',
      default: 0,
      minimum: 0,
      maximum: 1_000_000,
    },
    {
      name: 'distinct',
      description: 'equal rows count once, so that a fault seen many times stays an outlier',
      kind: 'flag',
      default: true,
    },
    scalingParameter('standard'),
  ],
  fit: fitOutlierEnsemble,
};

/** A score brought to the scale of the others by the rows learned from. */
interface Scale {
  readonly centre: number;
  readonly width: number;
}

async function fitOutlierEnsemble(input: FitInput, parameters: Parameters, ports: FitPorts): Promise<Fitted> {
  const wide = parameters.surroundings === 'wide';
  const most = numberOf(parameters, 'mostRows') || rowsKept[wide ? 'wide' : 'near'];
  const table = drawn(input.table, most, parameters.scaling as Scaling, ports.seed);
  const counts = wide
    ? wideShares.map((share) => Math.min(mostNeighbours, Math.max(5, Math.round(share * table.rows))))
    : nearCounts;
  const distinct = parameters.distinct === true;
  const scaling = parameters.scaling as Scaling;
  const bendBeyond = wide ? undefined : usualBend;
  const near = await fitSurroundings(table, { counts, scaling, distinct, bendBeyond }, ports);
  const logarithms = near.densities.map(({ factors }) => factors.map(logarithm));
  const scales = logarithms.map(scaleOf);
  const companion = await (wide ? fitForest : fitAutoencoder)(table, ports);
  const { columns } = input.table;
  const predict = (rows: Table): Float64Array => {
    checkColumns(rows, columns);
    const factors = near.factors(rows).map((each) => each.map(logarithm));
    return together(factors, scales, companion, companion.figure(companion.fitted.predict(rows)));
  };
  const own = together(
    logarithms.map((each) => near.ofTraining(each)),
    scales,
    companion,
    companion.scores,
  );
  return {
    columns,
    width: 1,
    inputType: 'float64',
    predict,
    addTo: (parts, name) => addScore(parts, name, near, scales, companion),
    trainingScores: own,
    figures: { rows: near.table.rows, members: scales.length + 1 },
  };
}

/** What stands beside the factors. */
interface Companion {
  readonly fitted: Fitted;
  /** Factors that it weighs as much as. */
  readonly weight: number;
  /** Whether the logarithm of its scores is taken. */
  readonly isRatio: boolean;
  figure(scores: Float64Array): Float64Array;
  /** Figures of the rows learned from. */
  readonly scores: Float64Array;
  readonly scale: Scale;
}

function fitForest(table: Table, ports: FitPorts): Promise<Companion> {
  const settings = { trees: forestTrees, sampleRows: 256 };
  return fitCompanion(isolationForest, settings, { table, weight: 1, isRatio: false }, ports);
}

function fitAutoencoder(table: Table, ports: FitPorts): Promise<Companion> {
  const settings = completeParameters(autoencoder, {});
  return fitCompanion(autoencoder, settings, { table, weight: nearCounts.length, isRatio: true }, ports);
}

async function fitCompanion(
  estimator: Estimator,
  settings: Parameters,
  { table, weight, isRatio }: { readonly table: Table } & Pick<Companion, 'weight' | 'isRatio'>,
  ports: FitPorts,
): Promise<Companion> {
  const { parallel: _parallel, onProgress: _onProgress, ...quiet } = ports;
  const fitted = await estimator.fit({ table }, settings, quiet);
  const figure = (scores: Float64Array): Float64Array => (isRatio ? scores.map(logarithm) : scores);
  const scores = figure(fitted.predict(table));
  return { fitted, weight, isRatio, figure, scores, scale: scaleOf(scores) };
}

/** Evenly over space, so that two draws differ little: one row of each stretch of an order in which neighbours lie together. */
function drawn(table: Table, most: number, scaling: Scaling, seed: number): Table {
  if (table.rows <= most) return table;
  checkTable(table);
  const order = spaceOrder(fitPreparation(table, scaling).apply(table));
  const random = randomFor(seed, 'draw');
  const stretch = table.rows / most;
  return pickRows(
    table,
    Int32Array.from({ length: most }, (_, place) => {
      const start = Math.floor(place * stretch);
      return order[start + random.integer(Math.floor((place + 1) * stretch) - start)]!;
    }).sort(),
  );
}

function logarithm(factor: number): number {
  return Math.log(Math.max(factor, smallestFactor));
}

function scaleOf(scores: Float64Array): Scale {
  const sorted = Float64Array.from(scores).sort();
  const width = quantile(sorted, 0.75) - quantile(sorted, 0.25);
  return { centre: quantile(sorted, 0.5), width: width > 0 ? width : 1 };
}

/** Mean of all members, each by its own scale and weight. */
function together(
  members: readonly Float64Array[],
  scales: readonly Scale[],
  { weight, scale }: Companion,
  companion: Float64Array,
): Float64Array {
  return companion.map((score, row) => {
    const sum = members.reduce(
      (partial, scores, member) => partial + scaled(scores[row]!, scales[member]!),
      weight * scaled(score, scale),
    );
    return sum / (members.length + weight);
  });
}

function scaled(score: number, { centre, width }: Scale): number {
  return (score - centre) / width;
}

function addScore(
  parts: ModelParts,
  input: string,
  near: Surroundings,
  scales: readonly Scale[],
  companion: Companion,
): string {
  const number = (value: number): string => parts.floats('float64', [value]);
  const addScaled = (value: string, { centre, width }: Scale): string =>
    parts.apply('Div', [parts.apply('Sub', [value, number(centre)]), number(width)]);
  const most = Math.max(...near.densities.map(({ count }) => count));
  const found = addNeighboursAtOnce(parts, near.prepare(parts, input), near.table, most);
  const logarithmOf = (value: string): string =>
    parts.apply('Log', [parts.apply('Max', [value, number(smallestFactor)])]);
  const members = near.densities.map((densities, member) =>
    addScaled(logarithmOf(addFactor(parts, found, densities)), scales[member]!),
  );
  const { fitted, isRatio, weight, scale } = companion;
  const score = addCompanion(parts, input, fitted);
  const beside = addScaled(isRatio ? logarithmOf(score) : score, scale);
  const sum = parts.apply('Sum', [...members, parts.apply('Mul', [beside, number(weight)])]);
  return parts.apply('Div', [sum, number(members.length + weight)]);
}

/** In double precision, whatever it computes in. */
function addCompanion(parts: ModelParts, input: string, { inputType, addTo }: Fitted): string {
  if (inputType === 'float64') return addTo(parts, input);
  const single = addTo(parts, parts.apply('Cast', [input], { to: 1 }));
  return parts.apply('Cast', [single], { to: 11 });
}
