import { sizeOf, type TensorDataset, type TensorInput } from '../dataset.ts';
import type { InputStatistics } from '../input-statistics.ts';
import type { MaskSpec } from '../nets/network.ts';
import { type Random, randomFor, shuffled, symmetricBeta } from '../random.ts';
import { numberOf, type Parameters } from '../recipes/recipe.ts';
import type { TensorValue } from '../runtime.ts';
import type { Targets } from '../targets.ts';
import { augmentationOf, augmentImage, augmentSignal } from './augment.ts';

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
  /** Logits of a teacher for every item of the data set, [items, classes]. */
  readonly teacher?: Float32Array;
  /** Absent: the class of each item. */
  readonly targets?: Targets;
}

/** What the inputs of a batch are made from. */
export type FeedSource = Pick<BatchSource, 'inputs' | 'statistics' | 'parameters' | 'seed'>;

/** Items that one update learns from: a batch, or several whose gradients are summed. */
function itemsPerStep({ batchSize, parameters }: BatchSource): number {
  const { accumulation } = parameters;
  return batchSize * (typeof accumulation === 'number' ? accumulation : 1);
}

export function stepsPerEpoch(source: BatchSource): number {
  return Math.ceil((source.items.length * viewsOf(source)) / itemsPerStep(source));
}

/** How often an item stands in its batch: with `contrast` twice, each time augmented by other random numbers. */
function viewsOf({ parameters }: Pick<BatchSource, 'parameters'>): 1 | 2 {
  return typeof parameters.contrast === 'number' && parameters.contrast > 0 ? 2 : 1;
}

/**
 * The items of one epoch. `shuffled` holds each once; `stratified` too, with every class spread evenly over the
 * batches; `weighted` draws with replacement, in proportion to item weight times balanced class weight. Where the last
 * batch is short it is filled from the start of the same order, so that every step sees a whole batch (the graph's
 * shapes are fixed) and batch normalisation enough items. With two views of each item the second half of every batch
 * repeats the first.
 */
export function epochOrder(source: BatchSource, epoch: number): Int32Array {
  const { items, seed } = source;
  const random = randomFor(seed, 'order', epoch);
  const order = samplers[String(source.parameters.sampling ?? 'shuffled')]!(source, random);
  const length = stepsPerEpoch(source) * itemsPerStep(source);
  const views = viewsOf(source);
  const ownPerBatch = source.batchSize / views;
  return Int32Array.from({ length }, (_, index) => {
    const batch = Math.floor(index / source.batchSize);
    const own = batch * ownPerBatch + ((index % source.batchSize) % ownPerBatch);
    return items[order[own % order.length]!]!;
  });
}

const samplers: Readonly<Record<string, (source: BatchSource, random: Random) => Int32Array>> = {
  shuffled: ({ items }, random) => shuffled(items.length, random),
  stratified({ items, dataset }, random) {
    const order = shuffled(items.length, random);
    const size = new Float64Array(dataset.classes.length);
    for (const item of items) size[dataset.labels[item]!]! += 1;
    // the k-th item of a class of n stands at (k + 1/2) / n of the epoch
    const seen = new Float64Array(size.length);
    const place = new Float64Array(items.length);
    for (const index of order) {
      const label = dataset.labels[items[index]!]!;
      place[index] = (seen[label]! + 0.5) / size[label]!;
      seen[label]! += 1;
    }
    return order.sort((a, b) => place[a]! - place[b]!);
  },
  weighted(source, random) {
    const { items, dataset, itemWeights } = source;
    const balanced = source.targets === undefined;
    const byClass = balancedWeights(dataset.labels, items, dataset.classes.length, balanced);
    let total = 0;
    const upTo = Float64Array.from(items, (item) => {
      total += itemWeights[item]! * byClass[dataset.labels[item]!]!;
      return total;
    });
    return Int32Array.from(items, () => firstAbove(upTo, random.uniform() * total));
  },
};

