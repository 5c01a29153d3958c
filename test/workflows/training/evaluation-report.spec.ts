import { expect, test } from 'vitest';
import { EvaluationReport } from '../../../contract/calls/training.ts';
import { evaluationReport, flatFigures } from '../../../main/workflows/training/evaluation-report.ts';

const about = { model: 'judge@1', on: 'night@1 (test)', withinNight: false };
const classes = ['clean', 'contaminated'];
const sure = (label: number) => (label === 0 ? [0.9, 0.1] : [0.2, 0.8]);

test('persons apart from agreement with the prefilter', () => {
  const called = [0, 0, 1, 1, 0, 1];
  const report = evaluationReport(about, {
    classes,
    probabilities: Float32Array.from(called.flatMap(sure)),
    labels: [0, 0, 1, 0, 1, 1],
    person: [true, true, true, false, false, false],
  });
  expect(EvaluationReport.parse(report)).toEqual(report);
  expect(report.all).toMatchObject({
    items: 6,
    confusion: [
      [2, 1],
      [1, 2],
    ],
  });
  expect(report.all.accuracy).toBeCloseTo(4 / 6);
  expect(report.person).toMatchObject({ items: 3, accuracy: 1, balancedAccuracy: 1, macroF1: 1 });
  expect(report.prefilterAgreement).toMatchObject({
    items: 3,
    confusion: [
      [0, 1],
      [1, 1],
    ],
  });
  const flat = flatFigures(report);
  expect(flat).toMatchObject({ items: 6, 'person/accuracy': 1, 'clean/recall': expect.closeTo(2 / 3) });
});

test('a figure without meaning is null', () => {
  const one = evaluationReport(about, {
    classes,
    probabilities: Float32Array.from(sure(0)),
    labels: [0],
    person: [true],
  });
  expect(one.prefilterAgreement).toBeNull();
  // a mean over classes of which the others were never asked about
  expect(one.all).toMatchObject({ accuracy: 1, macroF1: null });
  const [clean, contaminated] = one.all.classes;
  expect(clean).toMatchObject({ precision: 1, recall: 1, f1: 1, support: 1 });
  expect(contaminated).toEqual({ name: 'contaminated', precision: null, recall: null, f1: null, support: 0 });
  const none = evaluationReport(about, {
    classes,
    probabilities: new Float32Array(0),
    labels: [],
    person: [],
  });
  expect(none.all).toMatchObject({ items: 0, accuracy: null, balancedAccuracy: null, macroF1: null });
});
