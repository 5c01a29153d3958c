import { describe, expect, it } from 'vitest';
import { anomalyIndex, bothClasses } from '../../../main/learning/anomaly/anomaly-classes.ts';
import { tailThreshold } from '../../../main/learning/anomaly/extreme-value.ts';
import { bestBorder } from '../../../main/learning/anomaly/thresholds.ts';
import type { TensorDataset } from '../../../main/learning/dataset.ts';
import { loadPredictor } from '../../../main/learning/predict.ts';
import { randomFor } from '../../../main/learning/random.ts';
import { trainEstimator } from '../../../main/learning/train-estimator.ts';
import type { TrainEvent } from '../../../main/learning/train-network.ts';
import { onnxRuntime } from '../../../main/runtime/onnx-runtime.ts';

const ports = { runtime: onnxRuntime({ threads: 1 }), now: () => 0 };
const items = 120;

/** One in ten lies far outside. */
function dataset(label: (strange: boolean) => number, classes: readonly string[]): TensorDataset {
  const random = randomFor(3, 'train-anomaly');
  const data = Float64Array.from({ length: items * 3 }, (_, index) => {
    return random.normal() + (Math.floor(index / 3) % 10 === 0 ? 12 : 0);
  });
  return {
    ids: Array.from({ length: items }, (_, item) => String(item)),
    inputs: [{ name: 'features', shape: [3], data }],
    classes,
    labels: Int32Array.from({ length: items }, (_, item) => label(item % 10 === 0)),
    split: Uint8Array.from({ length: items }, (_, item) => (item < 80 ? 0 : item < 100 ? 1 : 2)),
    personLabelled: new Uint8Array(items),
  };
}

const detector = { recipe: 'anomaly-detector', parameters: {}, seed: 1, metadata: {} };
const train = (given: TensorDataset) => trainEstimator(given, detector, ports);

describe('a detector chosen by the labels', () => {
  it('learns to tell both kinds apart, and scores grow with strangeness', async () => {
    const given = dataset((strange) => (strange ? 1 : 0), ['0', '1']);
    const { onnx, metrics } = await train(given);
    expect(metrics['test/accuracy']).toBe(1);
    const predictor = await loadPredictor(onnx, ports.runtime);
    const { scores, probabilities } = await predictor.answer(given.inputs);
    await predictor.release();
    expect(scores![110]).toBeGreaterThan(0.5);
    expect(scores![110]).toBeCloseTo(probabilities[110 * 2 + 1]!, 6);
    expect(scores![111]).toBeLessThan(0.5);
  });

  it('knows the other class by name when only usual rows are labelled', async () => {
    const given = dataset(() => 0, ['0']);
    const usual = { ...given, split: given.split.map((code, item) => (item % 10 === 0 ? 3 : code)) };
    const { onnx } = await train(usual);
    const predictor = await loadPredictor(onnx, ports.runtime);
    const { scores, probabilities } = await predictor.answer(given.inputs);
    await predictor.release();
    expect(predictor.classes).toEqual(['0', '1']);
    expect(probabilities[110 * 2 + 1]).toBeGreaterThan(0.5);
    expect(scores![110]).toBeGreaterThan(scores![111]!);
  });

  it('ranks the strange first without any label', async () => {
    const given = dataset(() => -1, []);
    const { onnx, metrics } = await train(given);
    expect(metrics.learnedFrom).toBe(items);
    const predictor = await loadPredictor(onnx, ports.runtime);
    const { scores } = await predictor.answer(given.inputs);
    await predictor.release();
    expect(predictor.classes).toEqual(['nominal', 'anomaly']);
    const order = Array.from(scores!.keys()).sort((a, b) => scores![b]! - scores![a]!);
    expect(order.slice(0, 12).every((item) => item % 10 === 0)).toBe(true);
  });

  it('compares with as many rows as asked for, drawn alike for the same seed', async () => {
    const given = dataset(() => -1, []);
    const few = () =>
      trainEstimator(
        given,
        { ...detector, recipe: 'outlier-ensemble', parameters: { mostRows: 40, surroundings: 'wide' } },
        ports,
      );
    const [one, again] = [await few(), await few()];
    expect(one.metrics.rows).toBe(40);
    expect(one.onnx).toEqual(again.onnx);
    const { scores } = await loadPredictor(one.onnx, ports.runtime).then((each) => each.answer(given.inputs));
    const usual = scores!.filter((_, item) => item % 10 !== 0);
    expect(Math.min(...scores!.filter((_, item) => item % 10 === 0))).toBeGreaterThan(Math.max(...usual));
  });
});

