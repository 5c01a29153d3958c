import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { thinned } from '../../main/workflows/thin-curve.ts';

const curve = (values: readonly number[]) => values.map((value, step) => ({ step, value }));

describe('a thinned curve', () => {
  test('keeps a lone spike among 100,000 points, and both ends', () => {
    const values = Array.from({ length: 100_000 }, (_, step) => Math.sin(step / 9000));
    values[54_321] = 50;
    const points = thinned(curve(values), 2000);
    expect(points.length).toBeLessThanOrEqual(2000);
    expect(points.length).toBeGreaterThan(1500);
    expect(points.some(({ step, value }) => step === 54_321 && value === 50)).toBe(true);
    expect([points[0]?.step, points.at(-1)?.step]).toEqual([0, 99_999]);
  });
  test('is the curve itself where that is short', () =>
    expect(thinned(curve([3, 1, 2]), 3)).toEqual(curve([3, 1, 2])));
  test('has points of the curve only, in order, few enough, with its extremes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 4, max: 120 }),
        (values, most) => {
          const points = thinned(curve(values), most);
          expect(points.length).toBeLessThanOrEqual(Math.max(most, 1));
          for (const [index, { step, value }] of points.entries()) {
            expect(value).toBe(values[step]);
            if (index > 0) expect(step).toBeGreaterThan(points[index - 1]?.step ?? -1);
          }
          expect(Math.max(...points.map(({ value }) => value))).toBe(Math.max(...values));
          expect(Math.min(...points.map(({ value }) => value))).toBe(Math.min(...values));
        },
      ),
    );
  });
});
