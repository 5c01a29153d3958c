/** Shapes of the rows of a class: a template is one by itself, draws of few counts are added up with those alike. */
import type { FitInput } from '../estimators/estimator.ts';
import { type Random, randomFor } from '../random.ts';

export interface Shape {
  readonly label: number;
  /** Add up to 1. */
  readonly shares: Float64Array;
  readonly weight: number;
}

/** Of a class whose rows are draws; more would follow the noise of each. */
const mostGroups = 8;
/** Counts that a group wants before another one is worth it. */
const countsOfGroup = 100_000;
const rounds = 12;

/**
 * @param templateCounts rows with at least so many counts stand for themselves
 * @returns shapes of all rows that have a count
 */
export function pooledShapes(input: FitInput, templateCounts: number, seed: number): Shape[] {
  const { table, labels, weights, classes = 0 } = input;
  const { columns, values } = table;
  const rows = Array.from({ length: table.rows }, (_, row): CountRow => {
    const counts = Float64Array.from(values.subarray(row * columns, (row + 1) * columns), countOf);
    const sum = counts.reduce((total, value) => total + value, 0);
    return { counts, sum, label: labels?.[row] ?? 0, weight: weights?.[row] ?? 1 };
  }).filter(({ sum, weight }) => sum > 0 && weight > 0);
  const templates = rows.filter(({ sum }) => sum >= templateCounts);
  const draws = rows.filter(({ sum }) => sum < templateCounts);
  const random = randomFor(seed, 'pooled shapes');
  const pooled = Array.from({ length: classes }, (_, label) =>
    poolDraws(
      draws.filter((row) => row.label === label),
      random,
    ),
  ).flat();
  return [...templates, ...pooled].map(({ counts, sum, label, weight }) => ({
    label,
    weight,
    shares: counts.map((value) => value / sum),
  }));
}

/** What is missing or negative is no count. */
export function countOf(value: number): number {
  return Number.isNaN(value) ? 0 : Math.max(0, value);
}

interface CountRow {
  readonly counts: Float64Array;
  readonly sum: number;
  readonly label: number;
  readonly weight: number;
}

/** Lloyd's k-means on the square roots of the shares, where counting noise is the same everywhere. */
function poolDraws(rows: readonly CountRow[], random: Random): CountRow[] {
  const all = rows.reduce((sum, row) => sum + row.sum, 0);
  const groups = Math.min(mostGroups, rows.length, Math.max(1, Math.floor(all / countsOfGroup)));
  if (rows.length === 0) return [];
  const points = rows.map(rootsOf);
  const centres = Array.from({ length: groups }, () => points[Math.floor(random.uniform() * points.length)]!);
  let member = new Int32Array(points.length);
  for (let round = 0; round < rounds; round++) {
    member = Int32Array.from(points, (point) => nearest(point, centres));
    centres.forEach((_, group) => {
      const own = rows.filter((_row, index) => member[index] === group);
      if (own.length > 0) centres[group] = rootsOf(addedUp(own));
    });
  }
  return centres
    .map((_, group) => rows.filter((_row, index) => member[index] === group))
    .filter((own) => own.length > 0)
    .map(addedUp);
}

function rootsOf({ counts, sum }: CountRow): Float64Array {
  return counts.map((value) => Math.sqrt(value / sum));
}

function addedUp(rows: readonly CountRow[]): CountRow {
  const first = rows[0]!;
  const counts = new Float64Array(first.counts.length);
  let [sum, weight] = [0, 0];
  for (const row of rows) {
    row.counts.forEach((value, column) => {
      counts[column]! += value;
    });
    sum += row.sum;
    weight += row.weight;
  }
  return { counts, sum, label: first.label, weight };
}

function nearest(point: Float64Array, centres: readonly Float64Array[]): number {
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  centres.forEach((centre, group) => {
    let distance = 0;
    for (let k = 0; k < point.length; k++) distance += (point[k]! - centre[k]!) ** 2;
    if (distance < least) [best, least] = [group, distance];
  });
  return best;
}
