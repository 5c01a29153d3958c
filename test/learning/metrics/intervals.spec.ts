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

  it('have no width where nothing varies, and are null where there is nothing', () => {
    const sure = evaluateWithIntervals(answers(labels, 1, 1), labels, classes);
    expect(sure.intervals).toEqual({
      accuracy: { low: 1, high: 1 },
      balancedAccuracy: { low: 1, high: 1 },
    });
    expect(evaluateWithIntervals(new Float32Array(0), [], classes).intervals).toBeNull();
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
