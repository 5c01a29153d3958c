/** A model that is fitted as a whole (a forest, a kernel machine, a neighbour search) rather than step by step. */
import type { TensorInput } from '../dataset.ts';
import type { ParameterDefinition, Parameters } from '../recipes/recipe.ts';

/** What an estimator is fitted to. Row `i` of every array is one item. */
export interface FitData {
  /** One or more inputs; a table has one, `features` [columns]. */
  readonly inputs: readonly TensorInput[];
  readonly classes: readonly string[];
  /** Index into `classes`; -1 for an item without a label, which only anomaly detectors take. */
  readonly labels: Int32Array;
  readonly weights?: Float32Array | undefined;
  /** Items with equal numbers stay together when the estimator cuts folds of its own. */
  readonly groups?: Int32Array | undefined;
}

export interface FitPorts {
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  /** `done` of `total` units of work, trees for one. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly threads: number;
}

export interface FittedEstimator {
  /**
   * The model as it is deployed: the inputs of the data by name and shape, float32, batch axis open. Outputs:
   * `probabilities` float32 [batch, classes]; anomaly detectors also `scores` float32 or float64 [batch], which grow
   * with strangeness. `metadata` goes into the file as it is.
   */
  toOnnx(metadata: Readonly<Record<string, string>>): Uint8Array;
  /** Its own probabilities [items, classes], computed without ONNX; the exported graph agrees with them to 1e-5. */
  predict(inputs: readonly TensorInput[]): Float32Array;
  /** Figures of the fit itself: `outOfBag/accuracy` and the like. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Importance of each element of the first input, summing to 1; null where the method has none. */
  readonly importances: Float32Array | null;
}

export interface Estimator {
  readonly name: string;
  readonly description: string;
  /** `anomaly` detectors answer with the classes nominal and anomaly and take items without labels. */
  readonly task: 'classification' | 'anomaly';
  readonly parameters: readonly ParameterDefinition[];
  /**
   * Leaves the data untouched; equal seeds give equal models; obeys the signal within about a second.
   * @throws NightsiftError `notEnoughData`, `badInput`, `cancelled`
   */
  fit(data: FitData, parameters: Parameters, ports: FitPorts): Promise<FittedEstimator>;
}
