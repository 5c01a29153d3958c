import { describe, expect, it } from 'vitest';
import { autoencoder } from '../../../main/learning/anomaly/autoencoder.ts';
import { drawLayers, learnBatch, outputOf } from '../../../main/learning/anomaly/dense-layers.ts';
import { randomFor } from '../../../main/learning/random.ts';

const parameters = Object.fromEntries(
  autoencoder.parameters.map(({ name, default: value }) => [name, value]),
);

describe('dense layers', () => {
  it('go down the slope of their error, as differences of it tell', () => {
    const make = () => drawLayers([3, 4, 2, 4, 3], randomFor(1, 'x'));
    const row = Float64Array.from([0.3, -1, 0.7]);
    const batch = [{ source: row, target: row }];
    const errorOf = (learning: ReturnType<typeof make>) =>
      outputOf(learning.layers, row).reduce((sum, value, place) => sum + (value - row[place]!) ** 2, 0) / 3;
    const learning = make();
    learnBatch(learning, batch, 0);
    const small = 1e-6;
    learning.layers.forEach((layer, place) => {
      for (const at of [0, layer.weights.length - 1]) {
        const [up, down] = [small, -small].map((change) => {
          const other = make();
          other.layers[place]!.weights[at]! += change;
          return errorOf(other);
        });
        expect(learning.moments[place]!.weights.gradient[at]).toBeCloseTo((up! - down!) / (2 * small), 6);
      }
    });
    const before = errorOf(learning);
    for (let step = 0; step < 200; step += 1) learnBatch(learning, batch, 0.01);
    expect(errorOf(learning)).toBeLessThan(before / 100);
  });
});

describe('an autoencoder', () => {
  it('finds rows that break a bond between columns, each value usual by itself', async () => {
    const random = randomFor(5, 'rows');
    const rows = 400;
    const values = new Float64Array(rows * 4);
    for (let row = 0; row < rows; row += 1) {
      const [a, b] = [random.normal(), random.normal()];
      values.set([a, b, a + b + 0.05 * random.normal(), a - b + 0.05 * random.normal()], row * 4);
    }
    const fitted = await autoencoder.fit(
      { table: { rows, columns: 4, values } },
      { ...parameters, code: 2 },
      { seed: 1 },
    );
    const usual = fitted.predict({ rows, columns: 4, values });
    const broken = fitted.predict({
      rows: 2,
      columns: 4,
      values: Float64Array.from([1, 1, -1, 0, -0.5, 1, 0.5, 1.5]),
    });
    const highest = Float64Array.from(usual).sort()[Math.floor(0.99 * rows)]!;
    expect(Math.min(...broken)).toBeGreaterThan(highest);
  });
});
