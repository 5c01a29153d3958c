import { expect, it } from 'vitest';
import { calibrated, fitClassCalibration } from '../../../main/learning/estimators/class-calibration.ts';
import { ModelParts } from '../../../main/learning/estimators/model-parts.ts';
import { withCalibration } from '../../../main/learning/estimators/recalibrate.ts';
import { loadPredictor } from '../../../main/learning/predict.ts';
import { randomFor } from '../../../main/learning/random.ts';
import { onnxRuntime } from '../../../main/runtime/onnx-runtime.ts';

/** Labels drawn by true chances; a model that is too timid and underrates the second class tells others. */
function timidModel(rows: number, seed: number) {
  const random = randomFor(seed, 'timid');
  const told = new Float32Array(rows * 2);
  const labels = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const odds = 4 * random.normal() - 1;
    labels[row] = random.uniform() < 1 / (1 + Math.exp(-odds)) ? 1 : 0;
    told[row * 2 + 1] = 1 / (1 + Math.exp(-(odds / 2 - 0.4)));
    told[row * 2] = 1 - told[row * 2 + 1]!;
  }
  return { told, labels };
}

function share(values: ArrayLike<number>, of: (place: number) => boolean): number {
  let sum = 0;
  for (let place = 0; place < values.length; place++) if (of(place)) sum += values[place]!;
  return sum;
}

it('undoes timidity and the underrating of a class, on rows not fitted on', () => {
  const { told, labels } = timidModel(4000, 1);
  const calibration = fitClassCalibration(told, labels, 2);
  expect(calibration.temperature).toBeGreaterThan(0.4);
  expect(calibration.temperature).toBeLessThan(0.6);
  const others = timidModel(4000, 2);
  const answers = calibrated(others.told, 2, calibration);
  const expected = share(answers, (place) => place % 2 === 1);
  const real = share(others.labels, () => true);
  expect(Math.abs(expected - real) / others.labels.length).toBeLessThan(0.015);
});

it('lets what weighs little move no class, however many rows it has', () => {
  const { told, labels } = timidModel(600, 5);
  // one group more, in which the second class is always right, whatever the model says
  const odd = timidModel(200, 6);
  const both = Float32Array.from([...told, ...odd.told]);
  const all = Int32Array.from([...labels, ...odd.labels.fill(1)]);
  const weights = Float64Array.from(all.keys(), (row) => (row < 600 ? 1 : 1 / 200));
  // what is expected of the second class on rows of other groups, beside how often it comes there
  const others = timidModel(2000, 7);
  const excess = (of: Parameters<typeof fitClassCalibration>[3]) => {
    const answers = calibrated(others.told, 2, fitClassCalibration(both, all, 2, of));
    return (share(answers, (place) => place % 2 === 1) - share(others.labels, () => true)) / 2000;
  };
  expect(excess({})).toBeGreaterThan(0.05);
  expect(Math.abs(excess({ weights }))).toBeLessThan(excess({}) / 2);
});

it('puts even odds where calling a row an anomaly begins to serve F1', () => {
  const { told, labels } = timidModel(4000, 3);
  const plain = fitClassCalibration(told, labels, 2);
  const shifted = fitClassCalibration(told, labels, 2, { anomaly: 1 });
  const before = calibrated(told, 2, plain);
  const after = calibrated(told, 2, shifted);
  // over the rows called anomalies the true labels say how good that is
  let hits = 0;
  let called = 0;
  let border = 1;
  labels.forEach((label, row) => {
    if (after[row * 2 + 1]! <= 0.5) return;
    called += 1;
    hits += label;
    border = Math.min(border, before[row * 2 + 1]!);
  });
  const f1 = (2 * hits) / (called + share(labels, () => true));
  expect(f1).toBeGreaterThan(0.8);
  expect(Math.abs(border - f1 / 2)).toBeLessThan(0.02);
});

it('answers in ONNX as it does itself', async () => {
  const parts = new ModelParts();
  parts.nameOutput(parts.apply('Identity', ['features']), 'probabilities');
  const plain = parts.toModel({
    name: 'told',
    input: { name: 'features', type: 'float32', shape: [2] },
    outputs: [{ name: 'probabilities', type: 'float32', shape: [2] }],
    metadata: { classes: '["a","b"]' },
  });
  const { told, labels } = timidModel(200, 4);
  const calibration = fitClassCalibration(told, labels, 2);
  const predictor = await loadPredictor(withCalibration(plain, calibration, {}), onnxRuntime({ threads: 1 }));
  const answers = await predictor.predict([{ name: 'features', shape: [2], data: told }]);
  await predictor.release();
  const own = calibrated(told, 2, calibration);
  answers.forEach((answer, place) => {
    expect(Math.abs(answer - own[place]!)).toBeLessThan(1e-5);
  });
});
