import { describe, expect, test } from 'vitest';
import { countMixture } from '../../main/learning/mixtures/count-mixture.ts';
import { randomFor } from '../../main/learning/random.ts';
import { completeParameters } from '../../main/learning/recipes.ts';

const settings = completeParameters(countMixture, { dispersion: 1, floor: 1e-9 });
const shares = [
  [0.6, 0.3, 0.1],
  [0.1, 0.3, 0.6],
];
const table = (rows: readonly (readonly number[])[]) => ({
  rows: rows.length,
  columns: 3,
  values: Float64Array.from(rows.flat()),
});

describe('a mixture of multinomials', () => {
  test('answers with the posterior of Bayes', async () => {
    const input = {
      table: table(shares.map((row) => row.map((share) => share * 1e6))),
      labels: Int32Array.of(0, 1),
      classes: 2,
    };
    const fitted = await countMixture.fit(input, settings, { seed: 1 });
    const counts = [4, 2, 1];
    const likelihoods = shares.map((row) =>
      row.reduce((product, share, k) => product * share ** counts[k]!, 1),
    );
    const [first] = fitted.predict(table([counts]));
    expect(first).toBeCloseTo(likelihoods[0]! / (likelihoods[0]! + likelihoods[1]!), 6);
    expect(Array.from(fitted.predict(table([[0, 0, 0]])))).toEqual([0.5, 0.5]);
  });

  test('learns the shape of a class from many draws of few counts', async () => {
    const random = randomFor(5, 'draws');
    const rows = Array.from({ length: 400 }, (_, row) => {
      const counts = [0, 0, 0];
      for (let count = 0; count < 30; count += 1) {
        const place = random.uniform();
        const own = shares[row % 2]!;
        counts[place < own[0]! ? 0 : place < own[0]! + own[1]! ? 1 : 2]! += 1;
      }
      return counts;
    });
    const labels = Int32Array.from(rows, (_, row) => row % 2);
    const fitted = await countMixture.fit({ table: table(rows), labels, classes: 2 }, settings, { seed: 1 });
    const answers = fitted.predict(table(rows));
    const right = labels.filter((label, row) => answers[row * 2 + label]! > 0.5).length;
    expect(right).toBeGreaterThan(390);
  });

  test('refuses rows without a count', async () => {
    const input = { table: table([[0, 0, 0]]), labels: Int32Array.of(0), classes: 2 };
    await expect(countMixture.fit(input, settings, { seed: 1 })).rejects.toMatchObject({
      code: 'notEnoughData',
    });
  });
});
