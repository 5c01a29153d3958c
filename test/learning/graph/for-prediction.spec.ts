import { expect, it } from 'vitest';
import { decodeModel, encodeModel, type OnnxModel } from '../../../main/formats/onnx/index.ts';
import { forPrediction } from '../../../main/learning/graph/for-prediction.ts';
import { assembleNetwork, type NetworkPlan } from '../../../main/learning/nets/assemble.ts';
import { initialState } from '../../../main/learning/nets/network.ts';
import { resnetBlocks, resnetEmbedding, resnetHead } from '../../../main/learning/nets/resnet.ts';
import { loadPredictor } from '../../../main/learning/predict.ts';
import { randomFor } from '../../../main/learning/random.ts';
import type { TensorValue } from '../../../main/learning/runtime.ts';
import { exportOnnx } from '../../../main/learning/training/export.ts';
import { onnxRuntime } from '../../../main/runtime/onnx-runtime.ts';

const runtime = onnxRuntime({ threads: 1 });
const items = 3;

/** A ResNet-18 whose last stage, at an eighth of the width, has three convolutions of 128 channels and stride 1. */
function planOf(width: number, side: number): NetworkPlan {
  return {
    recipe: {
      name: 'narrow',
      description: 'test',
      inputs: [{ name: 'image', rank: 3, required: true }],
      parameters: [],
      build: (network, inputs, classes) =>
        resnetHead(
          network,
          resnetEmbedding(network, inputs.get('image')!, resnetBlocks.resnet18, width),
          classes,
        ),
    },
    parameters: {},
    classes: 2,
    inputs: [
      { name: 'image', shape: [1, side, side], centre: Float32Array.of(0.1), scale: Float32Array.of(2) },
    ],
  };
}

function exported(width: number, side: number): Uint8Array {
  const plan = planOf(width, side);
  const { network } = assembleNetwork(plan, { mode: 'training', items: 2 });
  const state = initialState(network, 1);
  // biases and normalisation as after training, so that folding leaves something to add
  for (const [name, values] of state) {
    const random = randomFor(2, name);
    if (name.endsWith('.bias'))
      state.set(
        name,
        values.map(() => 0.3 * random.normal()),
      );
    if (name.endsWith('running_var'))
      state.set(
        name,
        values.map(() => 0.5 + random.uniform()),
      );
  }
  return exportOnnx(plan, state, 1.3, { classes: '["a","b"]' });
}

function imageOf(side: number): TensorValue & { data: Float32Array } {
  const random = randomFor(3, 'image');
  const data = Float32Array.from({ length: items * side * side }, () => random.normal());
  return { type: 'float32', dims: [items, 1, side, side], data };
}

const isWide = ({ initializers }: OnnxModel['graph'], weight: string | undefined): boolean =>
  initializers.some(
    ({ name, dims }) => name === weight && dims.length === 4 && dims[1]! >= 128 && dims[2] === 3,
  );

const wideConvolutions = ({ graph }: OnnxModel): number =>
  graph.nodes.filter(({ operator, inputs }) => operator === 'Conv' && isWide(graph, inputs[1])).length;

// 4x4 at the last stage is one whole tile, 5x5 reaches beyond the image
it.each([128, 160])(
  'a network of %i pixels answers faster, and the same for any number of items',
  async (side) => {
    const file = exported(16, side);
    const model = decodeModel(file);
    const faster = forPrediction(model)!;
    expect(wideConvolutions(model)).toBe(3);
    expect(wideConvolutions(faster)).toBe(0);
    expect(faster.graph.inputs).toEqual(model.graph.inputs);
    expect(faster.graph.outputs).toEqual(model.graph.outputs);
    const image = imageOf(side);
    const [one, other] = [await runtime.load(file), await runtime.load(encodeModel(faster))];
    const [plain, tiled] = [await one.run({ image }), await other.run({ image })];
    await one.release();
    await other.release();
    const expected = plain.logits!.data as Float32Array;
    const spread = Math.max(...expected) - Math.min(...expected);
    expected.forEach((value, place) => {
      expect(Math.abs(Number(tiled.logits!.data[place]) - value)).toBeLessThan(5e-6 * spread);
    });
    const predictor = await loadPredictor(file, runtime);
    const answers = await predictor.predict([{ name: 'image', shape: [1, side, side], data: image.data }]);
    await predictor.release();
    expect(answers).toEqual(tiled.probabilities!.data);
  },
);

it('leaves alone what is narrow, and files that others wrote or that it does not understand', () => {
  expect(forPrediction(decodeModel(exported(4, 32)))).toBeUndefined();
  const model = decodeModel(exported(16, 128));
  expect(forPrediction({ ...model, producer: 'pytorch' })).toBeUndefined();
  expect(forPrediction({ ...model, opsets: { '': 17 } })).toBeUndefined();
  expect(forPrediction({ ...model, graph: { ...model.graph, initializers: [] } })).toBeUndefined();
  const [first, ...rest] = model.graph.nodes;
  const strange = { ...first!, operator: 'QuantizeLinear' };
  expect(forPrediction({ ...model, graph: { ...model.graph, nodes: [strange, ...rest] } })).toBeUndefined();
});
