/**
 * Local outlier factors at several numbers of neighbours together, with an isolation forest where the rows learned from
 * hold anomalies themselves: then small groups of them look dense, and only wide surroundings tell.
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

/** Neighbours among rows without anomalies. */
const nearCounts = [5, 10, 20, 40] as const;
/** Neighbours among rows with anomalies, as shares of the rows. */
const wideShares = [0.05, 0.1, 0.2, 0.3] as const;
const mostNeighbours = 600;
const forestTrees = 100;
/**
 * Rows compared with. In five folds of 1,594 segments (four seeds) 800 rank as all do without labels, ROC-AUC 0.819 to 0.829
 * beside 0.825; of usual rows 800 cost up to 0.008 of PR-AUC 0.910, so more are kept: fewer neighbours count there.
 */
const rowsKept = { near: 1500, wide: 800 } as const;
/** A factor of nothing has no logarithm. */
const smallestFactor = 1e-9;

export const outlierEnsemble: Estimator = {
  name: 'outlier-ensemble',
  description:
    'local outlier factors at several numbers of neighbours, with an isolation forest among anomalies',
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
        'of larger tables as many rows are drawn; every answer compares with all of them; 0: 1500 near, 800 wide',
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
  const near = await fitSurroundings(table, { counts, scaling, distinct }, ports);
  const logarithms = near.densities.map(({ factors }) => factors.map(logarithm));
  const scales = logarithms.map(scaleOf);
  const forest = wide ? await fitForest(table, ports) : undefined;
  const { columns } = input.table;
  const predict = (rows: Table): Float64Array => {
    checkColumns(rows, columns);
    const factors = near.factors(rows).map((each) => each.map(logarithm));
    return together(factors, scales, forest && { scores: forest.fitted.predict(rows), scale: forest.scale });
  };
  const own = together(
    logarithms.map((each) => near.ofTraining(each)),
    scales,
    forest && { scores: forest.scores, scale: forest.scale },
  );
  return {
    columns,
    width: 1,
    inputType: 'float64',
    predict,
    addTo: (parts, name) => addScore(parts, name, near, scales, forest),
    trainingScores: own,
    figures: { rows: near.table.rows, members: scales.length + (forest ? 1 : 0) },
  };
}

interface ForestMember {
  readonly fitted: Fitted;
  readonly scores: Float64Array;
  readonly scale: Scale;
}

async function fitForest(table: Table, ports: FitPorts): Promise<ForestMember> {
  const { parallel: _parallel, onProgress: _onProgress, ...quiet } = ports;
  const fitted = await isolationForest.fit({ table }, { trees: forestTrees, sampleRows: 256 }, quiet);
  const scores = fitted.predict(table);
  return { fitted, scores, scale: scaleOf(scores) };
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

/** Mean of all members, each by its own scale. */
function together(
  members: readonly Float64Array[],
  scales: readonly Scale[],
  forest: { readonly scores: Float64Array; readonly scale: Scale } | undefined,
): Float64Array {
  const all = forest ? [...members, forest.scores] : members;
  const by = forest ? [...scales, forest.scale] : scales;
  return all[0]!.map((_, row) => {
    const sum = all.reduce(
      (partial, scores, member) => partial + (scores[row]! - by[member]!.centre) / by[member]!.width,
      0,
    );
    return sum / all.length;
  });
}

function addScore(
  parts: ModelParts,
  input: string,
  near: Surroundings,
  scales: readonly Scale[],
  forest: ForestMember | undefined,
): string {
  const number = (value: number): string => parts.floats('float64', [value]);
  const scaled = (value: string, { centre, width }: Scale): string =>
    parts.apply('Div', [parts.apply('Sub', [value, number(centre)]), number(width)]);
  const most = Math.max(...near.densities.map(({ count }) => count));
  const found = addNeighboursAtOnce(parts, near.prepare(parts, input), near.table, most);
  const members = near.densities.map((densities, member) => {
    const factor = parts.apply('Max', [addFactor(parts, found, densities), number(smallestFactor)]);
    return scaled(parts.apply('Log', [factor]), scales[member]!);
  });
  if (forest) {
    const single = parts.apply('Cast', [input], { to: 1 });
    const score = parts.apply('Cast', [forest.fitted.addTo(parts, single)], { to: 11 });
    members.push(scaled(score, forest.scale));
  }
  return parts.apply('Div', [parts.apply('Sum', members), number(members.length)]);
}
