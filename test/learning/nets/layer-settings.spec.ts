import { describe, expect, it } from 'vitest';
import { decodeModel } from '../../../main/formats/onnx/index.ts';
import { findRecipe } from '../../../main/learning/recipes.ts';
import { trainNetwork } from '../../../main/learning/train-network.ts';
import { onnxRuntime } from '../../../main/runtime/onnx-runtime.ts';
import { recipeDataset } from '../recipe-dataset.ts';

const ports = { runtime: onnxRuntime({ threads: 1 }), now: () => 0 };

async function operatorsOf(recipe: string, layers: Record<string, string>) {
  const dataset = recipeDataset(findRecipe(recipe), {
    items: 24,
    shapes: { 1: [6], 3: [1, 16, 16] },
    splitOf: (item) => (item % 4 === 0 ? 1 : 0),
  });
  const parameters = { epochs: 4, batchSize: 6, width: 4, patience: 0, ...layers };
  // the exported file is compared with the trainer before it is handed over
  const trained = await trainNetwork(dataset, { recipe, parameters, seed: 1, metadata: {} }, ports);
  expect(Number.isFinite(trained.evaluations.train.loss)).toBe(true);
  return new Set(decodeModel(trained.onnx).graph.nodes.map(({ operator }) => operator));
}

describe.each(['mlp', 'mobile-cnn'])('layers of %s', (recipe) => {
  it('bend as they are told', async () => {
    const plain = await operatorsOf(recipe, {});
    expect([plain.has('Relu'), plain.has('Erf'), plain.has('Sqrt')]).toEqual([true, false, false]);
    const smooth = await operatorsOf(recipe, { activation: 'gelu' });
    expect([smooth.has('Relu'), smooth.has('Erf')]).toEqual([false, true]);
    const gated = await operatorsOf(recipe, { activation: 'silu' });
    expect([gated.has('Relu'), gated.has('Sigmoid')]).toEqual([false, true]);
  });

  it('are normalised item by item where that is asked for', async () => {
    const operators = await operatorsOf(recipe, { norm: 'group' });
    expect([operators.has('BatchNormalization'), operators.has('Sqrt')]).toEqual([false, true]);
  });

  it('are of no other kind', async () => {
    await expect(operatorsOf(recipe, { activation: 'tanh' })).rejects.toMatchObject({ code: 'wrongUse' });
    await expect(operatorsOf(recipe, { norm: 'layer' })).rejects.toMatchObject({ code: 'wrongUse' });
  });
});
