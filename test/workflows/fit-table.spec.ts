import { expect, it } from 'vitest';
import { randomFor } from '../../main/learning/random.ts';
import { fitTable } from '../../main/nightsift.ts';

const rows = 120;
const random = randomFor(1, 'fit table');
const values = Float64Array.from({ length: 2 * rows }, () => random.normal());
const column = (row: number, place: number) => values[2 * row + place]!;
const targets = Array.from({ length: rows }, (_, row) => 2 * column(row, 0) + 1);

it.each([
  ['random-forest-regression', {}],
  ['extra-trees-regression', {}],
  ['gradient-boosting-regression', { rounds: 60 }],
])('fits values for a script: %s', async (estimator, parameters) => {
  const fitted = await fitTable({ estimator, columns: 2, values, targets, parameters });
  const found = await fitted.predict(values);
  const error = targets.reduce((sum, target, row) => sum + Math.abs(target - found[row]!), 0) / rows;
  expect(error).toBeLessThan(0.5);
  expect(fitted.importances![0]).toBeGreaterThan(fitted.importances![1]!);
});

it.each([new Float64Array(0), new Float64Array(8).fill(Number.NaN)])(
  'refuses a table that holds nothing: %o',
  async (nothing) => {
    await expect(
      fitTable({ estimator: 'isolation-forest', columns: 2, values: nothing }),
    ).rejects.toMatchObject({
      code: 'notEnoughData',
    });
  },
);

it('names classes, groups rows, and says what is missing', async () => {
  const labels = Array.from({ length: rows }, (_, row) => (column(row, 1) > 0 ? 'up' : 'down'));
  const forest = await fitTable({
    estimator: 'random-forest',
    columns: 2,
    values,
    labels,
    parameters: { trees: 20, selectedColumns: 1 },
  });
  expect(forest.classes).toEqual(['down', 'up']);
  const found = await forest.predict(values);
  expect(labels.filter((label, row) => (found[2 * row + 1]! > 0.5 ? 'up' : 'down') === label).length).toBe(
    rows,
  );
  const groups = await fitTable({ estimator: 'k-means', columns: 2, values, parameters: { groups: 3 } });
  expect(groups.width).toBe(3);
  expect(await groups.predict(values.subarray(0, 4))).toHaveLength(6);
  await expect(
    fitTable({ estimator: 'k-means', columns: 2, values, parameters: { trees: 3 } }),
  ).rejects.toMatchObject({ code: 'wrongUse' });
  await expect(fitTable({ estimator: 'random-forest', columns: 2, values })).rejects.toMatchObject({
    code: 'wrongUse',
  });
  await expect(
    fitTable({ estimator: 'k-means', columns: 7, values, parameters: { groups: 3 } }),
  ).rejects.toMatchObject({ code: 'badInput', message: '240 values do not make whole rows of 7 columns.' });
  await expect(groups.predict(values.subarray(0, 3))).rejects.toMatchObject({ code: 'badInput' });
  await expect(
    fitTable({ estimator: 'random-forest', columns: 2, values, labels: ['up'] }),
  ).rejects.toMatchObject({ code: 'badInput' });
});
