import { describe, expect, it } from 'vitest';
import { bestSingleFeature } from '../../../main/learning/nets/single-feature-start.ts';
import { randomFor } from '../../../main/learning/random.ts';

const random = randomFor(1);
const labels = Int32Array.from({ length: 80 }, (_, item) => (item % 4 === 0 ? 1 : 0));

function table(signal: (item: number) => number): Float32Array {
  return Float32Array.from({ length: 240 }, (_, index) =>
    index % 3 === 1 ? signal((index - 1) / 3) : random.normal(),
  );
}

describe('bestSingleFeature', () => {
  it('finds the telling feature, whichever way it points', () => {
    for (const sign of [1, -1]) {
      const found = bestSingleFeature(
        table((item) => sign * (labels[item]! * 2 + random.normal() * 0.5)),
        3,
        labels,
      )!;
      expect(found.feature).toBe(1);
      expect(Math.sign(found.slope)).toBe(sign);
      // the border lies between the classes
      expect(-found.offset / found.slope / sign).toBeGreaterThan(0.5);
      expect(-found.offset / found.slope / sign).toBeLessThan(1.5);
    }
  });

  it('stays finite where the feature separates perfectly, and with missing values', () => {
    const found = bestSingleFeature(
      table((item) => (item === 7 ? Number.NaN : labels[item]! * 100)),
      3,
      labels,
    )!;
    expect(Number.isFinite(found.slope) && Number.isFinite(found.offset)).toBe(true);
  });

  it('has no answer for one class', () => {
    expect(
      bestSingleFeature(
        table(() => 1),
        3,
        new Int32Array(80),
      ),
    ).toBeUndefined();
  });
});
