import { describe, expect, it } from 'vitest';
import { evaluateWithIntervals, pairedDifference } from '../../../main/learning/metrics/index.ts';
import { randomFor } from '../../../main/learning/random.ts';

const classes = ['clean', 'contaminated'];

/** Answers of a judge that is right with the given probability. */
function answers(labels: readonly number[], right: number, seed: number): Float32Array {
  const random = randomFor(seed, 'answers');
  return Float32Array.from(
    labels.flatMap((label) => {
      const called = random.uniform() < right ? label : 1 - label;
      return called === 1 ? [0.1, 0.9] : [0.9, 0.1];
    }),
  );
}

describe('confidence intervals', () => {
  const labels = Array.from({ length: 400 }, (_, item) => (item % 4 === 0 ? 1 : 0));

  it('cover the true figure about as often as they promise', () => {
    let covered = 0;
    for (let seed = 0; seed < 40; seed++) {
      const { intervals } = evaluateWithIntervals(answers(labels, 0.8, seed), labels, classes);
      const { low, high } = intervals!.balancedAccuracy;
      if (low <= 0.8 && high >= 0.8) covered += 1;
      expect(high - low).toBeGreaterThan(0.03);
    }
    expect(covered).toBeGreaterThanOrEqual(34);
  });

  it('leave room for doubt where every answer was right, the more the fewer there are; null where there is nothing', () => {
    const lowOf = (own: readonly number[]) => {
      const { intervals } = evaluateWithIntervals(answers(own, 1, 1), own, classes);
      expect(intervals).toMatchObject({ accuracy: { high: 1 }, balancedAccuracy: { high: 1 } });
      return intervals!.balancedAccuracy.low;
    };
    const few = lowOf([0, 1, 1]);
    expect(few).toBeGreaterThan(0.4);
    expect(few).toBeLessThan(0.75);
    expect(lowOf(labels)).toBeGreaterThan(0.98);
    expect(evaluateWithIntervals(new Float32Array(0), [], classes).intervals).toBeNull();
  });

  it("are Jeffreys' own for one class: quantiles of Beta(9.5, 2.5) and Beta(0.5, 30.5)", () => {
    const interval = (hits: number, items: number) => {
      const own = Array.from({ length: items }, () => 0);
      const said = Float32Array.from(own.flatMap((_, item) => (item < hits ? [1, 0] : [0, 1])));
      return evaluateWithIntervals(said, own, classes).intervals!.accuracy;
    };
    // scipy.stats.beta.ppf([0.025, 0.975], …)
    expect(interval(9, 11).low).toBeCloseTo(0.5328, 1);
    expect(interval(9, 11).high).toBeCloseTo(0.9602, 1);
    expect(interval(0, 30)).toEqual({ low: 0, high: expect.closeTo(0.0797, 1) });
  });

  it('tell a better judge from an equal one', () => {
    const good = answers(labels, 0.9, 1);
    const poor = answers(labels, 0.75, 2);
    const better = pairedDifference(good, poor, labels, classes);
    expect(better.difference).toBeGreaterThan(0.08);
    expect(better.low).toBeGreaterThan(0);
    expect(pairedDifference(good, good, labels, classes)).toEqual({ difference: 0, low: 0, high: 0 });
  });
});