describe('a detector of what is usual', () => {
  const forest = { ...detector, recipe: 'isolation-forest', parameters: { trees: 5 } };

  it.each([[['bad', 'ok', 'ugly']], [['blue', 'red']]])(
    'refuses labels of which none is the strange one: %s',
    async (classes) => {
      const given = dataset(() => 0, classes);
      const labels = given.labels.map((_, item) => item % classes.length);
      await expect(trainEstimator({ ...given, labels }, forest, ports)).rejects.toMatchObject({
        code: 'wrongUse',
        message: `isolation-forest tells the strange from the usual; of the labels ${classes.join(', ')} none says which is which.`,
      });
    },
  );

  it('goes by the labels that take part', async () => {
    const given = dataset(() => 1, ['blue', 'red']);
    const { onnx } = await trainEstimator(given, forest, ports);
    const predictor = await loadPredictor(onnx, ports.runtime);
    await predictor.release();
    expect(predictor.classes).toEqual(['red', 'anomaly']);
  });

  it('says that contamination was not used where labels set the threshold, or a classifier learned', async () => {
    const given = { ...dataset((strange) => (strange ? 1 : 0), ['0', '1']), split: new Uint8Array(items) };
    given.split.fill(1, 40, 100);
    const notes = async (recipe: string, parameters: Record<string, number | string>) => {
      const said: string[] = [];
      const onEvent = ({ kind, message }: TrainEvent) => {
        if (kind === 'note' && message !== undefined) said.push(message);
      };
      await trainEstimator(given, { ...detector, recipe, parameters }, { ...ports, onEvent });
      return said;
    };
    const trees = { trees: 5, contamination: 0.4 };
    expect(await notes('isolation-forest', trees)).toEqual([
      expect.stringMatching(/^contamination=0.4 was not used: labels set the threshold/),
    ]);
    expect(await notes('isolation-forest', { ...trees, threshold: 'contamination' })).toEqual([]);
    expect(await notes('isolation-forest', { ...trees, threshold: 'tail' })).toEqual([
      expect.stringMatching(/^contamination=0.4 was not used: the tail of the scores set/),
    ]);
    expect(await notes('isolation-forest', { trees: 5 })).toEqual([]);
    expect(await notes('anomaly-detector', { contamination: 0.4 })).toEqual([
      expect.stringMatching(/^contamination=0.4 was not used: .*extra-trees learns from the labels/),
    ]);
    expect(await notes('anomaly-detector', {})).toEqual([]);
  });
});

describe('words and thresholds', () => {
  it('finds the strange one of two classes by its name', () => {
    expect(anomalyIndex(['0', '1'])).toBe(1);
    expect(anomalyIndex(['anomaly', 'nominal'])).toBe(0);
    expect(anomalyIndex(['normal', 'spike'])).toBe(1);
    expect(anomalyIndex(['a', 'b'])).toBe(-1);
    expect(bothClasses(['false'])).toEqual(['false', 'true']);
    expect(bothClasses(['fault'])).toEqual(['nominal', 'fault']);
  });

  it('puts the border between the best separated scores', () => {
    const scores = Float64Array.of(0.1, 0.2, 0.3, 0.9, 1);
    expect(bestBorder({ scores, strange: Uint8Array.of(0, 0, 0, 1, 1) })).toBeCloseTo(0.6, 9);
  });

  it('estimates how far an exponential tail reaches', () => {
    const random = randomFor(5, 'tail');
    const scores = Float64Array.from({ length: 20_000 }, () => -Math.log(1 - random.uniform()));
    // exceeded once in ten thousand: ln 10,000
    expect(tailThreshold(scores, 1e-4)).toBeGreaterThan(Math.log(1e4) - 1);
    expect(tailThreshold(scores, 1e-4)).toBeLessThan(Math.log(1e4) + 1.5);
    expect(tailThreshold(new Float64Array(5).fill(2), 1e-3)).toBe(2);
  });
});
