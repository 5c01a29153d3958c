/** Dense layers in double precision that learn to give back what they are shown: small ones, where a graph engine would only wait. */
import type { Random } from '../random.ts';

export interface DenseLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** [inputs, outputs] */
  readonly weights: Float64Array;
  readonly bias: Float64Array;
  /** tanh behind it. */
  readonly isCurved: boolean;
}

interface Moments {
  readonly gradient: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

export interface Learning {
  readonly layers: readonly DenseLayer[];
  readonly moments: readonly { readonly weights: Moments; readonly bias: Moments }[];
  /** Steps taken. */
  steps: number;
}

/** Weights after Glorot and Bengio 2010; tanh behind all layers but the narrow one in the middle and the last. */
export function drawLayers(sizes: readonly number[], random: Random): Learning {
  const layers = sizes.slice(1).map((outputs, place): DenseLayer => {
    const inputs = sizes[place]!;
    const reach = Math.sqrt(6 / (inputs + outputs));
    const weights = Float64Array.from({ length: inputs * outputs }, () => reach * (2 * random.uniform() - 1));
    const isCurved = place < sizes.length - 2 && place !== sizes.length / 2 - 1.5;
    return { inputs, outputs, weights, bias: new Float64Array(outputs), isCurved };
  });
  const momentsOf = (length: number): Moments => ({
    gradient: new Float64Array(length),
    first: new Float64Array(length),
    second: new Float64Array(length),
  });
  const moments = layers.map(({ weights, bias }) => ({
    weights: momentsOf(weights.length),
    bias: momentsOf(bias.length),
  }));
  return { layers, moments, steps: 0 };
}

export function outputOf(layers: readonly DenseLayer[], input: Float64Array): Float64Array {
  return layers.reduce(forward, input);
}

function forward(
  input: Float64Array,
  { inputs, outputs, weights, bias, isCurved }: DenseLayer,
): Float64Array {
  const output = Float64Array.from(bias);
  for (let from = 0; from < inputs; from += 1) {
    const value = input[from]!;
    const start = from * outputs;
    for (let to = 0; to < outputs; to += 1) output[to]! += value * weights[start + to]!;
  }
  if (isCurved) for (let to = 0; to < outputs; to += 1) output[to] = Math.tanh(output[to]!);
  return output;
}

/** One step of Adam on the mean squared error of a batch; returns the sum of squared errors before it. */
export function learnBatch(
  learning: Learning,
  batch: readonly { readonly source: Float64Array; readonly target: Float64Array }[],
  rate: number,
): number {
  const { layers, moments } = learning;
  for (const { weights, bias } of moments) {
    weights.gradient.fill(0);
    bias.gradient.fill(0);
  }
  let loss = 0;
  for (const { source, target } of batch) loss += learnRow(learning, source, target, batch.length);
  learning.steps += 1;
  layers.forEach((layer, place) => {
    step(layer.weights, moments[place]!.weights, rate, learning.steps);
    step(layer.bias, moments[place]!.bias, rate, learning.steps);
  });
  return loss;
}

/** Adds the gradient of one row. */
function learnRow(
  { layers, moments }: Learning,
  source: Float64Array,
  target: Float64Array,
  rows: number,
): number {
  const shown = [source];
  for (const layer of layers) shown.push(forward(shown.at(-1)!, layer));
  const output = shown.at(-1)!;
  let loss = 0;
  let slope: Float64Array = output.map((value, column) => {
    const error = value - target[column]!;
    loss += error * error;
    return (2 * error) / (target.length * rows);
  });
  for (let place = layers.length - 1; place >= 0; place -= 1) {
    const layer = layers[place]!;
    const [input, result] = [shown[place]!, shown[place + 1]!];
    if (layer.isCurved) slope = slope.map((value, to) => value * (1 - result[to]! ** 2));
    slope = backward(layer, moments[place]!, input, slope);
  }
  return loss;
}

/** Adds to the layer's gradients; returns the slope at its input. */
function backward(
  { inputs, outputs, weights }: DenseLayer,
  { weights: own, bias }: Learning['moments'][number],
  input: Float64Array,
  slope: Float64Array,
): Float64Array {
  const before = new Float64Array(inputs);
  for (let to = 0; to < outputs; to += 1) bias.gradient[to]! += slope[to]!;
  for (let from = 0; from < inputs; from += 1) {
    const start = from * outputs;
    const value = input[from]!;
    let sum = 0;
    for (let to = 0; to < outputs; to += 1) {
      own.gradient[start + to]! += value * slope[to]!;
      sum += weights[start + to]! * slope[to]!;
    }
    before[from] = sum;
  }
  return before;
}

const firstDecay = 0.9;
const secondDecay = 0.999;
const smallest = 1e-8;

/** Adam (Kingma and Ba 2015). */
function step(values: Float64Array, { gradient, first, second }: Moments, rate: number, steps: number): void {
  const size = (rate * Math.sqrt(1 - secondDecay ** steps)) / (1 - firstDecay ** steps);
  for (let place = 0; place < values.length; place += 1) {
    const slope = gradient[place]!;
    first[place] = firstDecay * first[place]! + (1 - firstDecay) * slope;
    second[place] = secondDecay * second[place]! + (1 - secondDecay) * slope * slope;
    values[place]! -= (size * first[place]!) / (Math.sqrt(second[place]!) + smallest);
  }
}
