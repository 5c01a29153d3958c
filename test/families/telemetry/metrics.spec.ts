import { expect, test } from 'vitest';
import { areaUnderRoc } from '../../../main/families/telemetry/metrics.ts';
import { telemetryFamily } from '../../../main/families/telemetry/telemetry.ts';

test('the area under the ROC curve counts pairs in order, equal scores half', () => {
  expect(areaUnderRoc([1, 2, 3, 4], [0, 0, 1, 1])).toBe(1);
  expect(areaUnderRoc([1, 2, 2, 4], [0, 0, 1, 1])).toBe(0.875);
  expect(areaUnderRoc([4, 3, 2, 1], [0, 0, 1, 1])).toBe(0);
  expect(areaUnderRoc([1, 1], [1, 1])).toBeNull();
  // what is no number must not keep it for ever
  expect(areaUnderRoc([Number.NaN, 1, 2], [0, 0, 1])).toBeGreaterThanOrEqual(0.5);
});

test('figures of a detector go by the class of anomalies, wherever it stands', () => {
  const figures = telemetryFamily.figures!({
    classes: ['anomaly', 'nominal'],
    labels: [0, 0, 1, 1],
    probabilities: Float32Array.of(0.9, 0.1, 0.2, 0.8, 0.1, 0.9, 0.1, 0.9),
    scores: Float64Array.of(9, 2, 1, 1),
    anomaly: 0,
    items: [],
  });
  expect(figures).toEqual({
    'anomaly/prAuc': 1,
    'anomaly/rocAuc': 1,
    'anomaly/f1': 2 / 3,
    'anomaly/calledShare': 0.25,
  });
});
