/** Densities around rows by their nearest neighbours, for one number of neighbours or several at once. */
import type { ModelParts } from '../estimators/model-parts.ts';
import type { PreparedTable } from '../estimators/preparation.ts';
import { addSquaredDistances } from '../kernels/support-scores.ts';
import type { Nearest } from './nearest-part.ts';

/** Keeps densities of repeated rows finite. */
const smallestReach = 1e-10;

/** Of the rows of a table, by its `count` nearest others. */
export interface Densities {
  readonly count: number;
  /** Distance of the count-th neighbour. */
  readonly reach: Float64Array;
  /** One over the mean reachability distance. */
  readonly density: Float64Array;
  /** Local outlier factor of each row. */
  readonly factors: Float64Array;
}

/** @param near neighbours of all rows, at least `count` each, rising */
export function densitiesOf(near: Nearest, rows: number, count: number): Densities {
  const most = near.distances.length / rows;
  const reach = Float64Array.from({ length: rows }, (_, row) => near.distances[row * most + count - 1]!);
  const density = Float64Array.from({ length: rows }, (_, row) =>
    densityOf(near.distances, near.rows, row * most, count, reach),
  );
  const factors = Float64Array.from({ length: rows }, (_, row) =>
    factorOf(near.rows, row * most, count, density, density[row]!),
  );
  return { count, reach, density, factors };
}

/** The factors of new rows, whose neighbours have been found. */
export function factorsOfFound(near: Nearest, rows: number, densities: Densities): Float64Array {
  const { count, reach, density } = densities;
  const most = near.distances.length / Math.max(1, rows);
  return Float64Array.from({ length: rows }, (_, row) => {
    const own = densityOf(near.distances, near.rows, row * most, count, reach);
    return factorOf(near.rows, row * most, count, density, own);
  });
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

/** Neighbours of every row of a value, for addFactor. */
export interface FoundNeighbours {
  /** [rows, most] places in the table, nearest first. */
  readonly near: string;
  readonly distances: string;
}

/**
 * The neighbours are chosen by |x|² + |t|² - 2 x·t, then their distances computed from differences, which keeps the
 * precision of near ones.
 */
export function addNeighbours(
  parts: ModelParts,
  prepared: string,
  table: PreparedTable,
  most: number,
): FoundNeighbours {
  const { rows, columns, values } = table;
  const roughly = parts.apply('Neg', [addSquaredDistances(parts, prepared, table)]);
  const near = parts.top(roughly, most).places;
  const neighbours = parts.apply('Gather', [parts.floats('float64', values, [rows, columns]), near], {
    axis: 0,
  });
  const own = parts.apply('Unsqueeze', [prepared, parts.integers([1])]);
  const squares = parts.apply(
    'ReduceSumSquare',
    [parts.apply('Sub', [neighbours, own]), parts.integers([2])],
    { keepdims: 0 },
  );
  return { near, distances: parts.apply('Sqrt', [squares]) };
}

/**
 * The same without looking at the neighbours again: one product and one choice, |x|² - (2 x·t - |t|²). Several times as fast where
 * many neighbours count; of two rows that nearly touch, the distance is known to about the eighth digit of their length.
 */
export function addNeighboursAtOnce(
  parts: ModelParts,
  prepared: string,
  { rows, columns, values }: PreparedTable,
  most: number,
): FoundNeighbours {
  const doubled = new Float64Array(values.length);
  const squares = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = values[row * columns + column]!;
      squares[row]! -= value * value;
      doubled[column * rows + row] = 2 * value;
    }
  }
  const likeness = parts.apply('Gemm', [
    prepared,
    parts.floats('float64', doubled, [columns, rows]),
    parts.floats('float64', squares, [rows]),
  ]);
  const nearest = parts.top(likeness, most);
  const own = parts.apply('ReduceSumSquare', [prepared, parts.integers([1])], { keepdims: 1 });
  const apart = parts.apply('Max', [parts.apply('Sub', [own, nearest.values]), parts.floats('float64', [0])]);
  return { near: nearest.places, distances: parts.apply('Sqrt', [apart]) };
}

/** [rows, 1] */
export function addFactor(parts: ModelParts, found: FoundNeighbours, densities: Densities): string {
  const { count, reach, density } = densities;
  const first = (value: string): string =>
    parts.apply('Slice', [value, parts.integers([0]), parts.integers([count]), parts.integers([1])]);
  const near = first(found.near);
  const mean = (value: string): string =>
    parts.apply('ReduceMean', [value, parts.integers([1])], { keepdims: 1 });
  const gather = (values: Float64Array): string =>
    parts.apply('Gather', [parts.floats('float64', values, [values.length]), near], { axis: 0 });
  const meanReach = parts.apply('Add', [
    mean(parts.apply('Max', [first(found.distances), gather(reach)])),
    parts.floats('float64', [smallestReach]),
  ]);
  return parts.apply('Mul', [mean(gather(density)), meanReach]);
}
