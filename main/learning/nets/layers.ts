import { gelu, groupNorm, silu } from '../graph/composites.ts';
import { elementCount, type Scope, type Value } from '../graph/rule.ts';
import type { Random } from '../random.ts';
import type { Network } from './network.ts';

/** PyTorch's defaults, so that its weights give the same outputs. */
export const batchNormEpsilon = 1e-5;
const runningMomentum = 0.1;

/** A plain loop: eleven million weights take a second through an array's iterator. */
function drawn(shape: readonly number[], draw: () => number): Float32Array {
  const values = new Float32Array(elementCount(shape));
  for (let index = 0; index < values.length; index++) values[index] = draw();
  return values;
}

/** He initialisation for layers followed by a ReLU: normal with variance 2 / fan-out (as PyTorch's ResNets). */
function kaimingNormal(shape: readonly number[]): (random: Random) => Float32Array {
  const fanOut = shape[0]! * elementCount(shape.slice(2));
  const deviation = Math.sqrt(2 / fanOut);
  return (random) => {
    const values = new Float32Array(elementCount(shape));
    random.fillNormal(values, deviation);
    return values;
  };
}

/** Uniform in +-1/sqrt(fan-in), PyTorch's default for linear layers. */
function uniformFanIn(shape: readonly number[], fanIn: number): (random: Random) => Float32Array {
  const bound = 1 / Math.sqrt(fanIn);
  return (random) => drawn(shape, () => (random.uniform() * 2 - 1) * bound);
}

function constant(shape: readonly number[], value: number): () => Float32Array {
  return () => new Float32Array(elementCount(shape)).fill(value);
}

/** What normalises activations: each channel over the batch, or groups of channels of each item by itself. */
export type Norm = 'batch' | 'group';

export interface ConvolutionOptions {
  /** `batch` unless told otherwise. */
  readonly norm?: Norm;
  readonly outputs: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly groups?: number;
}

function convolutionWeight(network: Network, name: string, x: Value, options: ConvolutionOptions): Value {
  const sides = x.shape.slice(2).map(() => options.kernel);
  const shape = [options.outputs, x.shape[1]! / (options.groups ?? 1), ...sides];
  return network.parameter({ name: `${name}.weight`, shape, decay: 1, initial: kaimingNormal(shape) });
}

/** The same along every axis of the input, one or two. */
function convolutionAttributes(x: Value, options: ConvolutionOptions) {
  const { kernel, stride = 1, padding = 0, groups = 1 } = options;
  const along = x.shape.slice(2);
  return {
    kernel_shape: along.map(() => kernel),
    strides: along.map(() => stride),
    pads: [...along, ...along].map(() => padding),
    group: groups,
  };
}

/**
 * A convolution without bias and the batch normalisation behind it. When the graph is built from a stored state the
 * normalisation is folded into the convolution's weights and a bias.
 * @param x [items, channels, height, width] or [items, channels, length]
 */
export function convolutionAndNorm(
  network: Network,
  convolutionName: string,
  normName: string,
  x: Value,
  options: ConvolutionOptions,
): Value {
  const weight = convolutionWeight(network, convolutionName, x, options);
  const attributes = convolutionAttributes(x, options);
  if (options.norm === 'group')
    return grouped(network, normName, network.graph.apply('Conv', [x, weight], attributes));
  const folded = foldedWeights(network, weight, normName);
  if (folded) {
    const { graph } = network;
    const kernel = graph.floats(folded.weight, weight.shape);
    return graph.apply('Conv', [x, kernel, graph.floats(folded.bias, [options.outputs])], attributes);
  }
  return batchNorm(network, normName, network.graph.apply('Conv', [x, weight], attributes));
}

