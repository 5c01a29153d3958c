/**
 * What every trainable recipe promises. A new one is tested by being registered. ResNet-34 differs from ResNet-18 in
 * depth alone and joins in the full suite.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { isNightsiftError } from '../../contract/errors.ts';
import { decodeModel } from '../../main/formats/onnx/index.ts';
import { decodeSafeTensors } from '../../main/formats/safetensors/safetensors.ts';
import type { TensorDataset } from '../../main/learning/dataset.ts';
import { loadPredictor } from '../../main/learning/predict.ts';
import { type Recipe, recipes } from '../../main/learning/recipes.ts';
import { type TrainedNetwork, type TrainPorts, trainNetwork } from '../../main/learning/train-network.ts';
import { onnxRuntime } from '../../main/runtime/onnx-runtime.ts';
import { recipeDataset } from '../learning/recipe-dataset.ts';

const shapes: Readonly<Record<number, readonly number[]>> = { 1: [6], 2: [1, 64], 3: [1, 32, 32] };

const datasetFor = (recipe: Recipe): TensorDataset =>
  recipeDataset(recipe, { items: 18, shapes, splitOf: (item) => (item < 10 ? 0 : item < 14 ? 1 : 2) });

function frozenCopy(dataset: TensorDataset): string {
  return JSON.stringify([
    dataset.ids,
    dataset.inputs.map(({ data }) => Array.from(data)),
    Array.from(dataset.labels),
  ]);
}

const ports: TrainPorts = { runtime: onnxRuntime({ threads: 2 }), now: () => 0 };

const full = process.env.NIGHTSIFT_TESTS === 'full';
const tested = recipes.filter((recipe) => full || recipe.name !== 'resnet34');

describe.each(tested.map((recipe) => [recipe.name, recipe] as const))('%s', (name, recipe) => {
  const dataset = datasetFor(recipe);
  const options = { recipe: name, parameters: { epochs: 1, batchSize: 5 }, seed: 3, metadata: { run: 'r' } };
  const before = frozenCopy(dataset);
  const settings = structuredClone(options.parameters);
  let first: TrainedNetwork;
  let again: TrainedNetwork;

  beforeAll(async () => {
    first = await trainNetwork(dataset, options, ports);
    again = await trainNetwork(dataset, options, ports);
  });

  it('leaves data and settings untouched, and says which settings it used', () => {
    expect(frozenCopy(dataset)).toBe(before);
    expect(options.parameters).toEqual(settings);
    expect(first.parameters).toMatchObject(settings);
    expect(Object.keys(first.parameters).sort()).toEqual(recipe.parameters.map((each) => each.name).sort());
  });

  it('is seeded, and its exported model answers as it did itself', async () => {
    expect(Buffer.compare(first.onnx, again.onnx)).toBe(0);
    expect(first.exportCheck.items).toBeGreaterThan(0);
    expect(first.exportCheck.maximumDifference).toBeLessThanOrEqual(1e-4);
    const predictor = await loadPredictor(first.onnx, ports.runtime);
    const together = await predictor.predict(dataset.inputs);
    const alone = await predictor.predict(
      dataset.inputs.map((input) => ({
        ...input,
        data: input.data.slice(0, input.data.length / dataset.ids.length),
      })),
    );
    expect(alone[0]).toBeCloseTo(together[0]!, 5);
    await predictor.release();
  });

  it('can be cancelled before its first step', async () => {
    const signal = AbortSignal.abort();
    const error = await trainNetwork(dataset, options, { ...ports, signal }).catch((cause: unknown) => cause);
    expect(isNightsiftError(error) && error.code).toBe('cancelled');
  });

  it('exports every weight it trained, with metadata', () => {
    const model = decodeModel(first.onnx);
    expect(model.metadata).toMatchObject({ run: 'r', recipe: name, seed: '3' });
    expect(JSON.parse(model.metadata.classes!)).toEqual(dataset.classes);
    expect(model.graph.inputs.map((input) => input.name).sort()).toEqual(
      recipe.inputs.map((input) => input.name).sort(),
    );
    const { tensors } = decodeSafeTensors(first.safetensors);
    for (const [key, tensor] of tensors) {
      expect(new Float32Array(new Uint8Array(tensor.bytes).buffer).every(Number.isFinite), key).toBe(true);
    }
  });
});
