import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isNightsiftError } from '../../../contract/errors.ts';
import { decodeSafeTensors } from '../../../main/formats/safetensors/safetensors.ts';
import { assembleNetwork, type NetworkPlan } from '../../../main/learning/nets/assemble.ts';
import { importBackbone } from '../../../main/learning/nets/backbone.ts';
import { initialState } from '../../../main/learning/nets/network.ts';
import { resnetBlocks, resnetEmbedding, resnetHead } from '../../../main/learning/nets/resnet.ts';
import { findRecipe, type Recipe } from '../../../main/learning/recipes.ts';
import { exportOnnx, exportSafeTensors } from '../../../main/learning/training/export.ts';
import { onnxRuntime } from '../../../main/runtime/onnx-runtime.ts';

function fixture(name: string): Uint8Array {
  return readFileSync(new URL(`../../fixtures/learning/${name}`, import.meta.url));
}

const answers = JSON.parse(new TextDecoder().decode(fixture('narrow-resnet18.json'))) as {
  image: number[];
  probabilities: number[][];
};
const side = 32;

function planFor(width: number, classes = 2): NetworkPlan {
  const recipe: Recipe = {
    name: 'narrow',
    description: 'the fixture',
    inputs: [{ name: 'image', rank: 3, required: true }],
    parameters: [],
    build: (network, inputs, outputs) =>
      resnetHead(
        network,
        resnetEmbedding(network, inputs.get('image')!, resnetBlocks.resnet18, width),
        outputs,
      ),
  };
  const image = {
    name: 'image',
    shape: [1, side, side],
    centre: Float32Array.of(0),
    scale: Float32Array.of(1),
  };
  return { recipe, parameters: {}, classes, inputs: [image] };
}

function importInto(plan: NetworkPlan, file: Uint8Array) {
  const { network } = assembleNetwork(plan, { mode: 'training', items: 2 });
  const state = initialState(network, 1);
  return { state, ...importBackbone(file, plan, state), network };
}

async function predict(onnx: Uint8Array): Promise<Float32Array> {
  const session = await onnxRuntime({ threads: 1 }).load(onnx);
  const image = {
    type: 'float32' as const,
    dims: [3, 1, side, side],
    data: Float32Array.from(answers.image),
  };
  const { probabilities } = await session.run({ image });
  await session.release();
  return probabilities!.data as Float32Array;
}

describe('ResNet', () => {
  it.each(['narrow-resnet18.safetensors', 'narrow-resnet18.onnx'])(
    'with weights of %s answers as PyTorch does',
    async (name) => {
      const plan = planFor(4);
      const { state, taken } = importInto(plan, fixture(name));
      expect(taken).toBeGreaterThanOrEqual(102);
      const found = await predict(exportOnnx(plan, state, 1, { classes: '["a","b"]' }));
      answers.probabilities.flat().forEach((value, index) => {
        expect(found[index]).toBeCloseTo(value, 5);
      });
    },
  );

  it('writes the names and shapes that PyTorch wrote', () => {
    const plan = planFor(4);
    const file = fixture('narrow-resnet18.safetensors');
    const { state } = importInto(plan, file);
    const theirs = decodeSafeTensors(file).tensors;
    const ours = decodeSafeTensors(exportSafeTensors(plan, state, {})).tensors;
    for (const [name, tensor] of theirs) {
      if (name.endsWith('num_batches_tracked')) continue;
      expect(ours.get(name)?.shape, name).toEqual(tensor.shape);
      expect(Buffer.compare(ours.get(name)!.bytes, tensor.bytes), name).toBe(0);
    }
    expect(ours.size).toBe([...theirs.keys()].filter((name) => !name.endsWith('num_batches_tracked')).length);
  });

  it('takes its own exported model back', async () => {
    const plan = planFor(4);
    const { state } = importInto(plan, fixture('narrow-resnet18.safetensors'));
    const onnx = exportOnnx(plan, state, 1, { classes: '["a","b"]' });
    const again = importInto(plan, onnx);
    const found = await predict(exportOnnx(plan, again.state, 1, { classes: '["a","b"]' }));
    const expected = await predict(onnx);
    found.forEach((value, index) => {
      expect(value).toBeCloseTo(expected[index]!, 4);
    });
  });

  it('keeps a fresh classifier when the classes differ, and refuses another architecture', () => {
    const { taken } = importInto(planFor(4, 5), fixture('narrow-resnet18.safetensors'));
    expect(taken).toBe(100);
    let error: unknown;
    try {
      importInto(planFor(8), fixture('narrow-resnet18.safetensors'));
    } catch (cause) {
      error = cause;
    }
    expect(isNightsiftError(error) && error.code).toBe('modelMismatch');
  });

  // torchvision's documentation
  it.each([
    ['resnet18', 11_689_512],
    ['resnet34', 21_797_672],
  ])('%s has the published number of parameters', (name, published) => {
    const recipe = findRecipe(name);
    const parameters = Object.fromEntries(recipe.parameters.map((each) => [each.name, each.default]));
    const image = {
      name: 'image',
      shape: [3, 224, 224],
      centre: new Float32Array(3),
      scale: new Float32Array(3).fill(1),
    };
    const { network } = assembleNetwork(
      { recipe, parameters, classes: 1000, inputs: [image] },
      { mode: 'training', items: 2 },
    );
    const count = network.parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    expect(count).toBe(published);
  });
});
