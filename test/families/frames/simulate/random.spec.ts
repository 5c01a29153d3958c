import { describe, expect, it } from 'vitest';
import { mixSeed, Random } from '../../../../main/families/frames/simulate/random.ts';

function momentsOf(count: number, draw: () => number): { mean: number; variance: number; kurtosis: number } {
  const values = Array.from({ length: count }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const power = (n: number): number => values.reduce((sum, value) => sum + (value - mean) ** n, 0) / count;
  return { mean, variance: power(2), kurtosis: power(4) / power(2) ** 2 };
}

describe('Random', () => {
  it('repeats itself for the same seed and differs for another', () => {
    const draw = (seed: number): number[] => {
      const random = new Random(seed, 7);
      return Array.from({ length: 50 }, () => random.uniform());
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(mixSeed(1, 2)).not.toBe(mixSeed(2, 1));
  });

  it('draws normals with the right moments and tails', () => {
    const random = new Random(11);
    const { mean, variance, kurtosis } = momentsOf(200_000, () => random.normal());
    expect(mean).toBeCloseTo(0, 1);
    expect(variance).toBeCloseTo(1, 1);
    expect(kurtosis).toBeCloseTo(3, 1);
    const beyond3 = Array.from({ length: 300_000 }, () => random.normal()).filter((z) => Math.abs(z) > 3);
    // 0.27 % of a normal law lies beyond three sigma: 810 of 300,000, give or take 28.
    expect(beyond3.length).toBeGreaterThan(680);
    expect(beyond3.length).toBeLessThan(940);
    expect(Math.max(...beyond3)).toBeGreaterThan(3.6);
  });

  it.each([0.3, 5, 23.9, 24.1, 400])('draws Poisson numbers of mean %d with that variance', (mean) => {
    const random = new Random(5, Math.round(mean * 10));
    const found = momentsOf(100_000, () => random.poisson(mean));
    expect(found.mean / mean).toBeCloseTo(1, 1);
    expect(found.variance / mean).toBeCloseTo(1, 1);
  });

  it('keeps to its bounds', () => {
    const random = new Random(3);
    for (let i = 0; i < 2000; i++) {
      expect(random.below(5)).toBeLessThan(5);
      const value = random.logBetween(0.3, 30);
      expect(value).toBeGreaterThanOrEqual(0.3);
      expect(value).toBeLessThanOrEqual(30);
    }
  });
});
