import { describe, expect, it } from 'vitest';
import { logDensity } from '../../../../main/families/frames/session/gaussian.ts';

const rows = (...values: number[][]): Float64Array[] => values.map((row) => Float64Array.from(row));

describe('logDensity', () => {
  it('is that of independent values for a diagonal covariance', () => {
    const alone = -0.5 * (9 / 4 + Math.log(4)) - 0.5 * (1 / 0.25 + Math.log(0.25));
    expect(logDensity(rows([4, 0], [0, 0.25]), [3, 1])).toBeCloseTo(alone, 12);
    expect(logDensity([], [])).toBe(-0);
  });

  it('forgives values that move together as their errors do', () => {
    const together = rows([1, 0.95], [0.95, 1]);
    expect(logDensity(together, [2, 2])).toBeGreaterThan(logDensity(together, [2, -2]) + 20);
    // inverse of a 2 x 2 matrix by hand
    const square = (4 - 2 * 0.95 * 4 + 4) / (1 - 0.95 ** 2);
    expect(logDensity(together, [2, 2])).toBeCloseTo(-0.5 * (square + Math.log(1 - 0.95 ** 2)), 9);
  });

  it('has no density without a positive covariance', () => {
    expect(logDensity(rows([1, 2], [2, 1]), [0, 0])).toBe(Number.NEGATIVE_INFINITY);
    expect(logDensity(rows([0]), [1])).toBe(Number.NEGATIVE_INFINITY);
  });
});
