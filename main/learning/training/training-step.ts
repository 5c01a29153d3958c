import { encodeModel } from '../../formats/onnx/index.ts';
import { differentiate } from '../graph/differentiate.ts';
import type { Graph } from '../graph/graph.ts';
import type { Value } from '../graph/rule.ts';
import { assembleNetwork, type NetworkPlan } from '../nets/assemble.ts';
import type { MaskSpec, Network, ParameterSpec } from '../nets/network.ts';

/** AdamW (Loshchilov and Hutter 2019) with the usual constants. */
export const adam = { firstDecay: 0.9, secondDecay: 0.999, epsilon: 1e-8 } as const;

export interface TrainingStep {
  readonly model: Uint8Array;
  readonly masks: readonly MaskSpec[];
  readonly parameters: readonly ParameterSpec[];
  readonly statistics: readonly string[];
  readonly fetches: readonly string[];
}

export interface StepSettings {
  readonly items: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
}

/**
 * One whole step as a graph: forward, loss, gradients, clipping by the global norm, AdamW, running statistics.
 *
 * Feeds: the inputs; `targets` [items, classes], the share of the loss that falls to each class, so that class
 * weights, item weights and label smoothing are the caller's; `learningRate`, `firstCorrection`,
 * `secondCorrection` (scalars); dropout masks; every parameter and statistic under its name, its moments under
 * `first/…` and `second/…`. Outputs: `loss`, `gradientNorm`, `logits` and the new values under `next/…`.
 */
export function buildTrainingStep(plan: NetworkPlan, settings: StepSettings): TrainingStep {
  const { graph, network, logits } = assembleNetwork(plan, { mode: 'training', items: settings.items });
  const targets = graph.input('targets', 'float32', logits.shape);
  const loss = crossEntropy(graph, logits, targets);
  const values = network.parameters.map((spec) => network.parameterValues.get(spec.name)!);
  const gradients = differentiate(graph, loss, values);
  const present = values.map((value) => gradients.get(value.name)).filter((value) => value !== undefined);
  const norm = globalNorm(graph, present);
  const outputs: Record<string, Value> = { loss, gradientNorm: norm, logits };
  const optimiser = prepareOptimiser(graph, norm, settings.clipNorm);
  for (const spec of network.parameters) {
    const gradient = gradients.get(spec.name);
    if (gradient) updateParameter(graph, network, spec, gradient, optimiser, settings.weightDecay, outputs);
  }
  for (const [name, value] of network.updatedStatistics) outputs[`next/${name}`] = value;
  return {
    model: encodeModel(graph.toModel({ name: 'training-step', outputs })),
    masks: network.masks,
    parameters: network.parameters.filter((spec) => gradients.get(spec.name)),
    statistics: network.statistics.map((spec) => spec.name),
    fetches: Object.keys(outputs),
  };
}

/** Minus the sum of targets times log-probabilities; the targets carry all weights. */
function crossEntropy(graph: Graph, logits: Value, targets: Value): Value {
  const logProbabilities = graph.apply('LogSoftmax', [logits], { axis: 1 });
  const products = graph.apply('Mul', [logProbabilities, targets]);
  return graph.apply('Neg', [graph.apply('ReduceSum', [products], { keepdims: 0 })]);
}

function globalNorm(graph: Graph, gradients: readonly Value[]): Value {
  const squares = gradients.map((gradient) => graph.apply('ReduceSumSquare', [gradient], { keepdims: 0 }));
  return graph.apply('Sqrt', [graph.apply('Sum', squares)]);
}

interface Optimiser {
  readonly clipping: Value;
  readonly learningRate: Value;
  readonly firstCorrection: Value;
  readonly secondCorrection: Value;
}

/** The factor min(1, limit / norm), as PyTorch's clip_grad_norm_ with its small constant. */
function prepareOptimiser(graph: Graph, norm: Value, clipNorm: number): Optimiser {
  const padded = graph.apply('Add', [norm, graph.scalar(1e-6)]);
  const ratio = graph.apply('Div', [graph.scalar(clipNorm), padded]);
  return {
    clipping: graph.apply('Min', [ratio, graph.scalar(1)]),
    learningRate: graph.input('learningRate', 'float32', []),
    firstCorrection: graph.input('firstCorrection', 'float32', []),
    secondCorrection: graph.input('secondCorrection', 'float32', []),
  };
}

/** p' = p (1 - rate decay) - rate (m' / c1) / (sqrt(v' / c2) + eps), the order of operations being PyTorch's. */
function updateParameter(
  graph: Graph,
  network: Network,
  spec: ParameterSpec,
  gradient: Value,
  optimiser: Optimiser,
  weightDecay: number,
  outputs: Record<string, Value>,
): void {
  const multiply = (a: Value, b: Value): Value => graph.apply('Mul', [a, b]);
  const clipped = multiply(gradient, optimiser.clipping);
  const first = graph.input(`first/${spec.name}`, 'float32', spec.shape);
  const second = graph.input(`second/${spec.name}`, 'float32', spec.shape);
  const nextFirst = graph.apply('Add', [
    multiply(first, graph.scalar(adam.firstDecay)),
    multiply(clipped, graph.scalar(1 - adam.firstDecay)),
  ]);
  const nextSecond = graph.apply('Add', [
    multiply(second, graph.scalar(adam.secondDecay)),
    multiply(multiply(clipped, clipped), graph.scalar(1 - adam.secondDecay)),
  ]);
  const deviation = graph.apply('Sqrt', [graph.apply('Div', [nextSecond, optimiser.secondCorrection])]);
  const denominator = graph.apply('Add', [deviation, graph.scalar(adam.epsilon)]);
  const { learningRate } = optimiser;
  const own =
    spec.rate === undefined || spec.rate === 1
      ? learningRate
      : multiply(learningRate, graph.scalar(spec.rate));
  const rate = graph.apply('Div', [own, optimiser.firstCorrection]);
  const change = multiply(graph.apply('Div', [nextFirst, denominator]), rate);
  const shrink = graph.apply('Sub', [graph.scalar(1), multiply(own, graph.scalar(weightDecay * spec.decay))]);
  const value = network.parameterValues.get(spec.name)!;
  outputs[`next/${spec.name}`] = graph.apply('Sub', [multiply(value, shrink), change]);
  outputs[`next/first/${spec.name}`] = nextFirst;
  outputs[`next/second/${spec.name}`] = nextSecond;
}
