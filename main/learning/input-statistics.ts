import { sizeOf, type TensorInput } from './dataset.ts';

/** What normalises one input inside the graph; measured on the training items only. */
export interface InputStatistics {
  readonly name: string;
  readonly shape: readonly number[];
  /** One value per image channel, or per feature for vectors. */
  readonly centre: Float32Array;
  readonly scale: Float32Array;
  /** The values go into the network unchanged. */
  readonly asIs?: boolean;
}

/** Images: mean and standard deviation per channel. Vectors: mean and standard deviation per feature, unless they come scaled. */
export function measureInput(input: TensorInput, items: Int32Array): InputStatistics {
  const { name, shape } = input;
  const measured = shape.length === 1 ? measureFeatures(input, items) : measureChannels(input, items);
  return { name, shape, ...measured };
}

/** The same centre and scale for every channel or feature. */
export function fixedStatistics(
  { name, shape }: TensorInput,
  { centre, scale }: { readonly centre: number; readonly scale: number },
): InputStatistics {
  const channels = shape[0]!;
  return {
    name,
    shape,
    centre: new Float32Array(channels).fill(centre),
    scale: new Float32Array(channels).fill(scale),
  };
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
        if (!Number.isFinite(value)) continue; // named when its batch comes
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

/** Features that stay within this are taken as scaled by whoever made them. */
const scaledLimit = 10;

/**
 * Features that come scaled (all within +-10) are left as they are: their makers know what a width is, while a small
 * training set does not; measured on simulated nights, standardising them by 60 frames cost 0.04 of balanced accuracy
 * on other nights. Anything else gets its mean and standard deviation.
 */
function measureFeatures(input: TensorInput, items: Int32Array) {
  const features = input.shape[0]!;
  const factor = input.data instanceof Uint8Array ? 1 / 255 : 1;
  const centre = new Float32Array(features);
  const scale = new Float32Array(features).fill(1);
  const columns = Array.from({ length: features }, (_, feature) =>
    Array.from(items, (item) => input.data[item * features + feature]! * factor).filter(Number.isFinite),
  );
  if (columns.every((values) => values.every((value) => Math.abs(value) <= scaledLimit)))
    return { centre, scale };
  columns.forEach((values, feature) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
    const deviation = standardDeviation(values, mean);
    centre[feature] = mean;
    if (deviation > 1e-9 * Math.abs(mean)) scale[feature] = deviation;
  });
  return { centre, scale };
}

function standardDeviation(values: readonly number[], mean: number): number {
  if (values.length < 2) return 0;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
