/**
 * Which columns a classifier learns from: the most important ones to a forest, and of columns that say nearly the same the
 * more important. Chosen by the rows of training alone.
 */
import { randomForest } from '../forests/forest.ts';
import { numberOf, type ParameterDefinition, type Parameters } from '../recipes/recipe.ts';
import { completeParameters } from '../recipes.ts';
import type { FitInput, FitPorts } from './estimator.ts';
import { fitPreparation } from './preparation.ts';
import type { Table } from './table.ts';

export const selectionParameters: readonly ParameterDefinition[] = [
  {
    name: 'selectedColumns',
    description: 'so many of the columns are learned from, the most important to a forest; 0: all',
    kind: 'integer',
    default: 0,
    minimum: 0,
    maximum: 1_000_000,
  },
  {
    name: 'correlationLimit',
    description: 'of two columns that correlate by more than this the less important is left out; 1: none is',
    kind: 'number',
    default: 1,
    minimum: 0,
    maximum: 1,
  },
];

/** Enough to tell columns that matter from those that do not. */
const judgingTrees = 100;

/** Places of the columns, rising; undefined when all are learned from. */
export async function selectColumns(
  input: FitInput,
  parameters: Parameters,
  ports: Pick<FitPorts, 'seed' | 'parallel' | 'signal'>,
): Promise<Int32Array | undefined> {
  const most = numberOf(parameters, 'selectedColumns');
  const limit = numberOf(parameters, 'correlationLimit');
  const { columns } = input.table;
  if ((most === 0 || most >= columns) && limit === 1) return undefined;
  const judging = completeParameters(randomForest, { trees: judgingTrees });
  const { importances } = await randomForest.fit(input, judging, ports);
  const falling = Array.from(importances!.keys()).sort((a, b) => importances![b]! - importances![a]!);
  const apart = limit === 1 ? falling : withoutCorrelated(input.table, falling, limit);
  return Int32Array.from(most === 0 ? apart : apart.slice(0, most)).sort();
}

/**
 * Keeps a column, in the order given, when it correlates with none kept before by more than the limit (Pearson's r, either
 * sign, missing values at the mean). A constant column is kept only when there is no other.
 */
export function withoutCorrelated(table: Table, order: readonly number[], limit: number): number[] {
  const { rows, columns } = table;
  const { values } = fitPreparation(table, 'standard').apply(table);
  const kept: { readonly column: number; readonly cells: Float64Array }[] = [];
  for (const column of order) {
    const cells = Float64Array.from({ length: rows }, (_, row) => values[row * columns + column]!);
    if (cells.every((value) => value === 0)) continue;
    if (kept.every((other) => Math.abs(correlation(cells, other.cells)) <= limit))
      kept.push({ column, cells });
  }
  return kept.length === 0 ? order.slice(0, 1) : kept.map(({ column }) => column);
}

/** Of two columns of mean 0. */
function correlation(one: Float64Array, other: Float64Array): number {
  let product = 0;
  let first = 0;
  let second = 0;
  for (let row = 0; row < one.length; row++) {
    product += one[row]! * other[row]!;
    first += one[row]! * one[row]!;
    second += other[row]! * other[row]!;
  }
  return product / Math.sqrt(first * second);
}

export function pickColumns(table: Table, chosen: Int32Array): Table {
  const { rows, columns, values } = table;
  const length = rows * chosen.length;
  const picked = values instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
  for (let row = 0, place = 0; row < rows; row++) {
    for (const column of chosen) picked[place++] = values[row * columns + column]!;
  }
  return { rows, columns: chosen.length, values: picked };
}
