import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TensorDataset } from '../../main/learning/dataset.ts';
import { findRecipe } from '../../main/learning/recipes.ts';
import type { GraphRuntime } from '../../main/learning/runtime.ts';
import { trainNetwork } from '../../main/learning/train-network.ts';
import { onnxRuntime } from '../../main/runtime/onnx-runtime.ts';
import { tfjsRuntime } from '../../main/runtime/tfjs-runtime.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const shapes: Readonly<Record<number, readonly number[]>> = { 1: [5], 2: [1, 40], 3: [1, 16, 16] };
/** The plain engine takes seconds per step of a wide network: it gets the least that shows every layer. */
const starShapes: Readonly<Record<string, readonly number[]>> = { crops: [2, 8, 8], image: [1, 8, 8] };

/** Every input that the recipe knows; classes differ in level. */
function datasetFor(recipe: string): TensorDataset {
  const isWide = recipe === 'star-crops';
  const items = isWide ? 12 : 24;
  const inputs = findRecipe(recipe).inputs.map(({ name, rank }) => {
    const shape = (isWide ? starShapes[name] : undefined) ?? shapes[rank]!;
    const size = shape.reduce((all, length) => all * length, 1);
    const data = Float32Array.from({ length: items * size }, (_, index) => {
      const item = Math.floor(index / size);
      return 0.4 + 0.2 * (item % 2) + 0.2 * Math.sin(index * 12.9898 + item);
    });
    return { name, shape, data };
  });
  return {
    ids: Array.from({ length: items }, (_, item) => `item-${item}`),
    inputs,
    classes: ['clean', 'contaminated'],
    labels: Int32Array.from({ length: items }, (_, item) => item % 2),
    split: new Uint8Array(items),
    personLabelled: new Uint8Array(items),
  };
}

async function lossesOn(
  runtime: GraphRuntime,
  recipe: string,
  parameters: Readonly<Record<string, number | string>>,
): Promise<{ readonly losses: number[]; readonly probabilitiesOf: Uint8Array }> {
  const losses: number[] = [];
  const { onnx } = await trainNetwork(
    datasetFor(recipe),
    { recipe, parameters: { batchSize: 6, epochs: 5, patience: 0, ...parameters }, seed: 3, metadata: {} },
    {
      runtime,
      now: () => 0,
      onEvent: ({ kind, metrics }) => void (kind === 'step' && losses.push(metrics['train/stepLoss']!)),
    },
  );
  return { losses, probabilitiesOf: onnx };
}

describe('the second engine, recipe by recipe', () => {
  const cases: [string, Readonly<Record<string, number | string>>][] = [
    ['small-cnn', { imageWidth: 4, averageDecay: 0.9 }],
    ['conv1d', { width: 4, focus: 2, optimiser: 'sgd', learningRate: 0.01 }],
    ['transformer', { width: 8, layers: 1 }],
    ['mobile-cnn', { width: 2, accumulation: 2, epochs: 10 }],
    ['star-crops', { optimiser: 'adam', learningRate: 1e-3, batchSize: 3 }],
  ];
  it.each(cases)(
    'has the same losses over 20 steps of %s',
    { timeout: 120_000 },
    async (recipe, parameters) => {
      const ours = await lossesOn(onnxRuntime({ threads: 1 }), recipe, parameters);
      const theirs = await lossesOn(tfjsRuntime(tf), recipe, parameters);
      expect(theirs.losses).toHaveLength(20);
      theirs.losses.forEach((loss, step) => {
        expect(Math.abs(loss - ours.losses[step]!), `step ${step}`).toBeLessThanOrEqual(1e-4);
      });
    },
  );
});
