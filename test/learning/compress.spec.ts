import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { isNightsiftError } from '../../contract/errors.ts';
import { decodeModel } from '../../main/formats/onnx/index.ts';
import { byteScale } from '../../main/learning/compress/quantise.ts';
import { itemsOf, type SplitName, type TensorDataset } from '../../main/learning/dataset.ts';
import { evaluate } from '../../main/learning/metrics/index.ts';
import { readUnknownLimits, unknownLimits } from '../../main/learning/metrics/unknown.ts';
import { loadPredictor } from '../../main/learning/predict.ts';
import { trainNetwork } from '../../main/learning/train-network.ts';
import { onnxRuntime } from '../../main/runtime/onnx-runtime.ts';
import { syntheticDataset } from './synthetic.ts';

const ports = { runtime: onnxRuntime({ threads: 2 }), now: () => 0 };
const options = { recipe: 'small-cnn', seed: 5, metadata: {} };

async function probabilitiesOf(onnx: Uint8Array, dataset: TensorDataset, split: SplitName) {
  const predictor = await loadPredictor(onnx, ports.runtime);
  const all = await predictor.predict(dataset.inputs);
  await predictor.release();
  const items = Array.from(itemsOf(dataset, split));
  return Float32Array.from(items.flatMap((item) => [all[2 * item]!, all[2 * item + 1]!]));
}

function labelsOf(dataset: TensorDataset, split: SplitName): Int32Array {
  return Int32Array.from(itemsOf(dataset, split), (item) => dataset.labels[item]!);
}

it('keeps zero exact and every value of the range within half a step', () => {
  const value = fc.float({ min: -1e4, max: 1e4, noNaN: true });
  fc.assert(
    fc.property(value, value, fc.float({ min: 0, max: 1, noNaN: true }), (a, b, share) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const { scale, zero } = byteScale([low, high]);
      expect(Number.isInteger(zero) && zero >= 0 && zero <= 255).toBe(true);
      const inside = low + share * (high - low);
      const byte = Math.min(255, Math.max(0, Math.round(inside / scale) + zero));
      // the zero point is a whole number: the ends of the range may lie half a step outside
      expect(Math.abs((byte - zero) * scale - inside)).toBeLessThanOrEqual(scale * 1.01 + 1e-19);
    }),
  );
});

it('delivers convolutions in 8 bits, judges what it delivers, and says what that costs', async () => {
  const dataset = syntheticDataset({ items: 120, side: 16, features: 3, seed: 8, testShare: 0.4 });
  const parameters = { imageWidth: 8, epochs: 12 };
  const whole = await trainNetwork(dataset, { ...options, parameters }, ports);
  const small = await trainNetwork(
    dataset,
    { ...options, parameters: { ...parameters, precision: 'int8' } },
    ports,
  );
  const { graph, metadata } = decodeModel(small.onnx);
  expect(metadata.precision).toBe('int8');
  expect(small.exportStatistics?.parameters).toBe(whole.exportStatistics?.parameters);
  expect(whole.exportStatistics?.parameters).toBeGreaterThan(1000);
  const weights = graph.initializers.filter(({ type, dims }) => type === 'int8' && dims.length === 4);
  expect(weights).toHaveLength(graph.nodes.filter(({ operator }) => operator === 'Conv').length);
  expect(graph.initializers.some(({ type, dims }) => type === 'float32' && dims.length === 4)).toBe(false);
  const limits = unknownLimits(
    await probabilitiesOf(small.onnx, dataset, 'validation'),
    labelsOf(dataset, 'validation'),
    2,
  );
  expect(limits).not.toBeNull();
  expect(readUnknownLimits(metadata)).toEqual(limits);
  const answers = await Promise.all([whole, small].map(({ onnx }) => probabilitiesOf(onnx, dataset, 'test')));
  const [float, byte] = answers as [Float32Array, Float32Array];
  const labels = labelsOf(dataset, 'test');
  expect(small.evaluations.test.loss).toBeCloseTo(evaluate(byte, labels, dataset.classes).loss, 5);
  const difference = float.reduce((sum, value, at) => sum + Math.abs(value - byte[at]!), 0) / float.length;
  expect(small.metrics['int8/test/probabilityDifference']).toBeCloseTo(difference, 5);
  expect(difference).toBeGreaterThan(0);
  expect(difference).toBeLessThan(0.03);
  expect(small.metrics['int8/test/balancedAccuracyLoss']).toBeCloseTo(
    whole.evaluations.test.balancedAccuracy - small.evaluations.test.balancedAccuracy,
    10,
  );
  expect(small.metrics['int8/bytesShare']).toBeCloseTo(small.onnx.byteLength / whole.onnx.byteLength, 1);
  expect(Buffer.compare(small.safetensors, whole.safetensors)).not.toBe(0); // its metadata names the precision
});

it('refuses to compress a network without convolutions over images', async () => {
  const dataset = syntheticDataset({ items: 40, side: 4, features: 5, seed: 2 });
  const failure = await trainNetwork(
    { ...dataset, inputs: dataset.inputs.filter(({ shape }) => shape.length === 1) },
    { recipe: 'mlp', seed: 1, metadata: {}, parameters: { epochs: 1, precision: 'int8' } },
    ports,
  ).catch((cause: unknown) => cause);
  expect(isNightsiftError(failure) && failure.code).toBe('badInput');
});
