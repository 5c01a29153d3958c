import { expect, it } from 'vitest';
import type { TensorDataset, TensorInput } from '../../../main/learning/dataset.ts';
import { figuresPerLine } from '../../../main/learning/nets/faint-lines.ts';
import { loadPredictor } from '../../../main/learning/predict.ts';
import { findRecipe } from '../../../main/learning/recipes.ts';
import { trainNetwork } from '../../../main/learning/train-network.ts';
import { onnxRuntime } from '../../../main/runtime/onnx-runtime.ts';
import { recipeDataset } from '../recipe-dataset.ts';

const count = 3;
const width = count * figuresPerLine;
const items = 64;
const taught = 48;

/**
 * One line of three of each item in two is a trail, which shows in its second figure; the feature says nothing. Every fourth item
 * has only one line.
 */
function crossed(): TensorDataset {
  const plain = recipeDataset(findRecipe('faint-lines'), {
    items,
    shapes: { lines: [width], features: [2] },
    splitOf: (item) => (item < taught ? 0 : 2),
  });
  const lines = new Float32Array(items * width);
  for (let item = 0; item < items; item++)
    for (let line = 0; line < (item % 4 === 0 ? 1 : count); line++) {
      const at = item * width + line * figuresPerLine;
      lines[at] = 1;
      lines[at + 1] = (item % 2 === 1 && line === item % count ? 2 : 0) + 0.3 * Math.sin(7.1 * at);
    }
  const inputs = plain.inputs.map((input): TensorInput => {
    if (input.name === 'lines') return { ...input, data: lines };
    return { ...input, data: new Float32Array(input.data.length) };
  });
  return { ...plain, inputs };
}

/** The same items with some input changed. */
function withInput(
  inputs: readonly TensorInput[],
  name: string,
  change: (data: Float32Array) => Float32Array,
) {
  return inputs.map((input) =>
    input.name === name ? { ...input, data: change(input.data as Float32Array) } : input,
  );
}

function turned(lines: Float32Array): Float32Array {
  const result = new Float32Array(lines.length);
  for (let start = 0; start < lines.length; start += figuresPerLine) {
    const line = (start / figuresPerLine) % count;
    result.set(
      lines.subarray(start, start + figuresPerLine),
      start + (count - 1 - 2 * line) * figuresPerLine,
    );
  }
  return result;
}

it('finds a trail whichever line it is, and lines can only take from what the features say', async () => {
  const dataset = crossed();
  const runtime = onnxRuntime({ threads: 1 });
  const { onnx } = await trainNetwork(
    dataset,
    {
      recipe: 'faint-lines',
      parameters: { epochs: 60, batchSize: 8, frozenEpochs: 0, bodyRate: 1, featureNoise: 0 },
      seed: 1,
      metadata: {},
    },
    { runtime, now: () => 0 },
  );
  const predictor = await loadPredictor(onnx, runtime);
  const answers = await predictor.predict(dataset.inputs);
  const other = await predictor.predict(withInput(dataset.inputs, 'lines', turned));
  const without = await predictor.predict(
    withInput(dataset.inputs, 'lines', (data) => new Float32Array(data.length)),
  );
  await predictor.release();
  for (let item = taught; item < items; item++)
    expect(answers[2 * item + 1]! > 0.5, `item ${item}`).toBe(item % 2 === 1);
  for (let item = 0; item < items; item++) {
    expect(other[2 * item + 1]!).toBeCloseTo(answers[2 * item + 1]!, 5);
    expect(answers[2 * item]!).toBeLessThanOrEqual(without[2 * item]! + 1e-6);
  }
});
