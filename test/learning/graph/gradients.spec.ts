import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { encodeModel } from '../../../main/formats/onnx/index.ts';
import { differentiate } from '../../../main/learning/graph/differentiate.ts';
import { Graph } from '../../../main/learning/graph/graph.ts';
import { operators } from '../../../main/learning/graph/operators/index.ts';
import { elementCount } from '../../../main/learning/graph/rule.ts';
import type { GraphSession, TensorValue } from '../../../main/learning/runtime.ts';
import { type BatchSource, lossTargets } from '../../../main/learning/training/batches.ts';
import { onnxRuntime } from '../../../main/runtime/onnx-runtime.ts';
import { caseBuilders } from './cases.ts';

interface Packed {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
interface FixtureCase {
  readonly inputs: Readonly<Record<string, Packed>>;
  readonly projection: Packed;
  readonly output: Packed;
  readonly gradients: Readonly<Record<string, Packed>>;
}

const fixtureUrl = new URL('../../fixtures/learning/operator-gradients.json', import.meta.url);
const fixture = JSON.parse(readFileSync(fixtureUrl, 'utf8')) as { cases: Record<string, FixtureCase> };
const runtime = onnxRuntime({ threads: 1 });

/** Share of the largest value; float32 against PyTorch's float64. */
const againstPyTorch = 1e-5;
/** Finite differences in float32: truncation and rounding together. */
const againstDifferences = 4e-3;

function tensor({ shape, data }: Packed): TensorValue {
  return { type: 'float32', dims: shape, data: Float32Array.from(data) };
}

/** PyTorch's weights and smoothing of the cross-entropy case, through the trainer's own function. */
function crossEntropyTargets(): Packed {
  const source = {
    dataset: { labels: Int32Array.of(1, 0, 2, 1), classes: ['a', 'b', 'c'] },
    itemWeights: new Float32Array(4).fill(1),
    parameters: { labelSmoothing: 0.1 },
  } as unknown as BatchSource;
  const targets = lossTargets(source, Int32Array.of(0, 1, 2, 3), Float32Array.of(1, 2, 0.5), 0);
  return { shape: targets.dims, data: Array.from(targets.data as Float32Array) };
}

async function openCase(name: string, expected: FixtureCase) {
  const graph = new Graph();
  const packed =
    name === 'cross-entropy' ? { ...expected.inputs, targets: crossEntropyTargets() } : expected.inputs;
  const inputs = Object.fromEntries(
    Object.entries(packed).map(([key, { shape }]) => [key, graph.input(key, 'float32', shape)]),
  );
  const output = caseBuilders[name]!(graph, inputs);
  const projection = graph.input('projection', 'float32', expected.projection.shape);
  const loss = graph.apply('ReduceSum', [graph.apply('Mul', [output, projection])], { keepdims: 0 });
  const wanted = Object.keys(expected.gradients);
  const gradients = differentiate(
    graph,
    loss,
    wanted.map((key) => inputs[key]!),
  );
  const outputs = Object.fromEntries(wanted.map((key) => [`d${key}`, gradients.get(key)!]));
  const model = graph.toModel({ name, outputs: { loss, output, ...outputs } });
  const session = await runtime.load(encodeModel(model));
  const feeds: Record<string, TensorValue> = { projection: tensor(expected.projection) };
  for (const [key, value] of Object.entries(packed)) feeds[key] = tensor(value);
  return { session, feeds, output };
}

function largestDifference(found: ArrayLike<number>, expected: readonly number[]): number {
  const scale = Math.max(1, ...expected.map(Math.abs));
  return Math.max(...expected.map((value, index) => Math.abs(value - found[index]!))) / scale;
}

async function lossAt(
  session: GraphSession,
  feeds: Record<string, TensorValue>,
  key: string,
  index: number,
  shift: number,
) {
  const moved = Float32Array.from(feeds[key]!.data as Float32Array);
  moved[index]! += shift;
  const { loss } = await session.run({ ...feeds, [key]: { ...feeds[key]!, data: moved } }, ['loss']);
  return { loss: (loss!.data as Float32Array)[0]!, at: moved[index]! };
}

/** Kinks (ReLU, maxima, limits) make differences across them meaningless; a smaller step avoids most. */
const step = 1e-2;

describe('operator gradients', () => {
  it('covers every operator that can be differentiated', () => {
    const covered = new Set(Object.keys(caseBuilders).map((name) => name.split(' ')[0]));
    const missing = Object.keys(operators).filter((name) => operators[name]!.gradient && !covered.has(name));
    expect(missing).toEqual([]);
    expect(Object.keys(caseBuilders).sort()).toEqual(Object.keys(fixture.cases).sort());
  });

  it.each(Object.entries(fixture.cases))('%s agrees with PyTorch', async (name, expected) => {
    const { session, feeds, output } = await openCase(name, expected);
    const results = await session.run(feeds);
    expect(output.shape).toEqual(expected.output.shape);
    expect(results.output!.dims).toEqual(expected.output.shape);
    expect(largestDifference(results.output!.data as Float32Array, expected.output.data)).toBeLessThan(
      againstPyTorch,
    );
    for (const [key, gradient] of Object.entries(expected.gradients)) {
      const found = results[`d${key}`]!;
      expect(found.dims, `gradient by ${key}`).toEqual(gradient.shape);
      expect(largestDifference(found.data as Float32Array, gradient.data), `gradient by ${key}`).toBeLessThan(
        againstPyTorch,
      );
    }
    await session.release();
  });

  it.each(Object.entries(fixture.cases))('%s agrees with finite differences', async (name, expected) => {
    const { session, feeds } = await openCase(name, expected);
    const results = await session.run(feeds);
    for (const key of Object.keys(expected.gradients)) {
      const found = results[`d${key}`]!.data as Float32Array;
      const scale = Math.max(1, ...found.map(Math.abs));
      const count = elementCount(results[`d${key}`]!.dims);
      let close = 0;
      const probes = Array.from({ length: Math.min(12, count) }, (_, index) =>
        Math.floor((index * count) / Math.min(12, count)),
      );
      for (const index of probes) {
        const above = await lossAt(session, feeds, key, index, step);
        const below = await lossAt(session, feeds, key, index, -step);
        const slope = (above.loss - below.loss) / (above.at - below.at);
        if (Math.abs(slope - found[index]!) < againstDifferences * scale) close += 1;
      }
      // one probe in twelve may straddle a kink
      expect(close, `${name} by ${key}`).toBeGreaterThanOrEqual(probes.length - (kinked.test(name) ? 1 : 0));
    }
    await session.release();
  });
});

const kinked = /Relu|Max|Min|Clip|Abs|Where/;