/** Names that the setting `sampling` takes. */
export const samplingNames = Object.keys(samplers);

/** Index of the first value above `limit` in a rising list; the last where there is none. */
function firstAbove(rising: Float64Array, limit: number): number {
  let low = 0;
  let high = rising.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rising[middle]! > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The batches of one step: one, or several whose gradients are summed. */
export function batchesOf(source: BatchSource, order: Int32Array, step: number): Int32Array[] {
  const { batchSize } = source;
  const start = step * itemsPerStep(source);
  return Array.from({ length: itemsPerStep(source) / batchSize }, (_, batch) =>
    order.subarray(start + batch * batchSize, start + (batch + 1) * batchSize),
  );
}

/** Augmented inputs of one training batch. */
export function trainingFeeds(
  source: FeedSource,
  items: Int32Array,
  epoch: number,
): Record<string, TensorValue> {
  const feeds: Record<string, TensorValue> = {};
  for (const input of source.inputs) {
    const size = sizeOf(input.shape);
    const data = new Float32Array(items.length * size);
    const fill = fillers[input.shape.length] ?? fillFeatures;
    const firstViews = items.length / viewsOf(source);
    items.forEach((item, index) => {
      const view = index < firstViews ? [] : ['second view'];
      fill(source, input, [item, ...view], epoch, data, index * size);
    });
    const share = mixedShare(source, items, epoch);
    const mixed = share === 1 ? data : blended(data, items.length, share);
    feeds[input.name] = floats(mixed, [items.length, ...input.shape]);
  }
  return feeds;
}

/**
 * Mixup (Zhang et al. 2018): every item of a batch keeps this share of itself and takes the rest, of its values and
 * of its label, from the item that stands at its place from the end. 1 where mixup is off.
 */
function mixedShare({ parameters, seed }: FeedSource, items: Int32Array, epoch: number): number {
  const strength = parameters.mixup;
  if (typeof strength !== 'number' || strength <= 0) return 1;
  return symmetricBeta(randomFor(seed, 'mixup', epoch, ...items), strength);
}

function blended(data: Float32Array, rows: number, share: number): Float32Array {
  const size = data.length / rows;
  return data.map((value, index) => {
    const row = Math.floor(index / size);
    const other = data[(rows - 1 - row) * size + (index - row * size)]!;
    return share * value + (1 - share) * other;
  });
}

/** An item, and which view of it where its batch shows it twice. */
type DrawnItem = readonly [number, ...string[]];

function fillImage(
  source: FeedSource,
  input: TensorInput,
  [item, ...view]: DrawnItem,
  epoch: number,
  data: Float32Array,
  offset: number,
): void {
  const plain = new Float32Array(sizeOf(input.shape));
  itemValues(input, item, plain, 0);
  const random = randomFor(source.seed, 'augment', input.name, epoch, item, ...view);
  augmentImage(plain, input.shape, random, augmentationOf(source.parameters), data, offset);
}

function fillSignal(
  source: FeedSource,
  input: TensorInput,
  [item, ...view]: DrawnItem,
  epoch: number,
  data: Float32Array,
  offset: number,
): void {
  const plain = new Float32Array(sizeOf(input.shape));
  itemValues(input, item, plain, 0);
  const random = randomFor(source.seed, 'augment', input.name, epoch, item, ...view);
  augmentSignal(plain, input.shape, random, augmentationOf(source.parameters), data, offset);
}

function fillFeatures(
  source: FeedSource,
  input: TensorInput,
  [item, ...view]: DrawnItem,
  epoch: number,
  data: Float32Array,
  offset: number,
): void {
  itemValues(input, item, data, offset);
  const noise = numberOf(source.parameters, 'featureNoise');
  const scale = source.statistics.find((candidate) => candidate.name === input.name)?.scale;
  if (noise === 0 || !scale) return;
  const random = randomFor(source.seed, 'noise', input.name, epoch, item, ...view);
  for (let index = 0; index < scale.length; index++)
    data[offset + index]! += random.normal() * noise * scale[index]!;
}

/** By the number of axes of an item. */
const fillers: Readonly<Record<number, typeof fillImage>> = { 1: fillFeatures, 2: fillSignal, 3: fillImage };

/**
 * Each class's share of the loss: PyTorch's cross-entropy with class weights and label smoothing, times the item's
 * own weight, normalised by the batch's sum of item weight times class weight of the true class.
 */
export function lossTargets(
  source: BatchSource,
  items: Int32Array,
  classWeights: Float32Array,
  epoch: number,
): TensorValue {
  if (source.targets !== undefined) return weighedTargets(source, source.targets, items, epoch);
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
  const mixed = mixedShare(source, items, epoch);
  return floats(mixed === 1 ? data : blended(data, items.length, mixed), [items.length, count]);
}

/** Marks (smoothed) or the number of each item, times what the item counts. */
function weighedTargets(
  source: BatchSource,
  targets: Targets,
  items: Int32Array,
  epoch: number,
): TensorValue {
  const { labels } = source.dataset;
  const { kind, rows, names } = targets;
  const width = names.length;
  const smoothing = kind === 'marks' ? numberOf(source.parameters, 'labelSmoothing') : 0;
  const shares = itemShares(source, items);
  const data = new Float32Array(items.length * width);
  items.forEach((item, index) => {
    for (let column = 0; column < width; column++) {
      const wanted = rows[labels[item]! * width + column]! * (1 - smoothing) + smoothing / 2;
      data[index * width + column] = shares[index]! * wanted;
    }
  });
  const mixed = mixedShare(source, items, epoch);
  return floats(mixed === 1 ? data : blended(data, items.length, mixed), [items.length, width]);
}

/** What each item of a batch counts, together 1. */
function itemShares({ itemWeights }: BatchSource, items: Int32Array): Float32Array {
  const total = items.reduce((sum, item) => sum + itemWeights[item]!, 0);
  return Float32Array.from(items, (item) => itemWeights[item]! / (total || 1));
}

/** Of marks and numbers what each item of a batch counts, mixed as they are; nothing for classes. */
export function shareFeeds(
  source: BatchSource,
  items: Int32Array,
  epoch: number,
): Record<string, TensorValue> {
  if (source.targets === undefined) return {};
  const shares = itemShares(source, items);
  const mixed = mixedShare(source, items, epoch);
  const data = mixed === 1 ? shares : blended(shares, items.length, mixed);
  return { shares: floats(data, [items.length, 1]) };
}

/** What the teacher says of the items of a batch, mixed as they are; nothing where there is none. */
export function teacherFeeds(
  source: BatchSource,
  items: Int32Array,
  epoch: number,
): Record<string, TensorValue> {
  const { teacher } = source;
  if (teacher === undefined) return {};
  const count = source.dataset.classes.length;
  const data = new Float32Array(items.length * count);
  items.forEach((item, index) => {
    data.set(teacher.subarray(item * count, (item + 1) * count), index * count);
  });
  const mixed = mixedShare(source, items, epoch);
  const logits = mixed === 1 ? data : blended(data, items.length, mixed);
  return { teacher: floats(logits, [items.length, count]) };
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
  batch = 0,
): Record<string, TensorValue> {
  const feeds: Record<string, TensorValue> = {};
  for (const mask of masks) {
    const random = batch === 0 ? randomFor(seed, mask.name, step) : randomFor(seed, mask.name, step, batch);
    const kept = 1 / (1 - mask.rate);
    const data = Float32Array.from({ length: sizeOf(mask.shape) }, () =>
      random.uniform() < mask.rate ? 0 : kept,
    );
    feeds[mask.name] = floats(data, mask.shape);
  }
  return feeds;
}
