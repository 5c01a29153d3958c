import { sizeOf, type TensorDataset, type TensorInput } from '../dataset.ts';
import type { InputStatistics } from '../input-statistics.ts';
import type { MaskSpec } from '../nets/network.ts';
import { randomFor, shuffled } from '../random.ts';
import { numberOf, type Parameters } from '../recipes/recipe.ts';
import type { TensorValue } from '../runtime.ts';
import { augmentImage, augmentSignal, imageAugmentation } from './augment.ts';

export function floats(data: Float32Array, dims: readonly number[]): TensorValue {
  return { type: 'float32', dims, data };
}

/** Values of one item as floats; bytes become shares of 255. */
export function itemValues(input: TensorInput, item: number, target: Float32Array, offset: number): void {
  const size = sizeOf(input.shape);
  const start = item * size;
  if (!(input.data instanceof Uint8Array)) {
    target.set(input.data.subarray(start, start + size), offset);
    return;
  }
  for (let index = 0; index < size; index++) target[offset + index] = input.data[start + index]! / 255;
}

/** The inputs of some items, unchanged: for evaluation. */
export function plainFeeds(inputs: readonly TensorInput[], items: Int32Array): Record<string, TensorValue> {
  const feeds: Record<string, TensorValue> = {};
  for (const input of inputs) {
    const size = sizeOf(input.shape);
    const data = new Float32Array(items.length * size);
    items.forEach((item, index) => {
      itemValues(input, item, data, index * size);
    });
    feeds[input.name] = floats(data, [items.length, ...input.shape]);
  }
  return feeds;
}

/** What makes training batches; all its randomness comes from (seed, epoch, position). */
export interface BatchSource {
  readonly dataset: TensorDataset;
  readonly inputs: readonly TensorInput[];
  readonly statistics: readonly InputStatistics[];
  readonly items: Int32Array;
  readonly itemWeights: Float32Array;
  readonly batchSize: number;
  readonly parameters: Parameters;
  readonly seed: number;
}

export function stepsPerEpoch(source: BatchSource): number {
  return Math.ceil(source.items.length / source.batchSize);
}

/**
 * The items of one epoch, shuffled. Where the last batch is short it is filled from the start of the same order, so
 * that every step sees a whole batch (the graph's shapes are fixed) and batch normalisation enough items.
 */
export function epochOrder(source: BatchSource, epoch: number): Int32Array {
  const { items, seed } = source;
  const order = shuffled(items.length, randomFor(seed, 'order', epoch));
  const length = stepsPerEpoch(source) * source.batchSize;
  return Int32Array.from({ length }, (_, index) => items[order[index % order.length]!]!);
}

export function batchItems(source: BatchSource, order: Int32Array, step: number): Int32Array {
  return order.subarray(step * source.batchSize, (step + 1) * source.batchSize);
}

/** Augmented inputs of one training batch. */
export function trainingFeeds(
  source: BatchSource,
  items: Int32Array,
  epoch: number,
): Record<string, TensorValue> {
  const feeds: Record<string, TensorValue> = {};
  for (const input of source.inputs) {
    const size = sizeOf(input.shape);
    const data = new Float32Array(items.length * size);
    const fill = fillers[input.shape.length] ?? fillFeatures;
    items.forEach((item, index) => {
      fill(source, input, item, epoch, data, index * size);
    });
    feeds[input.name] = floats(data, [items.length, ...input.shape]);
  }
  return feeds;
}

function fillImage(
  source: BatchSource,
  input: TensorInput,
  item: number,
  epoch: number,
  data: Float32Array,
  offset: number,
): void {
  const plain = new Float32Array(sizeOf(input.shape));
  itemValues(input, item, plain, 0);
  const random = randomFor(source.seed, 'augment', input.name, epoch, item);
  augmentImage(plain, input.shape, random, imageAugmentation(source.parameters), data, offset);
}

function fillSignal(
  source: BatchSource,
  input: TensorInput,
  item: number,
  epoch: number,
  data: Float32Array,
  offset: number,
): void {
  const plain = new Float32Array(sizeOf(input.shape));
  itemValues(input, item, plain, 0);
  const random = randomFor(source.seed, 'augment', input.name, epoch, item);
  augmentSignal(plain, input.shape, random, imageAugmentation(source.parameters), data, offset);
}

function fillFeatures(
  source: BatchSource,
  input: TensorInput,
  item: number,
  epoch: number,
  data: Float32Array,
  offset: number,
): void {
  itemValues(input, item, data, offset);
  const noise = numberOf(source.parameters, 'featureNoise');
  const scale = source.statistics.find((candidate) => candidate.name === input.name)?.scale;
  if (noise === 0 || !scale) return;
  const random = randomFor(source.seed, 'noise', input.name, epoch, item);
  for (let index = 0; index < scale.length; index++)
    data[offset + index]! += random.normal() * noise * scale[index]!;
}

/** By the number of axes of an item. */
const fillers: Readonly<Record<number, typeof fillImage>> = { 1: fillFeatures, 2: fillSignal, 3: fillImage };

/**
 * Each class's share of the loss: PyTorch's cross-entropy with class weights and label smoothing, times the item's
 * own weight, normalised by the batch's sum of item weight times class weight of the true class.
 */
export function lossTargets(source: BatchSource, items: Int32Array, classWeights: Float32Array): TensorValue {
  const { labels, classes } = source.dataset;
  const count = classes.length;
  const smoothing = numberOf(source.parameters, 'labelSmoothing');
  let total = 0;
  for (const item of items) total += source.itemWeights[item]! * classWeights[labels[item]!]!;
  const data = new Float32Array(items.length * count);
  items.forEach((item, index) => {
    const share = source.itemWeights[item]! / (total || 1);
    for (let label = 0; label < count; label++) {
      const certain = label === labels[item] ? 1 - smoothing : 0;
      data[index * count + label] = share * classWeights[label]! * (certain + smoothing / count);
    }
  });
  return floats(data, [items.length, count]);
}

/** n / (classes present * n of the class); 1 for every class when weights are off. */
export function balancedWeights(
  labels: Int32Array,
  items: Int32Array,
  classes: number,
  balanced: boolean,
): Float32Array {
  const counts = new Float64Array(classes);
  for (const item of items) counts[labels[item]!]! += 1;
  const present = counts.filter((count) => count > 0).length;
  return Float32Array.from(counts, (count) => (balanced && count > 0 ? items.length / (present * count) : 1));
}

/** Dropout masks of one step: 0, or 1 / (1 - rate). */
export function maskFeeds(
  masks: readonly MaskSpec[],
  seed: number,
  step: number,
): Record<string, TensorValue> {
  const feeds: Record<string, TensorValue> = {};
  for (const mask of masks) {
    const random = randomFor(seed, mask.name, step);
    const kept = 1 / (1 - mask.rate);
    const data = Float32Array.from({ length: sizeOf(mask.shape) }, () =>
      random.uniform() < mask.rate ? 0 : kept,
    );
    feeds[mask.name] = floats(data, mask.shape);
  }
  return feeds;
}
