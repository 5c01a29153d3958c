import { expect, it } from 'vitest';
import { encodeModel } from '../../../main/formats/onnx/index.ts';
import { differentiate } from '../../../main/learning/graph/differentiate.ts';
import { Graph } from '../../../main/learning/graph/graph.ts';
import { fasterConvolution, fasterPrediction } from '../../../main/learning/graph/operators/convolution.ts';
import { randomFor } from '../../../main/learning/random.ts';
import type { TensorValue } from '../../../main/learning/runtime.ts';
import { onnxRuntime } from '../../../main/runtime/onnx-runtime.ts';

const [items, inputs, outputs] = [2, 32, 33];

function drawn(name: string, dims: readonly number[]): TensorValue & { data: Float32Array } {
  const data = new Float32Array(dims.reduce((product, size) => product * size, 1));
  randomFor(1, name).fillNormal(data, 1);
  return { type: 'float32', dims, data };
}

/** Calls `visit(output place, data place, weight place)` for every product of the convolution. */
function eachProduct(
  height: number,
  width: number,
  visit: (y: number, x: number, weight: number) => void,
): void {
  for (let item = 0; item < items; item++)
    for (let output = 0; output < outputs; output++)
      for (let input = 0; input < inputs; input++)
        for (let tap = 0; tap < 9; tap++)
          for (let row = 0; row < height; row++)
            for (let column = 0; column < width; column++) {
              const [fromRow, fromColumn] = [row + Math.floor(tap / 3) - 1, column + (tap % 3) - 1];
              if (fromRow < 0 || fromRow >= height || fromColumn < 0 || fromColumn >= width) continue;
              visit(
                ((item * outputs + output) * height + row) * width + column,
                ((item * inputs + input) * height + fromRow) * width + fromColumn,
                (output * inputs + input) * 9 + tap,
              );
            }
}

function relativeError(found: ArrayLike<number>, expected: Float64Array): number {
  let [difference, size] = [0, 0];
  expected.forEach((value, index) => {
    difference += (value - found[index]!) ** 2;
    size += value ** 2;
  });
  return Math.sqrt(difference / size);
}

// tiles of 4x4: whole ones, and ones that reach beyond the image on one side or both
it.each([
  [4, 8],
  [5, 7],
])('gradients by minimal filtering equal those of the convolution, %i by %i', async (height, width) => {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [items, inputs, height, width]);
  const w = graph.input('w', 'float32', [outputs, inputs, 3, 3]);
  const projection = graph.input('projection', 'float32', [items, outputs, height, width]);
  const y = graph.apply('Conv', [x, w], { pads: [1, 1, 1, 1] });
  const loss = graph.apply('ReduceSum', [graph.apply('Mul', [y, projection])], { keepdims: 0 });
  const gradients = differentiate(graph, loss, [x, w]);
  const model = graph.toModel({
    name: 't',
    outputs: { y, byData: gradients.get('x')!, byWeights: gradients.get('w')! },
  });
  // the forward pass is plain; the transforms of gradients are convolutions without channels
  const convolutions = model.graph.nodes.filter(({ operator }) => operator === 'Conv');
  expect(convolutions).toHaveLength(4);
  expect(convolutions.filter(({ inputs: [from] }) => from === 'x')).toHaveLength(1);
  expect(model.graph.nodes.some(({ operator }) => operator === 'ConvTranspose')).toBe(false);
  const session = await onnxRuntime({ threads: 1 }).load(encodeModel(model));
  const feeds = {
    x: drawn('x', x.shape),
    w: drawn('w', w.shape),
    projection: drawn('projection', projection.shape),
  };
  const found = await session.run(feeds);
  await session.release();
  const [data, weights, given] = [feeds.x.data, feeds.w.data, feeds.projection.data];
  const expected = {
    y: new Float64Array(given.length),
    byData: new Float64Array(data.length),
    byWeights: new Float64Array(weights.length),
  };
  eachProduct(height, width, (at, from, tap) => {
    expected.y[at]! += data[from]! * weights[tap]!;
    expected.byData[from]! += given[at]! * weights[tap]!;
    expected.byWeights[tap]! += given[at]! * data[from]!;
  });
  for (const [name, values] of Object.entries(expected)) {
    expect(relativeError(found[name]!.data as Float32Array, values), name).toBeLessThan(2e-6);
  }
});

