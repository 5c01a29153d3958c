import { describe, expect, it } from 'vitest';
import type { TensorDataset } from '../../main/learning/dataset.ts';
import {
  evaluateMarks,
  evaluateMarksWithIntervals,
  evaluateNumbers,
} from '../../main/learning/metrics/index.ts';
import { loadPredictor } from '../../main/learning/predict.ts';
import { randomFor } from '../../main/learning/random.ts';
import { judgeAnswers, marksOf } from '../../main/learning/targets.ts';
import { trainNetwork } from '../../main/learning/train-network.ts';
import { onnxRuntime } from '../../main/runtime/onnx-runtime.ts';

const runtime = onnxRuntime({ threads: 1 });
const ports = { runtime, now: () => 0 };

/** Items of five figures; `labelOf` names each from its figures. */
function figures(items: number, labelOf: (row: Float32Array) => string): TensorDataset {
  const random = randomFor(7, 'targets');
  const data = Float32Array.from({ length: 5 * items }, () => random.normal());
  const named = Array.from({ length: items }, (_, item) => labelOf(data.subarray(5 * item, 5 * item + 5)));
  const classes = [...new Set(named)].sort();
  return {
    ids: named.map((_, item) => `item ${item}`),
    inputs: [{ name: 'features', shape: [5], data }],
    classes,
    labels: Int32Array.from(named, (label) => classes.indexOf(label)),
    split: Uint8Array.from(named, (_, item) => (item % 5 === 0 ? 1 : item % 5 === 1 ? 2 : 0)),
    personLabelled: new Uint8Array(items).fill(1),
  };
}

function options(parameters: Record<string, string | number | boolean>) {
  const own = { epochs: 40, learningRate: 0.01, featureNoise: 0, dropout: 0, ...parameters };
  return { recipe: 'mlp', parameters: own, seed: 3, metadata: {} };
}

describe('several marks of an item', () => {
  const marks = (row: Float32Array): string =>
    ['a', 'b', 'c'].filter((_, index) => row[index]! > 0.2).join(' + ') || 'none';

  it('are read from labels', () => {
    expect(marksOf('Cs-137 + Co-60+Cs-137')).toEqual(['Co-60', 'Cs-137']);
    expect(marksOf('none')).toEqual([]);
    expect(marksOf('None + a')).toEqual(['a']);
  });

  it('are learned each by itself, exported and calibrated', async () => {
    const dataset = figures(400, marks);
    const trained = await trainNetwork(dataset, options({ targets: 'marks' }), ports);
    expect(trained.answers).toEqual(['a', 'b', 'c']);
    const { intervals, reliability } = trained.evaluations.test;
    expect(intervals!.accuracy.high - intervals!.accuracy.low).toBeLessThan(0.25);
    expect(reliability!.reduce((sum, { items }) => sum + items, 0)).toBe(3 * trained.evaluations.test.items);
    expect(trained.metrics['test/macroF1']).toBeGreaterThan(0.85);
    expect(trained.metrics['test/calibrationError']).toBeLessThan(0.08);
    const predictor = await loadPredictor(trained.onnx, runtime);
    const data = Float32Array.of(2, 2, -2, 0, 0, -2, -2, -2, 0, 0);
    const found = await predictor.predict([{ name: 'features', shape: [5], data }]);
    await predictor.release();
    expect(predictor.classes).toEqual(['a', 'b', 'c']);
    expect(Array.from(found, Math.round)).toEqual([1, 1, 0, 0, 0, 0]);
  });

  it('have figures with room for doubt, also where every answer was right', () => {
    const truth = Float32Array.of(1, 0, 0, 1, 1, 1);
    const { intervals, reliability } = evaluateMarksWithIntervals(truth, truth, ['x', 'y']);
    expect(intervals).toMatchObject({ accuracy: { high: 1 }, balancedAccuracy: { high: 1 } });
    expect(intervals!.accuracy.low).toBeLessThan(0.6);
    expect(intervals!.balancedAccuracy.low).toBeLessThan(0.85);
    expect(reliability!.map(({ confidence, accuracy }) => [confidence, accuracy])).toEqual([
      [0, 0],
      [0, 0],
      [1, 1],
      [1, 1],
      [1, 1],
      [1, 1],
    ]);
    expect(evaluateMarksWithIntervals(new Float32Array(), new Float32Array(), ['x']).intervals).toBeNull();
  });

  it('are judged one by one', () => {
    const truth = Float32Array.of(1, 1, 0, 1, 1, 0, 0, 0);
    const said = Float32Array.of(0.9, 0.2, 0.1, 0.8, 0.7, 0.6, 0.2, 0.1);
    const { perClass, accuracy, macroF1, balancedAccuracy, auc } = evaluateMarks(said, truth, ['x', 'y']);
    expect(perClass[0]).toMatchObject({ support: 2, precision: 1, recall: 1, f1: 1 });
    expect(perClass[1]).toMatchObject({ support: 2, precision: 0.5, recall: 0.5, f1: 0.5, called: 2 });
    // x: all told apart; y: 0.8 above both others, 0.2 above one of two
    expect([accuracy, macroF1, balancedAccuracy, auc]).toEqual([0.5, 0.75, 0.75, 0.875]);
  });
});

