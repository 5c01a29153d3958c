import { describe, expect, it } from 'vitest';
import { randomFor } from '../../main/learning/random.ts';

describe('randomFor', () => {
  it.each([0, 1, 2, 7, 1000])('fills %i places as single calls would, and goes on as they would', (count) => {
    const [one, other] = [randomFor(3, 'weights'), randomFor(3, 'weights')];
    for (const [pass, deviation] of [1, 0.02, 3].entries()) {
      const filled = new Float32Array(count);
      one.fillNormal(filled, deviation);
      expect(filled).toEqual(Float32Array.from({ length: count }, () => other.normal() * deviation));
      // a single one between leaves the second of its pair for the next pass
      if (pass === 0) expect(one.normal()).toBe(other.normal());
    }
    expect(one.uniform()).toBe(other.uniform());
  });

  it('is normal, and another for another purpose', () => {
    const values = new Float32Array(20_000);
    randomFor(1, 'weights', 'a').fillNormal(values, 2);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.06);
    expect(Math.abs(variance / 4 - 1)).toBeLessThan(0.05);
    expect(randomFor(1, 'weights', 'b').normal()).not.toBe(randomFor(1, 'weights', 'a').normal());
  });
});
