import { describe, expect, it } from 'vitest';
import { isNightsiftError } from '../../../contract/errors.ts';
import { decodeModel, encodeModel } from '../../../main/formats/onnx/index.ts';
import { decodeSafeTensors, encodeSafeTensors } from '../../../main/formats/safetensors/safetensors.ts';
import { assembleNetwork, type NetworkPlan } from '../../../main/learning/nets/assemble.ts';
import { backboneNote, importBackbone } from '../../../main/learning/nets/backbone.ts';
import { initialState } from '../../../main/learning/nets/network.ts';
import { resnetBlocks, resnetEmbedding, resnetHead } from '../../../main/learning/nets/resnet.ts';
import { randomFor } from '../../../main/learning/random.ts';
import { completeParameters, findRecipe, type ParameterValue } from '../../../main/learning/recipes.ts';
import { exportOnnx, exportSafeTensors } from '../../../main/learning/training/export.ts';
import { onnxRuntime } from '../../../main/runtime/onnx-runtime.ts';

const input = (name: string, shape: number[], size: number) => ({
  name,
  shape,
  centre: new Float32Array(size),
  scale: new Float32Array(size).fill(1),
});

function residual(name: keyof typeof resnetBlocks, classes = 2): NetworkPlan {
  return {
    recipe: {
      name,
      description: 'narrow',
      inputs: [{ name: 'image', rank: 3, required: true }],
      parameters: [],
      isBody: (each) => !each.startsWith('fc.'),
      build: (network, inputs, outputs) =>
        resnetHead(network, resnetEmbedding(network, inputs.get('image')!, resnetBlocks[name], 2), outputs),
    },
    parameters: {},
    classes,
    inputs: [input('image', [1, 32, 32], 1)],
  };
}

function planOf(
  name: string,
  given: Record<string, ParameterValue>,
  inputs: NetworkPlan['inputs'],
): NetworkPlan {
  const recipe = findRecipe(name);
  return { recipe, parameters: completeParameters(recipe, given), classes: 2, inputs };
}

const perceptron = (layers: number): NetworkPlan =>
  planOf('mlp', { layers, width: 8 }, [input('features', [5], 5)]);

/** Trained, as far as its statistics tell: no normalisation is the identity. */
function stateOf(plan: NetworkPlan, seed: number): Map<string, Float32Array> {
  const { network } = assembleNetwork(plan, { mode: 'training', items: 2 });
  const state = initialState(network, seed);
  for (const [name, values] of state) {
    if (!/norm|bn|downsample\.1/.test(name)) continue;
    const random = randomFor(seed, name);
    values.forEach((value, place) => {
      values[place] = value + 0.5 * random.uniform();
    });
  }
  return state;
}

const fileOf = (plan: NetworkPlan) => exportSafeTensors(plan, stateOf(plan, 3), {});

function refusal(file: Uint8Array, plan: NetworkPlan): { code: string; message: string } {
  const state = stateOf(plan, 1);
  const before = Buffer.from(state.values().next().value!.slice().buffer);
  try {
    importBackbone(file, plan, state);
  } catch (thrown) {
    expect(Buffer.from(state.values().next().value!.buffer).equals(before)).toBe(true);
    if (isNightsiftError(thrown)) return thrown;
    throw thrown;
  }
  throw new Error('nothing was refused');
}