/** w' = w gamma / sqrt(var + eps), b' = beta - mean gamma / sqrt(var + eps), channel by channel. */
function foldedWeights(network: Network, weight: Value, normName: string) {
  const values = network.known(weight.name);
  if (!values || network.mode !== 'inference') return undefined;
  const [gamma, beta, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map(
    (part) => network.known(`${normName}.${part}`)!,
  );
  const perOutput = values.length / weight.shape[0]!;
  const folded = new Float32Array(values.length);
  const bias = new Float32Array(weight.shape[0]!);
  for (let output = 0; output < bias.length; output++) {
    const scale = gamma![output]! / Math.sqrt(variance![output]! + batchNormEpsilon);
    for (let index = output * perOutput; index < (output + 1) * perOutput; index++) {
      folded[index] = values[index]! * scale;
    }
    bias[output] = beta![output]! - mean![output]! * scale;
  }
  return { weight: folded, bias };
}

/** @param x [items, channels, …]; running statistics have PyTorch's names, momentum 0.1 and unbiased variance */
export function batchNorm(network: Network, name: string, x: Value): Value {
  const { graph } = network;
  const shape = [x.shape[1]!];
  const gamma = network.parameter({ name: `${name}.weight`, shape, decay: 0, initial: constant(shape, 1) });
  const beta = network.parameter({ name: `${name}.bias`, shape, decay: 0, initial: constant(shape, 0) });
  const mean = network.statistic({ name: `${name}.running_mean`, shape, initial: 0 });
  const variance = network.statistic({ name: `${name}.running_var`, shape, initial: 1 });
  const epsilon = { float: batchNormEpsilon };
  if (network.mode === 'inference' || network.isFrozen(gamma.name)) {
    return graph.apply('BatchNormalization', [x, gamma, beta, mean, variance], { epsilon });
  }
  // the training kernel overwrites its statistics inputs: it gets zeros of its own, made from parameters of its own.
  // Momentum 0 makes its statistics outputs the batch's mean and biased variance.
  const zero = graph.scalar(0);
  const ownMean = graph.apply('Mul', [beta, zero]);
  const ownVariance = graph.apply('Mul', [gamma, zero]);
  const [y, batchMean, batchVariance] = graph.applyAll(
    'BatchNormalization',
    [x, gamma, beta, ownMean, ownVariance],
    { epsilon, momentum: { float: 0 }, training_mode: 1 },
  );
  const count = elementCount(x.shape) / x.shape[1]!;
  network.updateStatistic(`${name}.running_mean`, blended(network, mean, batchMean!, runningMomentum));
  const unbiased = (runningMomentum * count) / Math.max(1, count - 1);
  network.updateStatistic(`${name}.running_var`, blended(network, variance, batchVariance!, unbiased));
  return y!;
}

const mostGroups = 8;

/** Groups of at least two channels; the units of a vector are one group, as in layer normalisation. */
function groupsOf({ shape }: Value): number {
  const channels = shape[1]!;
  if (shape.length === 2) return 1;
  for (let groups = mostGroups; groups > 1; groups--)
    if (channels % groups === 0 && channels >= 2 * groups) return groups;
  return 1;
}

/** @param x [items, channels, …] */
function grouped(network: Network, name: string, x: Value): Value {
  const shape = [x.shape[1]!];
  const gamma = network.parameter({ name: `${name}.weight`, shape, decay: 0, initial: constant(shape, 1) });
  const beta = network.parameter({ name: `${name}.bias`, shape, decay: 0, initial: constant(shape, 0) });
  return groupNorm(network.graph, x, gamma, beta, groupsOf(x));
}

function blended({ graph }: Network, before: Value, now: Value, share: number): Value {
  return graph.apply('Add', [
    graph.apply('Mul', [before, graph.scalar(1 - runningMomentum)]),
    graph.apply('Mul', [now, graph.scalar(share)]),
  ]);
}

export interface LinearOptions {
  readonly outputs: number;
  /** Multiplies the run's weight decay. */
  readonly decay?: number;
  /** Multiplies the run's learning rate. */
  readonly rate?: number;
  /** Starts at zero, so that the branch has no say until it has learnt something. */
  readonly startAtZero?: boolean;
  readonly bias?: boolean;
}

/** @param x [items, inputs]; weights [outputs, inputs] as in PyTorch */
export function linear(network: Network, name: string, x: Value, options: LinearOptions): Value {
  const { outputs, decay = 1, rate = 1, startAtZero = false } = options;
  const fanIn = x.shape[1]!;
  const shape = [outputs, fanIn];
  const start = (of: readonly number[]) => (startAtZero ? constant(of, 0) : uniformFanIn(of, fanIn));
  const weight = network.parameter({ name: `${name}.weight`, shape, decay, rate, initial: start(shape) });
  if (options.bias === false) return network.graph.apply('Gemm', [x, weight], { transB: 1 });
  const bias = network.parameter({
    name: `${name}.bias`,
    shape: [outputs],
    decay: 0,
    rate,
    initial: start([outputs]),
  });
  return network.graph.apply('Gemm', [x, weight, bias], { transB: 1 });
}

/**
 * A linear layer without bias and the batch normalisation behind it, folded into it as in convolutionAndNorm.
 * @param x [items, inputs]
 */
export function linearAndNorm(
  network: Network,
  linearName: string,
  normName: string,
  x: Value,
  options: Omit<LinearOptions, 'bias'> & { readonly norm?: Norm },
): Value {
  const plain = linear(network, linearName, x, { ...options, bias: false });
  if (options.norm === 'group') return grouped(network, normName, plain);
  const weight = network.parameterValues.get(`${linearName}.weight`)!;
  const folded = foldedWeights(network, weight, normName);
  if (!folded) return batchNorm(network, normName, plain);
  const { graph } = network;
  const kernel = graph.floats(folded.weight, weight.shape);
  return graph.apply('Gemm', [x, kernel, graph.floats(folded.bias, [options.outputs])], { transB: 1 });
}

const activations = { relu: (graph: Scope, x: Value) => graph.apply('Relu', [x]), silu, gelu };
export type Activation = keyof typeof activations;
export const activationNames = Object.keys(activations) as Activation[];

export function activated({ graph }: Network, x: Value, activation: Activation): Value {
  return activations[activation](graph, x);
}

export function relu({ graph }: Network, x: Value): Value {
  return graph.apply('Relu', [x]);
}

export function maxPool({ graph }: Network, x: Value, kernel: number, stride = kernel, padding = 0): Value {
  return graph.apply('MaxPool', [x], {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
  });
}

/** [items, channels, …] to [items, channels]. */
export function globalAverage({ graph }: Network, x: Value): Value {
  return graph.apply('Flatten', [graph.apply('GlobalAveragePool', [x])], { axis: 1 });
}

/** The strongest response anywhere: what a mean over the frame dilutes, such as a thin line. */
export function globalMaximum({ graph }: Network, x: Value): Value {
  const axes = x.shape.map((_, axis) => axis).slice(2);
  return graph.apply('ReduceMax', [x, graph.integers(axes)], { keepdims: 0 });
}
