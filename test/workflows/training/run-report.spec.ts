import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Evaluation } from '../../../main/learning/metrics/index.ts';
import { evaluateNumbers, evaluateWithIntervals } from '../../../main/learning/metrics/index.ts';
import { recipeKey } from '../../../main/workflows/runs.ts';
import { keepRunReport, runReport } from '../../../main/workflows/training/run-report.ts';
import type { TrainTaskOutput } from '../../../main/workflows/work/learning-tasks.ts';
import { newPlace, type Place } from '../fake-frames/night.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.close());

type Version = Parameters<typeof keepRunReport>[3];

const classes = ['clean', 'cloudy', 'trailed'];
const version = {
  hash: '0'.repeat(64),
  metadata: {
    classes,
    counts: { test: { clean: 2, cloudy: 1 } },
    personLabelled: 3,
    withinNight: false,
    warnings: [],
  },
} as unknown as Version;

/** Everything is called clean. */
const allClean = Float32Array.of(0.8, 0.1, 0.1, 0.7, 0.2, 0.1, 0.6, 0.2, 0.2);

function report(test: Evaluation, metrics: Record<string, number>, parameters = {}): string {
  const { library } = place.ports;
  const run = library.runs.start({
    kind: 'train',
    experiment: 'trial',
    family: 'frames',
    parameters: { ...parameters, [recipeKey]: 'mlp' },
  });
  const output = {
    onnxBytes: 1000,
    network: {
      evaluations: { train: test, validation: test, test },
      metrics,
      epochs: 3,
      stoppedEarly: false,
      exportCheck: { maximumDifference: 2e-6, items: 3 },
    },
  } as unknown as TrainTaskOutput;
  keepRunReport(library, run, output, version, null);
  return runReport(library, run.id, 'markdown').text;
}

test('tells intervals, temperature, and no precision of a class that was never called', () => {
  const text = report(evaluateWithIntervals(allClean, [0, 0, 1], classes), { temperature: 1.25 });
  expect(text).toMatch(/accuracy \| 95 % interval \| balanced accuracy \| 95 % interval/);
  expect(text).toMatch(/\| test \| 3 \| 0\.6667 \| 0\.\d+ to 0\.\d+ \| 0\.5 \| [\d.]+ to [\d.]+ \|/);
  expect(text).toContain('Temperature 1.25, fitted');
  expect(text).toMatch(/\| clean \| 2 \| 0\.6667 \| 1 \| 0\.8 \|/);
  expect(text).toMatch(/\| cloudy \| 1 \| – \| 0 \| 0 \|/);
  expect(text).toMatch(/\| trailed \| 0 \| – \| – \| – \|/);
  expect(text).not.toContain('## Cross-validation');
});

test('tells how much figures vary over folds', () => {
  const metrics = {
    'crossValidation/accuracy': 0.9,
    'crossValidation/accuracyDeviation': 0.05,
    'test/accuracy': 0.8,
  };
  const text = report(evaluateWithIntervals(allClean, [0, 0, 1], classes), metrics, { folds: 4 });
  expect(text).toContain('## Cross-validation\n\nTrained 4 times more');
  expect(text).toMatch(/\| accuracy \| 0\.9 \| 0\.05 \|/);
});

test('speaks of numbers, not of probabilities, where numbers are learned', () => {
  const numbers = evaluateNumbers(Float32Array.of(1, 2, 4), Float32Array.of(1, 2, 3));
  const text = report(numbers, { temperature: 1 }, { targets: 'number' });
  expect(text).toContain("the file's numbers differ from the trainer's by at most 2.0e-6 of their width");
  expect(text).not.toMatch(/probabilit|Temperature/);
});