describe('a backbone', () => {
  it('of another depth is refused both ways, and says how many blocks are where', () => {
    const deeper = refusal(fileOf(residual('resnet34')), residual('resnet18'));
    expect(deeper.code).toBe('modelMismatch');
    expect(deeper.message).toContain('another network than resnet18');
    expect(deeper.message).toContain('layer1 has 3 blocks in the file and 2 in resnet18');
    expect(deeper.message).toContain('layer1.2.conv1.weight');
    const shallower = refusal(fileOf(residual('resnet18')), residual('resnet34'));
    expect(shallower.message).toContain('layer3 has 2 blocks in the file and 6 in resnet34');
    expect(shallower.message).toContain('the first is layer1.2.conv1.weight');
    expect(refusal(fileOf(perceptron(3)), perceptron(2)).message).toContain('layers has 3 blocks');
  });

  it('with tensors missing or of other shapes is refused', () => {
    const plan = residual('resnet18');
    const { tensors } = decodeSafeTensors(fileOf(plan));
    const kept = new Map([...tensors].filter((_, place) => place % 5 > 1));
    expect(refusal(encodeSafeTensors({ tensors: kept, metadata: {} }), plan)).toMatchObject({
      code: 'modelMismatch',
      message: expect.stringMatching(/\d+ of the 100 tensors of its body are not in the file/),
    });
    const narrow = planOf('mlp', { layers: 2, width: 10 }, [input('features', [5], 5)]);
    expect(refusal(fileOf(narrow), perceptron(2)).message).toMatch(/have another shape there/);
  });

  it('for other classes gives the body; what it left and what it had too much is told', () => {
    const file = decodeSafeTensors(fileOf(residual('resnet18', 7)));
    const tensors = new Map([...file.tensors, ['another.thing', file.tensors.get('fc.bias')!]]);
    const plan = residual('resnet18');
    const bytes = encodeSafeTensors({ tensors, metadata: {} });
    const imported = importBackbone(bytes, plan, stateOf(plan, 1));
    expect(imported).toEqual({ taken: 100, fresh: ['fc.weight', 'fc.bias'], unused: ['another.thing'] });
    expect(backboneNote(imported)).toBe(
      '100 tensors taken from the backbone; trained anew: fc.weight, fc.bias; left over in the file: another.thing.',
    );
  });

  it('with weights that are no numbers is refused by the name of the tensor', () => {
    const plan = residual('resnet18');
    const state = stateOf(plan, 3);
    state.get('layer2.0.conv1.weight')![5] = Number.NaN;
    expect(refusal(exportSafeTensors(plan, state, {}), plan)).toMatchObject({
      code: 'badModel',
      message: expect.stringContaining('layer2.0.conv1.weight has NaN at place 5'),
    });
  });

  it('that is empty, or neither SafeTensors nor ONNX, is called that', () => {
    expect(refusal(new Uint8Array(0), perceptron(2)).message).toContain('0 bytes');
    const broken = fileOf(perceptron(2));
    broken[3] = 0x7f;
    broken[6] = 1;
    const { message } = refusal(broken, perceptron(2));
    expect(message).toMatch(
      /neither SafeTensors \(its header would have \d+ bytes, the file has \d+\) nor ONNX/,
    );
  });

  it.each([
    ['mlp', perceptron(2), [3, 5]],
    [
      'star-crops',
      planOf('star-crops', {}, [input('crops', [4, 32, 32], 4), input('image', [1, 56, 56], 1)]),
      null,
    ],
  ])(
    'exported by %s has no normalisation left in its graph, answers alike and is taken back',
    async (_, plan, dims) => {
      const state = stateOf(plan, 4);
      const folded = exportOnnx(plan, state, 1, {});
      const operators = decodeModel(folded).graph.nodes.map(({ operator }) => operator);
      expect(operators).not.toContain('BatchNormalization');
      const again = stateOf(plan, 9);
      importBackbone(folded, plan, again);
      if (dims === null) return;
      const runtime = onnxRuntime({ threads: 1 });
      const { graph, network, logits } = assembleNetwork(plan, { mode: 'inference', items: 3 });
      const parameters = Object.fromEntries(
        [...network.parameters, ...network.statistics].map(({ name, shape }) => [
          name,
          { type: 'float32' as const, dims: [...shape], data: state.get(name)! },
        ]),
      );
      const features = {
        type: 'float32' as const,
        dims,
        data: Float32Array.from({ length: 15 }, (__, place) => Math.sin(place)),
      };
      const plain = await runtime.load(
        encodeModel(graph.toModel({ name: 'plain', outputs: { logits }, metadata: {} })),
      );
      const expected = (await plain.run({ ...parameters, features })).logits!.data as Float32Array;
      for (const values of [state, again]) {
        const session = await runtime.load(exportOnnx(plan, values, 1, {}));
        const found = (await session.run({ features })).logits!.data as Float32Array;
        found.forEach((value, place) => {
          expect(value).toBeCloseTo(expected[place]!, 5);
        });
        await session.release();
      }
      await plain.release();
    },
  );
});