describe('numbers', () => {
  const number = (row: Float32Array): string => (50 + 20 * row[0]! - 10 * row[1]!).toFixed(2);

  it.each(['squared', 'huber'])('are learned in their own unit with the loss %s', async (loss) => {
    const trained = await trainNetwork(figures(300, number), options({ targets: 'number', loss }), ports);
    expect(trained.metrics['test/r2']).toBeGreaterThan(0.9);
    expect(trained.metrics['test/meanAbsoluteError']).toBeLessThan(5);
    // in widths, as the loss that is trained by
    expect(trained.metrics['validation/loss']).toBeLessThan(0.2);
    expect(Object.keys(trained.metrics)).not.toContain('test/accuracy');
    expect(trained.exportStatistics?.outputs).toEqual(['values float32 [batch, 1]']);
    const predictor = await loadPredictor(trained.onnx, runtime);
    const data = Float32Array.of(1, -1, 0, 0, 0);
    const [found] = await predictor.predict([{ name: 'features', shape: [5], data }]);
    await predictor.release();
    expect(Math.abs(found! - 80)).toBeLessThan(8);
  });

  it('are judged by their errors', () => {
    const { numbers, accuracy } = evaluateNumbers(Float32Array.of(1, 2, 5), Float32Array.of(1, 3, 5));
    expect(numbers?.meanAbsoluteError).toBeCloseTo(1 / 3, 6);
    expect(numbers?.rootMeanSquareError).toBeCloseTo(Math.sqrt(1 / 3), 6);
    expect(numbers?.r2).toBeCloseTo(1 - 1 / 8, 6);
    expect(accuracy).toBeNaN();
  });

  it('have the loss that they are trained by, in their own width', () => {
    const targets = {
      kind: 'number',
      names: ['value'],
      rows: Float32Array.of(0, 1),
      centre: 50,
      scale: 10,
    } as const;
    const lossBy = (loss: 'squared' | 'huber') =>
      judgeAnswers({ ...targets, loss }, Float32Array.of(55, 80), [0, 1], ['50', '60']).loss;
    // off by half a width and by two
    expect(lossBy('squared')).toBeCloseTo((0.25 + 4) / 2, 6);
    expect(lossBy('huber')).toBeCloseTo((0.125 + 1.5) / 2, 6);
  });

  it('are asked of labels that are numbers', async () => {
    const dataset = figures(40, (row) => (row[0]! > 0 ? 'high' : 'low'));
    await expect(trainNetwork(dataset, options({ targets: 'number' }), ports)).rejects.toMatchObject({
      code: 'badInput',
    });
  });

  it('are asked of labels that are judged only, too', async () => {
    const dataset = figures(40, number);
    const classes = [...dataset.classes, 'n/a'];
    const labels = dataset.labels.map((label, item) => (item === 0 ? classes.length - 1 : label));
    await expect(
      trainNetwork({ ...dataset, classes, labels }, options({ targets: 'number' }), ports),
    ).rejects.toMatchObject({ code: 'badInput', message: expect.stringContaining('n/a') });
  });
});

describe('settings of classes', () => {
  it.each([
    { targets: 'marks', loss: 'huber' },
    { targets: 'number', loss: 'binary' },
    { targets: 'number', focus: 2 },
    { targets: 'marks', precision: 'int8' },
  ])('are refused with %o', async (parameters) => {
    const dataset = figures(40, (row) => String(row[0]));
    await expect(trainNetwork(dataset, options(parameters), ports)).rejects.toMatchObject({
      code: 'wrongUse',
    });
  });
});
