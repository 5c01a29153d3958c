import type { Value } from '../graph/rule.ts';
import type { Network } from '../nets/network.ts';

export type ParameterValue = number | string | boolean;
export type Parameters = Readonly<Record<string, ParameterValue>>;

/** One setting of a recipe: what `--set name=value` accepts. */
export interface ParameterDefinition {
  readonly name: string;
  readonly description: string;
  readonly kind: 'integer' | 'number' | 'choice' | 'flag';
  readonly default: ParameterValue;
  /** Inclusive; for integers and numbers. */
  readonly minimum?: number;
  readonly maximum?: number;
  readonly choices?: readonly string[];
}

export interface RecipeInput {
  readonly name: string;
  /** 1 for vectors, 3 for [channels, height, width]. */
  readonly rank: number;
  readonly required: boolean;
  /**
   * How its values are brought to order one, where the training data do not decide: weights from elsewhere expect
   * what they were trained with.
   */
  readonly normalisation?: { readonly centre: number; readonly scale: number };
}

/** Training items as the network sees them: normalised vectors and labels. */
export interface StartingData {
  /** Vector inputs by name: [items, features]. */
  readonly vectors: ReadonlyMap<string, { readonly table: Float32Array; readonly features: number }>;
  readonly labels: Int32Array;
  readonly classes: number;
}

/** A network with its settings. */
export interface Recipe {
  readonly name: string;
  readonly description: string;
  readonly inputs: readonly RecipeInput[];
  readonly parameters: readonly ParameterDefinition[];
  /**
   * Adds the network to its graph.
   * @param inputs normalised, [items, …shape]
   * @returns logits [items, classes]
   */
  build(network: Network, inputs: ReadonlyMap<string, Value>, classes: number, parameters: Parameters): Value;
  /**
   * What the body makes of its inputs, [items, width]; with `fromEmbedding` it gives what `build` does. While the body
   * is frozen the embeddings are computed once, and the rest trains on them in seconds.
   */
  embed?(network: Network, inputs: ReadonlyMap<string, Value>, parameters: Parameters): Value;
  /** @param inputs those that `embed` does not read */
  fromEmbedding?(
    network: Network,
    embedding: Value,
    inputs: ReadonlyMap<string, Value>,
    classes: number,
    parameters: Parameters,
  ): Value;
  /** Inputs that `embed` reads. */
  readonly embedded?: readonly string[];
  /** Parameters of the body, which `frozenEpochs` holds and `bodyRate` slows; absent where a recipe has no such part. */
  isBody?(name: string): boolean;
  /** Improves on the random start, from the training items. Deterministic. */
  start?(state: Map<string, Float32Array>, data: StartingData): void;
}

export function numberOf(parameters: Parameters, name: string): number {
  const value = parameters[name];
  if (typeof value !== 'number') throw new TypeError(`Parameter ${name} is not a number.`);
  return value;
}
