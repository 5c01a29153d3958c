import { describe, expect, it } from 'vitest';
import { encodeModel } from '../../../main/formats/onnx/index.ts';
import { Graph } from '../../../main/learning/graph/graph.ts';
import type { Value } from '../../../main/learning/graph/rule.ts';
import { onnxRuntime } from '../../../main/runtime/onnx-runtime.ts';

/** Operators of the model and its answer, as built and after the passes. */
async function bothWays(build: (graph: Graph, x: Value) => Value) {
  const graph = new Graph();
  const x = graph.input('x', 'float32', [3, 4]);
  const y = build(graph, x);
  const answers: number[][] = [];
  const operators: string[][] = [];
  for (const optimise of [false, true]) {
    const model = graph.toModel({ name: 'm', outputs: { y }, optimise });
    operators.push(model.graph.nodes.map(({ operator }) => operator));
    const session = await onnxRuntime({ threads: 1 }).load(encodeModel(model));
    const data = Float32Array.from({ length: 12 }, (_, index) => Math.sin(index));
    const result = await session.run({ x: { type: 'float32', dims: [3, 4], data } });
    answers.push(Array.from(result.y!.data as Float32Array));
    await session.release();
  }
  return { before: operators[0]!, after: operators[1]!, answers };
}

const weights = Float32Array.from({ length: 8 }, (_, index) => Math.cos(index));
const bias = Float32Array.of(0.5, -1);

describe('passes over a graph', () => {
  it('turn a constant once and make one Gemm of a product and its bias', async () => {
    const { before, after, answers } = await bothWays((graph, x) => {
      const turned = graph.apply('Transpose', [graph.floats(weights, [2, 4])], { perm: [1, 0] });
      return graph.apply('Add', [graph.apply('MatMul', [x, turned]), graph.floats(bias, [2])]);
    });
    expect(before).toEqual(['Transpose', 'MatMul', 'Add']);
    expect(after).toEqual(['Gemm']);
    answers[1]!.forEach((value, index) => {
      expect(value).toBeCloseTo(answers[0]![index]!, 6);
    });
  });

  it('compute arithmetic on constants once, equal nodes once, and leave out what changes nothing', async () => {
    const { after, answers } = await bothWays((graph, x) => {
      const scale = graph.apply('Sqrt', [
        graph.apply('Add', [graph.floats(weights.map(Math.abs), [2, 4]), graph.scalar(1)]),
      ]);
      const row = graph.apply('Exp', [graph.apply('Neg', [graph.floats(weights.subarray(0, 4), [4])])]);
      const one = graph.apply('Tanh', [graph.apply('Identity', [x])]);
      const other = graph.apply('Tanh', [graph.apply('Transpose', [x], { perm: [0, 1] })]);
      const sum = graph.apply('Mul', [graph.apply('Add', [one, other]), row]);
      return graph.apply('MatMul', [sum, graph.apply('Transpose', [scale], { perm: [1, 0] })]);
    });
    expect(after).toEqual(['Tanh', 'Add', 'Mul', 'MatMul']);
    answers[1]!.forEach((value, index) => {
      expect(value).toBeCloseTo(answers[0]![index]!, 5);
    });
  });

  it('keep a product that something else needs, and a bias that is no row', async () => {
    const shared = await bothWays((graph, x) => {
      const product = graph.apply('MatMul', [x, graph.floats(weights, [4, 2])]);
      return graph.apply('Mul', [graph.apply('Add', [product, graph.floats(bias, [2])]), product]);
    });
    expect(shared.after).toEqual(['MatMul', 'Add', 'Mul']);
    const column = await bothWays((graph, x) =>
      graph.apply('Add', [
        graph.apply('MatMul', [x, graph.floats(weights, [4, 2])]),
        graph.floats(Float32Array.of(1, 2, 3), [3, 1]),
      ]),
    );
    expect(column.after).toEqual(['MatMul', 'Add']);
    expect(column.answers[1]).toEqual(column.answers[0]);
  });
});
