import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate, fitTemperature, softmaxRows } from '../../../main/learning/metrics/index.ts';

/** Two classes, from P(second). */
function twoClasses(scores: readonly number[]): Float32Array {
  return Float32Array.from(scores.flatMap((score) => [1 - score, score]));
}

describe('evaluate', () => {
  // expected values by scikit-learn 1.2: accuracy_score, balanced_accuracy_score, f1_score, roc_auc_score, log_loss
  it('agrees with scikit-learn', () => {
    const scores = [0.1, 0.4, 0.35, 0.8, 0.7, 0.55, 0.2, 0.9];
    const result = evaluate(twoClasses(scores), [0, 0, 1, 1, 1, 0, 0, 1], ['clean', 'contaminated']);
    expect(result.accuracy).toBeCloseTo(0.75, 10);
    expect(result.balancedAccuracy).toBeCloseTo(0.75, 10);
    expect(result.macroF1).toBeCloseTo(0.75, 10);
    expect(result.auc).toBeCloseTo(0.875, 10);
    expect(result.loss).toBeCloseTo(0.421605, 5);
    expect(result.confusion).toEqual([
      [3, 1],
      [1, 3],
    ]);
    expect(result.perClass[1]).toEqual({
      className: 'contaminated',
      support: 4,
      precision: 0.75,
      recall: 0.75,
      f1: 0.75,
    });
  });

  it('gives a class that never occurs zero, not a crash, and leaves it out of the means', () => {
    const result = evaluate(Float32Array.of(0.8, 0.1, 0.1, 0.2, 0.7, 0.1), [0, 1], ['a', 'b', 'c']);
    expect(result.balancedAccuracy).toBe(1);
    expect(result.perClass[2]).toMatchObject({ support: 0, precision: 0, recall: 0, f1: 0 });
  });

  it('has no area under the curve for one class', () => {
    expect(evaluate(twoClasses([0.3, 0.4]), [0, 0], ['a', 'b']).auc).toBeNull();
    expect(evaluate(new Float32Array(0), [], ['a', 'b'])).toMatchObject({ items: 0, accuracy: 0, auc: null });
  });

  it('counts tied scores half', () => {
    expect(evaluate(twoClasses([0.5, 0.5, 0.5, 0.5]), [0, 1, 0, 1], ['a', 'b']).auc).toBe(0.5);
  });

  it('measures calibration by bins of equal mass', () => {
    const scores = new Array<number>(100).fill(0.9);
    const labels = scores.map((_, item) => (item % 10 < 7 ? 1 : 0));
    // sure of 0.9, right in 0.7
    expect(evaluate(twoClasses(scores), labels, ['a', 'b']).calibrationError).toBeCloseTo(0.2, 2);
  });

  it('ends on probabilities that are no numbers', () => {
    const result = evaluate(Float32Array.of(Number.NaN, Number.NaN, 0.2, 0.8), [0, 1], ['a', 'b']);
    expect(result.items).toBe(2);
  });

  it('stays within its ranges', () => {
    const items = fc.array(
      fc.tuple(fc.float({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 1 })),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(items, (pairs) => {
        const result = evaluate(
          twoClasses(pairs.map(([score]) => score)),
          pairs.map(([, label]) => label),
          ['a', 'b'],
        );
        for (const name of ['accuracy', 'balancedAccuracy', 'macroF1', 'calibrationError'] as const) {
          expect(result[name]).toBeGreaterThanOrEqual(0);
          expect(result[name]).toBeLessThanOrEqual(1);
        }
        expect(result.confusion.flat().reduce((a, b) => a + b)).toBe(pairs.length);
      }),
    );
  });
});

describe('temperature', () => {
  it('finds the factor that the logits were sharpened by', () => {
    const labels: number[] = [];
    const logits: number[] = [];
    for (let item = 0; item < 2000; item++) {
      const margin = -3 + (6 * item) / 2000;
      // a label drawn with exactly the probability that the margin says, by a low-discrepancy sequence
      labels.push((item * 0.618033988) % 1 < 1 / (1 + Math.exp(-margin)) ? 1 : 0);
      logits.push(0, 3 * margin);
    }
    expect(fitTemperature(Float32Array.from(logits), labels, 2)).toBeCloseTo(3, 0);
  });

  it('keeps rows at one and order as it was', () => {
    const cool = softmaxRows(Float32Array.of(1000, 0, -1000, 3, 2, 1), 3, 2);
    expect(cool[0]).toBe(1);
    expect(cool[3]! + cool[4]! + cool[5]!).toBeCloseTo(1, 6);
    expect(cool[3]).toBeGreaterThan(cool[4]!);
  });
});
