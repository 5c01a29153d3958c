/** Scores of a one-class support vector machine: how far the sum of kernels is below its threshold. */
import type { ModelParts } from '../estimators/model-parts.ts';
import type { PreparedTable } from '../estimators/preparation.ts';
import { packedPoints } from './support-kernels.ts';

export interface SupportModel {
  readonly vectors: PreparedTable;
  readonly weights: Float64Array;
  readonly rho: number;
  readonly gamma: number;
}

/** rho - sum of weight x exp(-gamma |x - vector|²): positive outside. */
export function supportScores({ rows, columns, values }: PreparedTable, model: SupportModel): Float64Array {
  const { vectors, weights, rho, gamma } = model;
  const { kernels, padded, centre } = packedPoints(vectors, gamma);
  const { run } = kernels;
  const weightsAt = kernels.allocate(padded * 8);
  const askedAt = kernels.allocate(Math.max(2, 2 * columns) * 8);
  const asked = kernels.doubles(askedAt, Math.max(2, 2 * columns));
  kernels.doubles(weightsAt, padded).fill(0).set(weights);
  run.setAsked(weightsAt, askedAt, padded);
  const ask = (row: number, at: number): void => {
    for (let column = 0; column < columns; column++) {
      asked[at + column] = values[row * columns + column]! - centre[column]!;
    }
  };
  const scores = new Float64Array(rows);
  for (let row = 0; row + 1 < rows; row += 2) {
    ask(row, 0);
    ask(row + 1, columns);
    run.scoreTwo();
    scores[row] = rho - asked[0]!;
    scores[row + 1] = rho - asked[1]!;
  }
  if (rows % 2 === 1) {
    ask(rows - 1, 0);
    scores[rows - 1] = rho - run.scoreOne();
  }
  return scores;
}

/** The same from a prepared float64 value of a graph, [rows, 1]. */
export function addSupportScores(parts: ModelParts, prepared: string, model: SupportModel): string {
  const { vectors, weights, rho, gamma } = model;
  const distances = addSquaredDistances(parts, prepared, vectors);
  const near = parts.apply('Exp', [parts.apply('Mul', [distances, parts.floats('float64', [-gamma])])]);
  const sums = parts.apply('MatMul', [near, parts.floats('float64', weights, [weights.length, 1])]);
  return parts.apply('Sub', [parts.floats('float64', [rho]), sums]);
}

/** |x - t|² of every row of the value with every row of the table, [rows, table rows], by |x|² + |t|² - 2 x·t. */
export function addSquaredDistances(parts: ModelParts, prepared: string, table: PreparedTable): string {
  const { rows, columns, values } = table;
  const squares = new Float64Array(rows);
  const turned = new Float64Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = values[row * columns + column]!;
      squares[row]! += value * value;
      turned[column * rows + row] = value;
    }
  }
  const own = parts.apply('ReduceSumSquare', [prepared, parts.integers([1])], { keepdims: 1 });
  const product = parts.apply('MatMul', [prepared, parts.floats('float64', turned, [columns, rows])]);
  const sum = parts.apply('Add', [own, parts.floats('float64', squares, [1, rows])]);
  const distances = parts.apply('Sub', [sum, parts.apply('Mul', [product, parts.floats('float64', [2])])]);
  return parts.apply('Max', [distances, parts.floats('float64', [0])]);
}
