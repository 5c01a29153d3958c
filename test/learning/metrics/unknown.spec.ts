import { describe, expect, test } from 'vitest';
import {
  isUnknown,
  readUnknownLimits,
  unknownLimits,
  whyUnknown,
} from '../../../main/learning/metrics/unknown.ts';

/** Of 200 answers the first 100 are right, ever surer; the others are wrong, and as sure as can be. */
const probabilities = Array.from({ length: 200 }, (_, item) => {
  const sure = item < 100 ? 0.5 + item / 250 : 1;
  return [sure, 1 - sure];
}).flat();
const labels = Array.from({ length: 200 }, (_, item) => (item < 100 ? 0 : 1));

describe('limits of what counts as an answer', () => {
  test('cost one right answer in a hundred, one in 200 by its fit, whatever wrong ones say', () => {
    const misfits = Array.from({ length: 200 }, (_, item) => (item < 100 ? item / 10 : 1000));
    const limits = unknownLimits(probabilities, labels, 2, misfits)!;
    expect(limits.confidence).toBeCloseTo(0.504, 9);
    expect(limits.misfit).toBeCloseTo(9.9, 9);
    expect(isUnknown(limits, 0.9, 9)).toBe(false);
    expect(isUnknown(limits, 0.5, 0)).toBe(true);
    expect(isUnknown(limits, 0.9, 11)).toBe(true);
    expect(isUnknown(limits, 0.9, null)).toBe(false);
  });

  test('never call unusual what chance explains, and are not set by a handful', () => {
    expect(unknownLimits(probabilities, labels, 2, new Float64Array(200))!.misfit).toBe(4);
    expect(unknownLimits(probabilities.slice(0, 20), labels.slice(0, 10), 2)).toBeNull();
  });

  test('name what passes them', () => {
    const limits = { confidence: 0.5, misfit: 12.34 };
    expect(whyUnknown(limits, 0.954, 494.2)).toBe('misfit 494, limit 12.3');
    expect(whyUnknown(limits, 0.31, 20)).toBe('misfit 20, limit 12.3; confidence 0.31, least 0.5');
    expect(whyUnknown({ confidence: 0.5 }, 0.4, null)).toBe('confidence 0.4, least 0.5');
    expect(whyUnknown(limits, 0.5, 12)).toBeNull();
    expect(whyUnknown(null, 0.1, 50)).toBeNull();
  });

  test('are read from a model file, where it has any', () => {
    expect(readUnknownLimits({ unknown: '{"confidence":0.4}' })).toEqual({ confidence: 0.4 });
    expect(readUnknownLimits({})).toBeNull();
    expect(readUnknownLimits({ unknown: '{' })).toBeNull();
    expect(isUnknown(null, 0.1, 50)).toBeNull();
  });
});
