/**
 * Local outlier factor (Breunig et al. 2000): how much sparser the surroundings of a row are than those of its
 * neighbours. 1 among its like, more outside.
 */
import { NightsiftError } from '../../../contract/errors.ts';
import type { Estimator, FitInput, FitPorts, Fitted } from '../estimators/estimator.ts';
import type { ModelParts } from '../estimators/model-parts.ts';
import { followSignal, obeySignal } from '../estimators/parallel.ts';
import {
  fitPreparation,
  type PreparedTable,
  type Scaling,
  scalingParameter,
} from '../estimators/preparation.ts';
import { checkColumns, checkTable, pickRows } from '../estimators/table.ts';
import { addSquaredDistances } from '../kernels/support-scores.ts';
import { numberOf, type Parameters } from '../recipes/recipe.ts';
import { buildKdTree, type KdTree, nearestSearch } from './kd-tree.ts';
import { nearestOthers } from './nearest.ts';

/** Keeps densities of repeated rows finite. */
const smallestReach = 1e-10;

export const localOutlierFactor: Estimator = {
  name: 'local-outlier-factor',
  description: 'local outlier factor: rows in sparser surroundings than their neighbours',
  task: 'anomaly',
  parameters: [
    {
      name: 'neighbours',
      description: 'neighbours of a row',
      kind: 'integer',
      default: 20,
      minimum: 1,
      maximum: 10_000,
    },
    {
      name: 'distinct',
      description: 'equal rows count once, so that a fault seen many times stays an outlier',
      kind: 'flag',
      default: false,
    },
    scalingParameter('standard'),
  ],
  fit: fitLocalOutlierFactor,
};

interface DensityModel {
  readonly table: PreparedTable;
  readonly count: number;
  /** Distance of the count-th neighbour, per row of the table. */
  readonly reach: Float64Array;
  /** One over the mean reachability distance. */
  readonly density: Float64Array;
}

async function fitLocalOutlierFactor(
  input: FitInput,
  parameters: Parameters,
  ports: FitPorts,
): Promise<Fitted> {
  checkTable(input.table);
  obeySignal(ports.signal);
  const preparation = fitPreparation(input.table, parameters.scaling as Scaling);
  const whole = preparation.apply(input.table);
  const kept = parameters.distinct === true ? distinctRows(whole) : undefined;
  const table = kept ? (pickRows(whole, kept.rows) as PreparedTable) : whole;
  if (table.rows < 2) {
    throw new NightsiftError('notEnoughData', `A local outlier factor needs 2 rows; found ${table.rows}.`, {
      hint: 'Give it more rows.',
    });
  }
  const count = Math.min(numberOf(parameters, 'neighbours'), table.rows - 1);
  const tree = buildKdTree(table);
  const flag = followSignal(ports.signal);
  const near = await nearestOthers(tree, count, {
    stop: flag.stop,
    parallel: ports.parallel,
    onShare: (share) => ports.onProgress?.(share, {}),
  }).finally(flag.release);
  const reach = Float64Array.from({ length: table.rows }, (_, row) => near.distances[(row + 1) * count - 1]!);
  const density = Float64Array.from({ length: table.rows }, (_, row) =>
    densityOf(near.distances, near.rows, row * count, count, reach),
  );
  const factors = Float64Array.from({ length: table.rows }, (_, row) =>
    factorOf(near.rows, row * count, count, density, density[row]!),
  );
  const model: DensityModel = { table, count, reach, density };
  const { columns } = table;
  return {
    columns,
    width: 1,
    inputType: 'float64',
    predict(rows) {
      checkColumns(rows, columns);
      return scoresOf(preparation.apply(rows), tree, model);
    },
    addTo: (parts, name) => addFactor(parts, preparation.addTo(parts, name), model),
    trainingScores: kept ? factorsOfAll(kept.first, factors) : factors,
    figures: { rows: table.rows, neighbours: count },
  };
}

/** Mean of the reachability distances to the neighbours, inverted. */
function densityOf(
  distances: Float64Array,
  rows: Int32Array,
  start: number,
  count: number,
  reach: Float64Array,
): number {
  let sum = 0;
  for (let index = start; index < start + count; index++) {
    sum += Math.max(distances[index]!, reach[rows[index]!]!);
  }
  return 1 / (sum / count + smallestReach);
}

function factorOf(
  rows: Int32Array,
  start: number,
  count: number,
  density: Float64Array,
  own: number,
): number {
  let sum = 0;
  for (let index = start; index < start + count; index++) sum += density[rows[index]!]!;
  return sum / count / own;
}

function scoresOf({ rows, columns, values }: PreparedTable, tree: KdTree, model: DensityModel): Float64Array {
  const { count, reach, density } = model;
  const search = nearestSearch(tree, count);
  const distances = new Float64Array(count);
  return Float64Array.from({ length: rows }, (_, row) => {
    search.find(values, row * columns, -1);
    for (let index = 0; index < count; index++) distances[index] = Math.sqrt(search.distances[index]!);
    const own = densityOf(distances, search.rows, 0, count, reach);
    return factorOf(search.rows, 0, count, density, own);
  });
}

interface DistinctRows {
  /** One row of each kind. */
  readonly rows: Int32Array;
  /** For each row of the table, its kind's place in `rows`. */
  readonly first: Int32Array;
}

function distinctRows({ rows, columns, values }: PreparedTable): DistinctRows {
  const places = new Map<string, number>();
  const kept: number[] = [];
  const first = Int32Array.from({ length: rows }, (_, row) => {
    const key = values.subarray(row * columns, (row + 1) * columns).join();
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, kept.length);
    kept.push(row);
    return kept.length - 1;
  });
  return { rows: Int32Array.from(kept), first };
}

function factorsOfAll(first: Int32Array, factors: Float64Array): Float64Array {
  return Float64Array.from(first, (place) => factors[place]!);
}

/**
 * The neighbours are chosen by |x|² + |t|² - 2 x·t, then their distances computed from differences, which keeps the
 * precision of near ones.
 */
function addFactor(parts: ModelParts, prepared: string, model: DensityModel): string {
  const { table, count, reach, density } = model;
  const { rows, columns, values } = table;
  const roughly = parts.apply('Neg', [addSquaredDistances(parts, prepared, table)]);
  const near = parts.topPlaces(roughly, count);
  const neighbours = parts.apply('Gather', [parts.floats('float64', values, [rows, columns]), near], {
    axis: 0,
  });
  const own = parts.apply('Unsqueeze', [prepared, parts.integers([1])]);
  const squares = parts.apply(
    'ReduceSumSquare',
    [parts.apply('Sub', [neighbours, own]), parts.integers([2])],
    { keepdims: 0 },
  );
  const distances = parts.apply('Sqrt', [squares]);
  const reaches = parts.apply('Gather', [parts.floats('float64', reach, [rows]), near], { axis: 0 });
  const mean = (value: string): string =>
    parts.apply('ReduceMean', [value, parts.integers([1])], { keepdims: 1 });
  const meanReach = parts.apply('Add', [
    mean(parts.apply('Max', [distances, reaches])),
    parts.floats('float64', [smallestReach]),
  ]);
  const densities = parts.apply('Gather', [parts.floats('float64', density, [rows]), near], { axis: 0 });
  return parts.apply('Mul', [mean(densities), meanReach]);
}
