import { expect, it } from 'vitest';
import type { PreparedTable } from '../../../main/learning/estimators/preparation.ts';
import { solveOneClass } from '../../../main/learning/kernels/smo.ts';
import { supportScores } from '../../../main/learning/kernels/support-scores.ts';
import { randomFor } from '../../../main/learning/random.ts';

/** Clouds far from the origin, every tenth row said twice. */
function clouds(rows: number, columns: number, seed: number): PreparedTable {
  const random = randomFor(seed, 'one class');
  const values = Float64Array.from({ length: rows * columns }, (_, place) => {
    return 1000 + random.normal() + 3 * (Math.floor(place / columns) % 2);
  });
  for (let row = 10; row < rows; row += 10)
    values.copyWithin(row * columns, (row - 1) * columns, row * columns);
  return { rows, columns, values };
}

function kernel({ columns, values }: PreparedTable, one: number, other: number, gamma: number): number {
  let square = 0;
  for (let column = 0; column < columns; column++)
    square += (values[one * columns + column]! - values[other * columns + column]!) ** 2;
  return Math.exp(-gamma * square);
}

const everyRow = (table: PreparedTable) => Array.from({ length: table.rows }, (_, row) => row);

it.each([
  [101, 3, 0.3, 0.5, 1e-6],
  [96, 1, 0.05, 2, 1e-4],
  // enough steps for rows to be set aside, and taken back
  [700, 4, 0.4, 0.8, 1e-9],
  [1, 2, 0.5, 1, 1e-3],
])('finds the optimum of %i rows of %i columns', (rows, columns, nu, gamma, tolerance) => {
  const table = clouds(rows, columns, rows);
  const { alpha, rho, iterations } = solveOneClass(table, gamma, nu, tolerance, () => {});
  expect(alpha.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(nu * rows, 9);
  expect(alpha.every((weight) => weight >= 0 && weight <= 1)).toBe(true);
  if (rows === 700) expect(iterations).toBeGreaterThan(1400);
  const slopes = everyRow(table).map((row) =>
    alpha.reduce(
      (sum, weight, other) => sum + (weight === 0 ? 0 : weight * kernel(table, row, other, gamma)),
      0,
    ),
  );
  const up = Math.min(...slopes.filter((_, row) => alpha[row]! < 1));
  const down = Math.max(...slopes.filter((_, row) => alpha[row]! > 0));
  // kernels are kept in single precision
  expect(down - up).toBeLessThan(tolerance + 1e-5);
  if (rows > 1) expect(Math.abs(rho - (up + down) / 2)).toBeLessThan(tolerance + 1e-2);
});

it('scores rows by their kernels with the support vectors, any number of either', () => {
  const gamma = 0.3;
  for (const [vectors, asked, columns] of [
    [1, 1, 1],
    [7, 3, 5],
    [8, 4, 2],
    [13, 1, 3],
  ] as const) {
    const support = clouds(vectors, columns, 1);
    const table = clouds(asked, columns, 2);
    table.values[0] = 1e6;
    const weights = Float64Array.from({ length: vectors }, (_, place) => 1 / (1 + place));
    const scores = supportScores(table, { vectors: support, weights, rho: 0.7, gamma });
    const both = {
      rows: vectors + asked,
      columns,
      values: Float64Array.from([...support.values, ...table.values]),
    };
    scores.forEach((score, row) => {
      const sum = weights.reduce(
        (all, weight, place) => all + weight * kernel(both, place, vectors + row, gamma),
        0,
      );
      expect(score).toBeCloseTo(0.7 - sum, 10);
    });
  }
});
