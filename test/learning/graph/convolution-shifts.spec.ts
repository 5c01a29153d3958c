import { expect, it } from 'vitest';
import { encodeModel } from '../../../main/formats/onnx/index.ts';
import { differentiate } from '../../../main/learning/graph/differentiate.ts';
import { Graph } from '../../../main/learning/graph/graph.ts';
import { randomFor } from '../../../main/learning/random.ts';
import type { TensorValue } from '../../../main/learning/runtime.ts';
import { onnxRuntime } from '../../../main/runtime/onnx-runtime.ts';

const dataShape = [2, 64, 14, 15];
const weightShape = [65, 64, 3, 3];
const outputShape = [2, 65, 14, 15];

function drawn(name: string, dims: readonly number[]): TensorValue {
  const random = randomFor(1, name);
  const length = dims.reduce((product, size) => product * size, 1);
  return { type: 'float32', dims, data: Float32Array.from({ length }, () => random.normal()) };
}

function inner(a: TensorValue, b: TensorValue): number {
  let sum = 0;
  for (let index = 0; index < a.data.length; index++) sum += Number(a.data[index]) * Number(b.data[index]);
  return sum;
}

// a convolution is linear in its weights, so the loss at any weights V is exactly <gradient, V>
it('the weight gradient of wide 3x3 convolutions is exact', async () => {
  const graph = new Graph();
  const x = graph.input('x', 'float32', dataShape);
  const w = graph.input('w', 'float32', weightShape);
  const projection = graph.input('projection', 'float32', outputShape);
  const output = graph.apply('Conv', [x, w], { pads: [1, 1, 1, 1] });
  const loss = graph.apply('ReduceSum', [graph.apply('Mul', [output, projection])], { keepdims: 0 });
  const gradient = differentiate(graph, loss, [w]).get('w')!;
  const operators = graph.nodes.map((node) => node.operator);
  expect(operators.filter((name) => name === 'Conv')).toHaveLength(1); // the shifted product was chosen
  const session = await onnxRuntime({ threads: 1 }).load(
    encodeModel(graph.toModel({ name: 't', outputs: { loss, gradient } })),
  );
  const fixed = { x: drawn('x', dataShape), projection: drawn('projection', outputShape) };
  for (const direction of ['first', 'second', 'third']) {
    const weights = drawn(direction, weightShape);
    const results = await session.run({ ...fixed, w: weights });
    const expected = (results.loss!.data as Float32Array)[0]!;
    // terms of size ~1 add up in single precision: the error is measured against their root sum of squares
    const scale = Math.sqrt(inner(results.gradient!, results.gradient!));
    expect(Math.abs(inner(results.gradient!, weights) - expected) / scale).toBeLessThan(1e-4);
  }
  await session.release();
});
