import { Graph } from '../graph/graph.ts';
import type { Value } from '../graph/rule.ts';
import type { InputStatistics } from '../input-statistics.ts';
import type { Parameters, Recipe } from '../recipes/recipe.ts';
import { Network, type NetworkOptions } from './network.ts';

export interface NetworkPlan {
  readonly recipe: Recipe;
  readonly parameters: Parameters;
  readonly inputs: readonly InputStatistics[];
  readonly classes: number;
}

/** Beyond this many widths from the centre a feature saturates smoothly. */
const featureSaturation = 6;

/** What the graph does to a feature, for use outside of it. */
export function normalisedFeature(value: number, centre: number, scale: number): number {
  const width = Number.isNaN(value) ? 0 : (value - centre) / scale;
  return featureSaturation * Math.tanh(width / featureSaturation);
}

/**
 * Builds a plan's network: raw inputs, normalisation, the recipe, logits. `items` is the batch size; in inference
 * graphs the batch axis of inputs is left open.
 */
export function assembleNetwork(
  plan: NetworkPlan,
  options: NetworkOptions & { readonly items: number },
): { graph: Graph; network: Network; logits: Value } {
  const { graph, network, inputs } = openNetwork(options, plan.inputs);
  const logits = plan.recipe.build(network, inputs, plan.classes, plan.parameters);
  return { graph, network, logits };
}

/** The body alone, of a recipe that has one. */
export function assembleEmbedding(
  plan: NetworkPlan,
  options: NetworkOptions & { readonly items: number },
): { graph: Graph; network: Network; embedding: Value } {
  const { recipe, parameters } = plan;
  const read = plan.inputs.filter(({ name }) => recipe.embedded?.includes(name));
  const { graph, network, inputs } = openNetwork(options, read);
  if (!recipe.embed) throw new TypeError(`Recipe ${recipe.name} has no body of its own.`);
  return { graph, network, embedding: recipe.embed(network, inputs, parameters) };
}

function openNetwork(
  options: NetworkOptions & { readonly items: number },
  read: readonly InputStatistics[],
): { graph: Graph; network: Network; inputs: Map<string, Value> } {
  const graph = new Graph();
  const network = new Network(graph, options);
  const inputs = new Map<string, Value>();
  for (const input of read) {
    const openBatch = options.mode === 'inference';
    const raw = graph.input(input.name, 'float32', [options.items, ...input.shape], openBatch);
    inputs.set(input.name, normalised(graph, raw, input));
  }
  return { graph, network, inputs };
}

function normalised(graph: Graph, raw: Value, input: InputStatistics): Value {
  if (input.asIs) return raw;
  return input.shape.length === 1 ? normaliseFeatures(graph, raw, input) : normaliseImage(graph, raw, input);
}

function normaliseImage(graph: Graph, raw: Value, { centre, scale, shape }: InputStatistics): Value {
  const perChannel = [shape[0]!, ...shape.slice(1).map(() => 1)];
  const centred = graph.apply('Sub', [raw, graph.floats(centre, perChannel)]);
  const factor = Float32Array.from(scale, (width) => 1 / width);
  return graph.apply('Mul', [centred, graph.floats(factor, perChannel)]);
}

/**
 * A feature that could not be measured counts as typical. Extreme values saturate: a frame 300 widths away must not
 * have 50 times the say of one that is plainly spoiled at 6.
 */
function normaliseFeatures(graph: Graph, raw: Value, { centre, scale, shape }: InputStatistics): Value {
  const centres = graph.floats(centre, [1, shape[0]!]);
  const known = graph.apply('Where', [graph.apply('IsNaN', [raw]), centres, raw]);
  const factor = Float32Array.from(scale, (width) => 1 / (width * featureSaturation));
  const reduced = graph.apply('Mul', [
    graph.apply('Sub', [known, centres]),
    graph.floats(factor, [1, shape[0]!]),
  ]);
  return graph.apply('Mul', [graph.apply('Tanh', [reduced]), graph.scalar(featureSaturation)]);
}
