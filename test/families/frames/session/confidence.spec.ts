import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anyOf,
  confidenceOfExcess,
  severityOf,
} from '../../../../main/families/frames/session/confidence.ts';
import { Random } from '../../../../main/families/frames/simulate/random.ts';

const positive = (min: number, max: number) => fc.double({ min, max, noNaN: true });

describe('confidenceOfExcess', () => {
  it('is a doubt where only the few frames compared would make it certain', () => {
    const certain = { excess: 0.09, sigma: 0.01, begin: 0.077, reach: 30 };
    expect(confidenceOfExcess(certain)).toBeGreaterThan(0.95);
    const few = confidenceOfExcess({ ...certain, sigma: 0.08, seenSigma: 0.01 });
    expect(few).toBeGreaterThan(0.3);
    expect(few).toBeLessThan(0.5);
    // what no night does by itself stays certain
    expect(confidenceOfExcess({ ...certain, excess: 0.7, sigma: 0.08, seenSigma: 0.01 })).toBeGreaterThan(
      0.95,
    );
  });

  it('stays within 0..1 and never falls when the excess grows', () => {
    const given = fc.record({
      excess: positive(-1, 3),
      more: positive(0, 2),
      sigma: positive(0.001, 0.5),
      begin: positive(0.02, 1),
      prior: positive(0.005, 0.5),
    });
    fc.assert(
      fc.property(given, ({ excess, more, sigma, begin, prior }) => {
        const less = confidenceOfExcess({ excess, sigma, begin, prior });
        const greater = confidenceOfExcess({ excess: excess + more, sigma, begin, prior });
        expect(less).toBeGreaterThanOrEqual(0);
        expect(greater).toBeLessThanOrEqual(1);
        // the finite grid of effects may dent the top by a hair
        expect(greater).toBeGreaterThanOrEqual(less - 0.02);
      }),
      { seed: 3 },
    );
  });

  it('means what it says: of frames given 0.2..0.8, the mean confidence is the share that has the defect', () => {
    const random = new Random(42);
    let sum = 0;
    let real = 0;
    let count = 0;
    for (let i = 0; i < 60_000; i++) {
      const defect = random.chance(0.05);
      const effect = defect ? 0.1 * 10 ** random.uniform() : 0;
      const confidence = confidenceOfExcess({
        excess: effect + 0.04 * random.normal(),
        sigma: 0.04,
        begin: 0.1,
      });
      if (confidence < 0.2 || confidence > 0.8) continue;
      sum += confidence;
      real += defect ? 1 : 0;
      count++;
    }
    expect(count).toBeGreaterThan(150);
    expect(Math.abs(sum / count - real / count)).toBeLessThan(0.12);
  });

  it('is 0 for what was not measured', () => {
    expect(confidenceOfExcess({ excess: Number.NaN, sigma: 1, begin: 1 })).toBe(0);
    expect(confidenceOfExcess({ excess: 5, sigma: Number.NaN, begin: 1 })).toBe(0);
    expect(confidenceOfExcess({ excess: 5, sigma: 0, begin: 1 })).toBe(0);
  });

  it('is certain far from the threshold on both sides', () => {
    expect(confidenceOfExcess({ excess: 0.3, sigma: 0.03, begin: 0.1 })).toBeGreaterThan(0.99);
    expect(confidenceOfExcess({ excess: 0.0, sigma: 0.03, begin: 0.1 })).toBeLessThan(0.01);
  });
});

describe('severityOf', () => {
  it('runs from 0 where the defect begins to 1', () => {
    expect(severityOf(0.04, 0.04, 10)).toBe(0);
    expect(severityOf(0.4, 0.04, 10)).toBeCloseTo(1);
    expect(severityOf(9, 0.04, 10)).toBe(1);
    expect(severityOf(Number.NaN, 0.04, 10)).toBe(0);
  });
});

it('joins independent causes', () => {
  expect(anyOf([])).toBe(0);
  expect(anyOf([0.5, 0.5])).toBeCloseTo(0.75);
});
