import { encodeModel } from '../../formats/onnx/index.ts';
import { differentiate } from '../graph/differentiate.ts';
import { Graph } from '../graph/graph.ts';
import { fasterConvolution } from '../graph/operators/convolution.ts';
import { elementCount, type GraphNode, type Value } from '../graph/rule.ts';
import { assembleNetwork, type NetworkPlan } from '../nets/assemble.ts';
import type { MaskSpec, Network, ParameterSpec } from '../nets/network.ts';
import { optimisers, type UpdateContext } from './optimisers.ts';
import { type LossSettings, trainingLoss } from './training-loss.ts';

/** An array that goes into a step and comes out changed. */
export interface CarriedSpec {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface TrainingStep {
  readonly model: Uint8Array;
  readonly masks: readonly MaskSpec[];
  /** All parameters, frozen ones included, with running statistics behind them. */
  readonly values: readonly CarriedSpec[];
  /** The optimiser's memory: `first/conv1.weight` and the like; zero before the first step. */
  readonly moments: readonly CarriedSpec[];
  /** Values with a moving average, carried as `average/…`; empty when none is kept. */
  readonly averages: readonly CarriedSpec[];
  readonly fetches: readonly string[];
  /** Millions of products of numbers in matrix products and convolutions of one step. */
  readonly megaproducts: number;
  /** Where gradients are summed over several batches: the graph that takes their mean and changes the values. */
  readonly update: { readonly model: Uint8Array; readonly fetches: readonly string[] } | undefined;
}

export interface StepSettings extends LossSettings {
  readonly items: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
  /** Largest absolute gradient value, before the norm is limited; 0 or absent for none. */
  readonly clipValue?: number;
  /** A name of `optimisers`; AdamW where absent. */
  readonly optimiser?: string;
  /** Batches whose gradients are summed for one update; 1 where absent. */
  readonly accumulation?: number;
  /** Also carries a moving average of all values (`average/…`). */
  readonly average?: boolean;
  /** Parameters that stay as they are. */
  readonly frozen?: (name: string) => boolean;
  /** Multiplies the learning rate, parameter by parameter; 1 where absent. */
  readonly rateOf?: (name: string) => number;
  /** Parameters that began to learn after the others: their corrections are fed apart, as `lateFirstCorrection` and `lateSecondCorrection`. */
  readonly late?: (name: string) => boolean;
}

/**
 * One whole step as a graph: forward, loss, gradients, clipping, optimiser, running statistics.
 *
 * Feeds: the inputs; `targets` [items, classes], the share of the loss that falls to each class, so that class
 * weights, item weights and label smoothing are the caller's; of marks and numbers `shares` [items, 1]; with a teacher `teacher` [items, classes]; `learningRate`, `firstCorrection`,
 * `secondCorrection` (and those of `late` parameters) and, with an average, `averageDecay` (scalars); dropout masks; every value and moment under its
 * name, averages under `average/…`. Outputs: `loss`, `gradientNorm`, `logits` and the new values under `next/…`.
 */
export function buildTrainingStep(plan: NetworkPlan, settings: StepSettings): TrainingStep {
  const { graph, network, logits } = assembleNetwork(plan, {
    mode: 'training',
    items: settings.items,
    ...(settings.frozen ? { frozen: settings.frozen } : {}),
  });
  const targets = graph.input('targets', 'float32', logits.shape);
  const { representation } = network;
  const loss = trainingLoss(graph, { logits, targets, representation }, settings, (name, shape) =>
    graph.input(name, 'float32', shape),
  );
  const trained = trainedParameters(graph, network, loss);
  // with the gradients made, forward convolutions may take a form that has none
  graph.replaceWhere(fasterConvolution);
  const values = [...network.parameters, ...network.statistics].map(({ name, shape }) => ({ name, shape }));
  const outputs: Record<string, Value> = { loss, logits };
  for (const [name, value] of network.updatedStatistics) outputs[`next/${name}`] = value;
  const accumulates = (settings.accumulation ?? 1) > 1;
  if (accumulates) {
    for (const [{ name }, gradient] of trained) outputs[`gradient/${name}`] = gradient;
  }
  const update = accumulates
    ? updateGraph(trained, values, settings)
    : addUpdate(graph, trained, { values, outputs, settings, valueNamed: valuesOf(network) });
  return {
    model: encodeModel(graph.toModel({ name: 'training-step', outputs })),
    masks: network.masks,
    values,
    moments: update.moments,
    averages: update.averages,
    fetches: Object.keys(outputs),
    update: update.alone,
    megaproducts: graph.nodes.reduce((sum, node) => sum + productsIn(node), 0) / 1e6,
  };
}

function productsIn({ operator, inputs, outputs }: GraphNode): number {
  const [one, other] = inputs;
  if (operator === 'Conv')
    return (elementCount(outputs[0]!.shape) * elementCount(other!.shape)) / other!.shape[0]!;
  if (operator === 'Gemm') return elementCount(one!.shape) * outputs[0]!.shape[1]!;
  return operator === 'MatMul' ? elementCount(outputs[0]!.shape) * one!.shape.at(-1)! : 0;
}

function valuesOf(network: Network): (name: string) => Value {
  return (name) => network.parameterValues.get(name)!;
}

type TrainedParameters = ReadonlyMap<ParameterSpec, Value>;

interface UpdateTask {
  readonly values: readonly CarriedSpec[];
  /** Gets what the update gives. */
  readonly outputs: Record<string, Value>;
  readonly settings: StepSettings;
  readonly valueNamed: (name: string) => Value;
}

interface AddedUpdate {
  readonly moments: readonly CarriedSpec[];
  readonly averages: readonly CarriedSpec[];
  readonly alone?: { readonly model: Uint8Array; readonly fetches: readonly string[] };
}

/** Clipping by value, then by norm, then the optimiser, then moving averages. */
function addUpdate(graph: Graph, trained: TrainedParameters, task: UpdateTask): AddedUpdate {
  const { settings, outputs, values, valueNamed } = task;
  const clipped = new Map(
    Array.from(trained, ([spec, gradient]) => [
      spec,
      clippedByValue(graph, gradient, settings.clipValue ?? 0),
    ]),
  );
  const norm = globalNorm(graph, [...clipped.values()]);
  outputs.gradientNorm = norm;
  const shared = sharedInputs(graph, norm, settings);
  const moments: CarriedSpec[] = [];
  for (const [spec, gradient] of clipped) {
    updateParameter({ graph, valueNamed, settings, shared, outputs, moments }, spec, gradient);
  }
  return { moments, averages: settings.average ? addAverages(graph, values, outputs) : [] };
}

/** The update as a graph of its own, fed with the mean of the gradients as `gradient/…`. */
function updateGraph(
  trained: TrainedParameters,
  values: readonly CarriedSpec[],
  settings: StepSettings,
): AddedUpdate {
  const graph = new Graph();
  const inputs = new Map<string, Value>();
  const outputs: Record<string, Value> = {};
  const gradients = new Map(
    Array.from(trained.keys(), (spec) => {
      inputs.set(spec.name, graph.input(spec.name, 'float32', spec.shape));
      return [spec, graph.input(`gradient/${spec.name}`, 'float32', spec.shape)];
    }),
  );
  const valueNamed = (name: string): Value => inputs.get(name)!;
  const added = addUpdate(graph, gradients, { values, outputs, settings, valueNamed });
  const model = encodeModel(graph.toModel({ name: 'update', outputs }));
  return { ...added, alone: { model, fetches: Object.keys(outputs) } };
}

function clippedByValue(graph: Graph, gradient: Value, limit: number): Value {
  return limit > 0 ? graph.apply('Clip', [gradient, graph.scalar(-limit), graph.scalar(limit)]) : gradient;
}

/** Each parameter that the loss depends on, with its gradient. */
function trainedParameters(graph: Graph, network: Network, loss: Value): TrainedParameters {
  const free = network.parameters.filter((spec) => !network.isFrozen(spec.name));
  const gradients = differentiate(
    graph,
    loss,
    free.map(({ name }) => network.parameterValues.get(name)!),
  );
  const trained = new Map<ParameterSpec, Value>();
  for (const spec of free) {
    const gradient = gradients.get(spec.name);
    if (gradient) trained.set(spec, gradient);
  }
  return trained;
}

function globalNorm(graph: Graph, gradients: readonly Value[]): Value {
  const squares = gradients.map((gradient) => graph.apply('ReduceSumSquare', [gradient], { keepdims: 0 }));
  return graph.apply('Sqrt', [graph.apply('Sum', squares)]);
}

type Corrections = Pick<UpdateContext, 'firstCorrection' | 'secondCorrection'>;

interface SharedInputs {
  readonly clipping: Value;
  readonly learningRate: Value;
  readonly corrections: Corrections;
  /** Of parameters that began to learn after the others. */
  readonly late: Corrections;
}

/** Clipping is the factor min(1, limit / norm), as PyTorch's clip_grad_norm_ with its small constant. */
function sharedInputs(graph: Graph, norm: Value, { clipNorm, late }: StepSettings): SharedInputs {
  const padded = graph.apply('Add', [norm, graph.scalar(1e-6)]);
  const ratio = graph.apply('Div', [graph.scalar(clipNorm), padded]);
  const corrections = {
    firstCorrection: graph.input('firstCorrection', 'float32', []),
    secondCorrection: graph.input('secondCorrection', 'float32', []),
  };
  return {
    clipping: graph.apply('Min', [ratio, graph.scalar(1)]),
    learningRate: graph.input('learningRate', 'float32', []),
    corrections,
    late: late
      ? {
          firstCorrection: graph.input('lateFirstCorrection', 'float32', []),
          secondCorrection: graph.input('lateSecondCorrection', 'float32', []),
        }
      : corrections,
  };
}

interface StepParts {
  readonly graph: Graph;
  readonly valueNamed: (name: string) => Value;
  readonly settings: StepSettings;
  readonly shared: SharedInputs;
  readonly outputs: Record<string, Value>;
  readonly moments: CarriedSpec[];
}

function updateParameter(parts: StepParts, spec: ParameterSpec, gradient: Value): void {
  const { graph, valueNamed, settings, shared, outputs } = parts;
  const optimiser = optimisers[settings.optimiser ?? 'adamw'];
  if (!optimiser) throw new RangeError(`No optimiser ${settings.optimiser}.`);
  const moments: Record<string, Value> = {};
  for (const kind of optimiser.moments) {
    const carried = { name: `${kind}/${spec.name}`, shape: spec.shape };
    moments[kind] = graph.input(carried.name, 'float32', spec.shape);
    parts.moments.push(carried);
  }
  const { learningRate } = shared;
  const multiple = (spec.rate ?? 1) * (settings.rateOf?.(spec.name) ?? 1);
  const updated = optimiser.update({
    scope: graph,
    value: valueNamed(spec.name),
    gradient,
    clipping: shared.clipping,
    rate: multiple === 1 ? learningRate : graph.apply('Mul', [learningRate, graph.scalar(multiple)]),
    decay: settings.weightDecay * spec.decay,
    moments,
    ...(settings.late?.(spec.name) ? shared.late : shared.corrections),
  });
  outputs[`next/${spec.name}`] = updated.value;
  for (const [kind, value] of Object.entries(updated.moments)) outputs[`next/${kind}/${spec.name}`] = value;
}

/** average * decay + new value * (1 - decay), for parameters and statistics alike. */
function addAverages(
  graph: Graph,
  values: readonly CarriedSpec[],
  outputs: Record<string, Value>,
): CarriedSpec[] {
  const decay = graph.input('averageDecay', 'float32', []);
  const share = graph.apply('Sub', [graph.scalar(1), decay]);
  const changing = values.filter(({ name }) => outputs[`next/${name}`]);
  for (const { name, shape } of changing) {
    const before = graph.input(`average/${name}`, 'float32', shape);
    outputs[`next/average/${name}`] = graph.apply('Add', [
      graph.apply('Mul', [before, decay]),
      graph.apply('Mul', [outputs[`next/${name}`]!, share]),
    ]);
  }
  return changing;
}
