import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { encodeModel } from '../../../main/formats/onnx/index.ts';
import { Graph } from '../../../main/learning/graph/graph.ts';
import type { TensorValue } from '../../../main/learning/runtime.ts';
import { momentDecay, optimisers } from '../../../main/learning/training/optimisers.ts';
import { onnxRuntime } from '../../../main/runtime/onnx-runtime.ts';

const fixture = JSON.parse(
  readFileSync(new URL('../../fixtures/learning/optimiser-steps.json', import.meta.url), 'utf8'),
) as {
  rate: number;
  decay: number;
  shape: number[];
  start: number[];
  gradients: number[][];
  paths: Record<string, number[][]>;
};

function float(values: readonly number[], dims: readonly number[]): TensorValue {
  return { type: 'float32', dims, data: Float32Array.from(values) };
}

/** The optimiser's fragment alone, as a graph. */
function updateModel(name: string): Uint8Array {
  const graph = new Graph();
  const optimiser = optimisers[name]!;
  const tensor = (key: string) => graph.input(key, 'float32', fixture.shape);
  const scalar = (key: string) => graph.input(key, 'float32', []);
  const updated = optimiser.update({
    scope: graph,
    value: tensor('value'),
    gradient: tensor('gradient'),
    clipping: scalar('clipping'),
    rate: scalar('rate'),
    decay: fixture.decay,
    moments: Object.fromEntries(optimiser.moments.map((kind) => [kind, tensor(kind)])),
    firstCorrection: scalar('firstCorrection'),
    secondCorrection: scalar('secondCorrection'),
  });
  const moments = Object.entries(updated.moments).map(([kind, value]) => [`next/${kind}`, value] as const);
  return encodeModel(
    graph.toModel({ name, outputs: { 'next/value': updated.value, ...Object.fromEntries(moments) } }),
  );
}

describe('optimisers', () => {
  it.each(Object.keys(optimisers))('%s goes the way of its reference', async (name) => {
    const session = await onnxRuntime({ threads: 1 }).load(updateModel(name));
    const state: Record<string, TensorValue> = { value: float(fixture.start, fixture.shape) };
    for (const kind of optimisers[name]!.moments)
      state[kind] = float(new Array<number>(6).fill(0), fixture.shape);
    for (const [index, gradient] of fixture.gradients.entries()) {
      const feeds: Record<string, TensorValue> = {
        ...state,
        // twice the gradient, clipped by half
        gradient: float(
          gradient.map((value) => 2 * value),
          fixture.shape,
        ),
        clipping: float([0.5], []),
        rate: float([fixture.rate], []),
        firstCorrection: float([1 - momentDecay.first ** (index + 1)], []),
        secondCorrection: float([1 - momentDecay.second ** (index + 1)], []),
      };
      const used = Object.fromEntries(session.inputNames.map((key) => [key, feeds[key]!]));
      const results = await session.run(used);
      for (const [key, value] of Object.entries(results)) state[key.slice('next/'.length)] = value;
      fixture.paths[name]![index]!.forEach((expected, place) => {
        expect((state.value!.data as Float32Array)[place], `step ${index}`).toBeCloseTo(expected, 5);
      });
    }
    await session.release();
  });
});
