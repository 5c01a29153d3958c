import { sizeOf, type TensorInput } from './dataset.ts';

/** What normalises one input inside the graph; measured on the training items only. */
export interface InputStatistics {
  readonly name: string;
  readonly shape: readonly number[];
  /** One value per image channel, or per feature for vectors. */
  readonly centre: Float32Array;
  readonly scale: Float32Array;
}

/** The interquartile range of a normal distribution is 1.349 sigma. */
const interquartileSigmas = 1.349;

/** Images: mean and standard deviation per channel. Vectors: median and robust width per feature. */
export function measureInput(input: TensorInput, items: Int32Array): InputStatistics {
  const { name, shape } = input;
  const measured = shape.length === 1 ? measureFeatures(input, items) : measureChannels(input, items);
  return { name, shape, ...measured };
}

function measureChannels(input: TensorInput, items: Int32Array) {
  const channels = input.shape[0]!;
  const perChannel = sizeOf(input.shape.slice(1));
  const factor = input.data instanceof Uint8Array ? 1 / 255 : 1;
  const centre = new Float32Array(channels);
  const scale = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    let squares = 0;
    for (const item of items) {
      const start = (item * channels + channel) * perChannel;
      for (let index = start; index < start + perChannel; index++) {
        const value = input.data[index]! * factor;
        sum += value;
        squares += value * value;
      }
    }
    const count = Math.max(1, items.length * perChannel);
    const mean = sum / count;
    centre[channel] = mean;
    scale[channel] = Math.sqrt(Math.max(squares / count - mean * mean, 1e-12));
  }
  return { centre, scale };
}

/**
 * Median and interquartile width resist the very outliers that a spoiled frame is; a feature that is constant for
 * half the items or more (a count that is mostly zero) falls back to its standard deviation.
 */
function measureFeatures(input: TensorInput, items: Int32Array) {
  const features = input.shape[0]!;
  const factor = input.data instanceof Uint8Array ? 1 / 255 : 1;
  const centre = new Float32Array(features);
  const scale = new Float32Array(features);
  for (let feature = 0; feature < features; feature++) {
    const values = Array.from(items, (item) => input.data[item * features + feature]! * factor)
      .filter(Number.isFinite)
      .sort((a, b) => a - b);
    centre[feature] = quantile(values, 0.5);
    const width = (quantile(values, 0.75) - quantile(values, 0.25)) / interquartileSigmas;
    const deviation = standardDeviation(values);
    const usable = width > 1e-3 * deviation ? width : deviation;
    scale[feature] = usable > 1e-12 * Math.abs(centre[feature]!) && usable > 0 ? usable : 1;
  }
  return { centre, scale };
}

function quantile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) return 0;
  const position = share * (sorted.length - 1);
  const low = Math.floor(position);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (position - low) * (sorted[high]! - sorted[low]!);
}

function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
