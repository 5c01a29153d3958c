import { expect, it } from 'vitest';
import type { TensorDataset } from '../../main/learning/dataset.ts';
import { isUnknown, readUnknownLimits } from '../../main/learning/metrics/unknown.ts';
import { loadPredictor } from '../../main/learning/predict.ts';
import { randomFor } from '../../main/learning/random.ts';
import { answersInFolds, trainOutOfFold } from '../../main/learning/train-out-of-fold.ts';
import { onnxRuntime } from '../../main/runtime/onnx-runtime.ts';
import { syntheticDataset } from './synthetic.ts';

const items = 90;
const whole = syntheticDataset({ items, side: 4, features: 6, seed: 2 });
const dataset: TensorDataset = {
  ...whole,
  inputs: whole.inputs.filter(({ name }) => name === 'features'),
};

it.each([
  ['random-forest', { trees: 20 }, 'trees'],
  ['mlp', { epochs: 3, layers: 1, width: 16, batchSize: 16 }, 'train/loss'],
])('judges every item by a model that saw nothing of its group: %s', async (recipe, parameters, curve) => {
  const prepared: TensorDataset[] = [];
  const groups = Int32Array.from({ length: items }, (_, item) => item >> 1);
  const told = new Map<string, number[]>();
  const runtime = onnxRuntime({ threads: 1 });
  const trained = await trainOutOfFold(
    dataset,
    {
      recipe,
      parameters,
      seed: 3,
      metadata: {},
      folds: 3,
      groups,
      knownShare: 0,
      prepare: async (part) => {
        prepared.push(part);
        return part;
      },
    },
    {
      runtime,
      now: () => 0,
      // each part has another split: a checkpoint of one would be refused by the next
      checkpoints: { save: () => expect.unreachable('a checkpoint of a fold') } as never,
      onEvent: ({ step, metrics }) => {
        for (const name of Object.keys(metrics)) told.set(name, [...(told.get(name) ?? []), step]);
      },
    },
  );
  // one curve for each fold, and one for the fit to everything, which comes last
  const firstSteps = ['fold 1/', 'fold 2/', 'fold 3/', ''].map(
    (prefix) => told.get(`${prefix}${curve}`)?.[0],
  );
  expect(firstSteps).toEqual([...firstSteps].sort((one, other) => Number(one) - Number(other)));
  expect(firstSteps).not.toContain(undefined);
  expect(trained.heldOut.items).toHaveLength(items);
  expect(prepared).toHaveLength(4);
  for (const part of prepared.slice(0, 3)) {
    // 3 is left out, 1 is what a network stops by
    const codeOf = new Map<number, number>();
    part.split.forEach((code, item) => {
      expect(codeOf.get(groups[item]!) ?? code).toBe(code);
      codeOf.set(groups[item]!, code);
    });
    expect(new Set(part.split)).toEqual(new Set(recipe === 'mlp' ? [0, 1, 3] : [0, 3]));
  }
  for (let item = 0; item < items; item++) {
    const [one, other] = trained.heldOut.probabilities.subarray(2 * item, 2 * item + 2);
    expect(one! + other!).toBeCloseTo(1, 5);
  }
  const predictor = await loadPredictor(trained.onnx, runtime);
  expect(await predictor.predict(dataset.inputs)).toHaveLength(2 * items);
  await predictor.release();
});

it.each([0, 0.5, 1])(
  'lets whole groups alone say how often classes come: known share %d',
  async (knownShare) => {
    const groups = Int32Array.from({ length: items }, (_, item) => (item < 30 ? 0 : 1 + ((item - 30) >> 1)));
    const { weights, known } = await answersInFolds(
      dataset,
      {
        recipe: 'random-forest',
        parameters: { trees: 2 },
        seed: 1,
        metadata: {},
        folds: 3,
        groups,
        knownShare,
        prepare: async (part) => part,
      },
      { runtime: onnxRuntime({ threads: 1 }), now: () => 0 },
      3,
    );
    if (knownShare === 1) return expect([...new Set(weights)]).toEqual([1]);
    const told = Array.from({ length: 31 }, (_, group) => {
      const own = [...groups.keys()].filter((item) => groups[item] === group);
      const sum = own.reduce((total, item) => total + weights[item]!, 0);
      return known[own[0]!] === 1 ? sum : sum - 1;
    });
    for (const each of told) expect(each).toBeCloseTo(0, 9);
    expect(known.includes(1)).toBe(knownShare > 0);
  },
);

it('sets the limit of misfit by answers that had not seen the item', async () => {
  const rows = 120;
  const random = randomFor(4, 'counts');
  const labels = Int32Array.from({ length: rows }, (_, row) => row % 2);
  const counts = Float32Array.from({ length: 4 * rows }, (_, place) => {
    const isOwn = (place & 1) === (labels[place >> 2]! & 1);
    return Math.round((isOwn ? 400 : 100) + 10 * random.normal());
  });
  const runtime = onnxRuntime({ threads: 1 });
  const trained = await trainOutOfFold(
    {
      ids: Array.from(labels, (_, row) => `row ${row}`),
      inputs: [{ name: 'counts', shape: [4], data: counts }],
      classes: ['even', 'odd'],
      labels,
      split: new Uint8Array(rows),
      personLabelled: new Uint8Array(rows),
    },
    {
      recipe: 'count-mixture',
      parameters: {},
      seed: 1,
      metadata: {},
      folds: 3,
      groups: Int32Array.from(labels.keys()),
      knownShare: 0,
      prepare: async (part) => part,
    },
    { runtime, now: () => 0 },
  );
  const predictor = await loadPredictor(trained.onnx, runtime);
  const limits = readUnknownLimits(predictor.metadata);
  const flat = Float32Array.of(10, 10, 10, 970);
  const { misfits } = await predictor.answer([{ name: 'counts', shape: [4], data: flat }]);
  await predictor.release();
  expect(limits?.misfit).toBeGreaterThanOrEqual(4);
  expect(isUnknown(limits, 1, misfits![0]!)).toBe(true);
});
