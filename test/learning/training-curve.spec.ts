import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeModel, encodeModel } from '../../main/formats/onnx/index.ts';
import { assembleNetwork, type NetworkPlan } from '../../main/learning/nets/assemble.ts';
import { convolutionAndNorm, globalAverage, linear, maxPool, relu } from '../../main/learning/nets/layers.ts';
import type { Recipe } from '../../main/learning/recipes.ts';
import type { TensorValue } from '../../main/learning/runtime.ts';
import { exportOnnx } from '../../main/learning/training/export.ts';
import { momentDecay } from '../../main/learning/training/optimisers.ts';
import { buildTrainingStep } from '../../main/learning/training/training-step.ts';
import { onnxRuntime } from '../../main/runtime/onnx-runtime.ts';

interface Packed {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
interface Curve {
  readonly images: Packed;
  readonly labels: readonly (readonly number[])[];
  readonly start: Readonly<Record<string, Packed>>;
  readonly losses: readonly number[];
  readonly gradientNorms: readonly number[];
  readonly end: Readonly<Record<string, Packed>>;
  readonly evaluation: Packed;
}

const curve = JSON.parse(
  readFileSync(new URL('../fixtures/learning/training-curve.json', import.meta.url), 'utf8'),
) as Curve;
const [steps, batch, , side] = curve.images.shape as [number, number, number, number];
const classes = 3;
const smoothing = 0.1;
const learningRate = 1e-2;

/** The network of make-training-curve.py. */
const recipe: Recipe = {
  name: 'curve',
  description: 'two batch normalisations of equal width',
  inputs: [{ name: 'image', rank: 3, required: true }],
  parameters: [],
  build(network, inputs, outputs) {
    const first = convolutionAndNorm(network, 'conv1', 'bn1', inputs.get('image')!, {
      outputs: 4,
      kernel: 3,
      padding: 1,
    });
    const pooled = maxPool(network, relu(network, first), 2);
    const second = convolutionAndNorm(network, 'conv2', 'bn2', pooled, {
      outputs: 4,
      kernel: 3,
      stride: 2,
      padding: 1,
    });
    return linear(network, 'fc', globalAverage(network, relu(network, second)), { outputs });
  },
};

const plan: NetworkPlan = {
  recipe,
  parameters: {},
  classes,
  inputs: [{ name: 'image', shape: [1, side, side], centre: Float32Array.of(0), scale: Float32Array.of(1) }],
};

function float(data: Float32Array, dims: readonly number[]): TensorValue {
  return { type: 'float32', dims, data };
}

function imagesOf(step: number): Float32Array {
  const size = batch * side * side;
  return Float32Array.from(curve.images.data.slice(step * size, (step + 1) * size));
}

function targetsOf(step: number): Float32Array {
  const targets = new Float32Array(batch * classes).fill(smoothing / classes / batch);
  curve.labels[step]!.forEach((label, item) => {
    targets[item * classes + label]! += (1 - smoothing) / batch;
  });
  return targets;
}

/** Plays the trainer's part with the fixture's batches. */
async function trainAlong() {
  const training = buildTrainingStep(plan, { items: batch, weightDecay: 0.1, clipNorm: 0.5 });
  const session = await onnxRuntime({ threads: 1 }).load(training.model, { purpose: 'training' });
  const state: Record<string, TensorValue> = {};
  for (const [name, { shape, data }] of Object.entries(curve.start))
    state[name] = float(Float32Array.from(data), shape);
  for (const { name, shape } of training.moments) {
    state[name] = float(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
  }
  const losses: number[] = [];
  const norms: number[] = [];
  for (let step = 0; step < steps; step++) {
    const results = await session.run({
      ...state,
      image: float(imagesOf(step), [batch, 1, side, side]),
      targets: float(targetsOf(step), [batch, classes]),
      learningRate: float(Float32Array.of(learningRate), []),
      firstCorrection: float(Float32Array.of(1 - momentDecay.first ** (step + 1)), []),
      secondCorrection: float(Float32Array.of(1 - momentDecay.second ** (step + 1)), []),
    });
    losses.push((results.loss!.data as Float32Array)[0]!);
    norms.push((results.gradientNorm!.data as Float32Array)[0]!);
    for (const [name, value] of Object.entries(results)) {
      if (name.startsWith('next/')) state[name.slice('next/'.length)] = value;
    }
  }
  await session.release();
  return { state, losses, norms };
}

function expectClose(
  found: ArrayLike<number>,
  expected: readonly number[],
  tolerance: number,
  what: string,
): void {
  expect(found.length, what).toBe(expected.length);
  expected.forEach((value, index) => {
    expect(Math.abs(value - found[index]!), `${what} ${index}`).toBeLessThan(tolerance);
  });
}

describe('twenty steps beside PyTorch', () => {
  it('has the same losses, gradient norms, weights and running statistics', async () => {
    const { state, losses, norms } = await trainAlong();
    expectClose(losses, curve.losses, 1e-4, 'loss');
    expectClose(norms, curve.gradientNorms, 1e-3, 'norm');
    for (const [name, { data }] of Object.entries(curve.end)) {
      expectClose(state[name]!.data as Float32Array, data, 2e-3, name);
    }
  });

  it('exports a folded model with the same probabilities', async () => {
    const state = new Map(
      Object.entries(curve.end).map(([name, { data }]) => [name, Float32Array.from(data)]),
    );
    const bytes = exportOnnx(plan, state, 1, { classes: '["a","b","c"]' });
    const operators = decodeModel(bytes).graph.nodes.map((node) => node.operator);
    expect(operators).not.toContain('BatchNormalization');
    const session = await onnxRuntime({ threads: 1 }).load(bytes);
    const { probabilities } = await session.run({ image: float(imagesOf(0), [batch, 1, side, side]) });
    expectClose(probabilities!.data as Float32Array, curve.evaluation.data, 1e-5, 'probability');
    await session.release();
  });

  it('gives every batch normalisation statistics inputs of its own', async () => {
    const { graph } = assembleNetwork(plan, { mode: 'training', items: batch });
    const norms = graph.nodes.filter((node) => node.operator === 'BatchNormalization');
    const inputs = norms.flatMap((node) => node.inputs.slice(3).map((value) => value!.name));
    expect(norms).toHaveLength(2);
    expect(new Set(inputs).size).toBe(4);
    for (const name of inputs)
      expect(graph.nodes.some((node) => node.outputs.some((value) => value.name === name))).toBe(true);
  });

  it('leaves frozen layers and their statistics alone, and slows down those it is told to', async () => {
    const isBody = (name: string): boolean => !name.startsWith('fc.');
    const settings = { items: batch, weightDecay: 0, clipNorm: 100 };
    const frozen = buildTrainingStep(plan, { ...settings, frozen: isBody, average: true });
    expect(frozen.fetches.filter((name) => name.startsWith('next/')).sort()).toEqual(
      ['', 'average/', 'first/', 'second/']
        .flatMap((kind) => [`next/${kind}fc.bias`, `next/${kind}fc.weight`])
        .sort(),
    );
    const changes = await Promise.all(
      [1, 0.1].map(async (rate) => {
        const step = buildTrainingStep(plan, { ...settings, rateOf: (name) => (isBody(name) ? rate : 1) });
        const session = await onnxRuntime({ threads: 1 }).load(step.model);
        const feeds: Record<string, TensorValue> = {
          image: float(imagesOf(0), [batch, 1, side, side]),
          targets: float(targetsOf(0), [batch, classes]),
          learningRate: float(Float32Array.of(0.01), []),
          firstCorrection: float(Float32Array.of(0.1), []),
          secondCorrection: float(Float32Array.of(0.001), []),
        };
        for (const [name, { shape, data }] of Object.entries(curve.start))
          feeds[name] = float(Float32Array.from(data), shape);
        for (const { name, shape } of step.moments)
          feeds[name] = float(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
        const results = await session.run(feeds);
        await session.release();
        const moved = (name: string): number =>
          (results[`next/${name}`]!.data as Float32Array)[0]! - curve.start[name]!.data[0]!;
        return { body: moved('conv2.weight'), head: moved('fc.weight') };
      }),
    );
    expect(changes[1]!.body).toBeCloseTo(changes[0]!.body / 10, 5);
    expect(changes[1]!.head).toBe(changes[0]!.head);
  });

  it('does not depend on the batch the scorer was built for', async () => {
    const { graph, logits } = assembleNetwork(plan, { mode: 'inference', items: 1 });
    const model = encodeModel(
      graph.toModel({ name: 'scorer', outputs: { logits }, symbolicBatchOutputs: ['logits'] }),
    );
    const session = await onnxRuntime({ threads: 1 }).load(model);
    const weights = Object.fromEntries(
      Object.entries(curve.end).map(([name, { shape, data }]) => [
        name,
        float(Float32Array.from(data), shape),
      ]),
    );
    const whole = await session.run({ ...weights, image: float(imagesOf(0), [batch, 1, side, side]) });
    const one = await session.run({
      ...weights,
      image: float(imagesOf(0).slice(0, side * side), [1, 1, side, side]),
    });
    expectClose(
      one.logits!.data as Float32Array,
      Array.from(whole.logits!.data as Float32Array).slice(0, classes),
      1e-5,
      'logit',
    );
    await session.release();
  });
});