// whole tiles of 2x2, and ones that reach beyond the image
it.each([
  [4, 6],
  [5, 7],
])('a wide forward convolution by small tiles equals the plain one, %i by %i', async (height, width) => {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [items, 128, height, width]);
  const w = graph.input('w', 'float32', [130, 128, 3, 3]);
  const pads = { pads: [1, 1, 1, 1] };
  const [plain, tiled] = [graph.apply('Conv', [x, w], pads), graph.apply('Conv', [x, w], pads)];
  graph.replace(graph.producer(tiled)!, fasterConvolution(graph.producer(tiled)!)!);
  const model = graph.toModel({ name: 't', outputs: { plain, tiled } });
  const withChannels = model.graph.nodes.filter(
    ({ operator, inputs: [from] }) => operator === 'Conv' && from === 'x',
  );
  expect(withChannels).toHaveLength(1);
  const session = await onnxRuntime({ threads: 1 }).load(encodeModel(model));
  const found = await session.run({ x: drawn('x', x.shape), w: drawn('w', w.shape) });
  await session.release();
  expect(
    relativeError(found.tiled!.data as Float32Array, Float64Array.from(found.plain!.data as Float32Array)),
  ).toBeLessThan(2e-6);
});

// by large tiles, and by small ones where the weights are many
it.each([128, 384])(
  'a prediction of %i channels equals the plain convolution, bias included',
  async (channels) => {
    const graph = new Graph();
    const x = graph.input('x', 'float32', [1, channels, 5, 7], true);
    const w = graph.weights('w', drawn('w', [channels, channels, 3, 3]).data, [channels, channels, 3, 3]);
    const bias = graph.weights('bias', drawn('bias', [channels]).data, [channels]);
    const pads = { pads: [1, 1, 1, 1] };
    const [plain, tiled] = [graph.apply('Conv', [x, w, bias], pads), graph.apply('Conv', [x, w, bias], pads)];
    graph.replace(graph.producer(tiled)!, fasterPrediction(graph.producer(tiled)!)!);
    const model = graph.toModel({
      name: 't',
      outputs: { plain, tiled },
      symbolicBatchOutputs: ['plain', 'tiled'],
    });
    const points = model.graph.initializers.find(({ dims }) => dims.length === 2 && dims[1] === 9)!.dims[0];
    expect(points).toBe(channels === 128 ? 36 : 16);
    const session = await onnxRuntime({ threads: 1 }).load(encodeModel(model));
    const found = await session.run({ x: drawn('x', [items, channels, 5, 7]) });
    await session.release();
    const expected = Float64Array.from(found.plain!.data as Float32Array);
    expect(relativeError(found.tiled!.data as Float32Array, expected)).toBeLessThan(2e-6);
  },
);

it('narrow and strided forward convolutions stay plain', () => {
  const graph = new Graph();
  const conv = (channels: number, attributes: object) => {
    const x = graph.input(`x${channels}`, 'float32', [1, channels, 8, 8]);
    const w = graph.input(`w${channels}`, 'float32', [channels, channels, 3, 3]);
    return graph.producer(graph.apply('Conv', [x, w], { pads: [1, 1, 1, 1], ...attributes }))!;
  };
  expect(fasterConvolution(conv(64, {}))).toBeUndefined();
  expect(fasterConvolution(conv(128, { strides: [2, 2] }))).toBeUndefined();
  expect(fasterConvolution(conv(129, {}))).toBeDefined();
});
