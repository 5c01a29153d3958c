import type { ParameterDefinition, Parameters } from '../recipes/recipe.ts';
import type { ModelParts } from './model-parts.ts';
import type { Parallel } from './parallel.ts';
import type { Table } from './table.ts';

export type EstimatorTask = 'classification' | 'regression' | 'anomaly' | 'grouping' | 'projection';

/** What an estimator learns from. None of it is changed. */
export interface FitInput {
  readonly table: Table;
  /** Classification: index of the class, per row. */
  readonly labels?: Int32Array;
  /** Classification: number of classes. */
  readonly classes?: number;
  /** Regression: the value, per row. */
  readonly targets?: Float64Array;
  /** How much each row counts; 1 where absent. */
  readonly weights?: Float64Array;
  /** Rows not learned from, by which some estimators decide when to stop. */
  readonly validation?: {
    readonly table: Table;
    readonly labels?: Int32Array;
    readonly targets?: Float64Array;
  };
}

export interface FitPorts {
  readonly seed: number;
  /** More than one core; in place where absent. Results do not depend on it. */
  readonly parallel?: Parallel;
  readonly signal?: AbortSignal;
  /** Share of the work done, 0 to 1, with what is known so far. */
  readonly onProgress?: (share: number, metrics: Readonly<Record<string, number>>) => void;
}

/** What came out: predicts by itself (for tests and in training) and writes itself into an ONNX graph. */
export interface Fitted {
  readonly columns: number;
  /** Figures per row: classes, 1 for regression and anomaly scores, coordinates of a projection. */
  readonly width: number;
  /** Element type of the table in the ONNX graph; double where scores need its precision. */
  readonly inputType: 'float32' | 'float64';
  /**
   * [rows, width]: probabilities, values, or scores that grow with strangeness.
   * @throws NightsiftError `modelMismatch` for another number of columns
   */
  predict(table: Table): Float64Array;
  /** Adds the same computation to a graph: from the input [rows, columns] to a value [rows, width] of the input's type. */
  addTo(parts: ModelParts, input: string): string;
  /** How much each column contributed; they add up to 1. */
  readonly importances?: Float64Array;
  /** Predictions for the rows of training by the members that did not see them, [rows, width]; NaN where all did. */
  readonly outOfBag?: Float64Array;
  /** Anomaly: scores of the rows of training, each as if the row were new, where that differs from `predict`. */
  readonly trainingScores?: Float64Array;
  /** Anomaly: where strangeness begins by the method's own measure, and over how much it grows. */
  readonly border?: { readonly at: number; readonly width: number };
  /**
   * How badly each row fits everything that was learned, in standard deviations of what chance explains; absent where the
   * method cannot tell.
   */
  misfit?(table: Table): Float64Array;
  /** The same in a graph, [rows, 1]. */
  addMisfitTo?(parts: ModelParts, input: string): string;
  /** How probably each row is of two classes at once; absent where the method knows no such rows. */
  together?(table: Table): Float64Array;
  /** The same in a graph, [rows, 1]. */
  addTogetherTo?(parts: ModelParts, input: string): string;
  readonly figures: Readonly<Record<string, number>>;
}

/** A way to learn from a table. A new one: a file or folder in learning/ and one line in estimators.ts. */
export interface Estimator {
  readonly name: string;
  readonly description: string;
  readonly task: EstimatorTask;
  /** The input of a data set that it learns from, where that is not its features. */
  readonly input?: string;
  readonly parameters: readonly ParameterDefinition[];
  /**
   * Seeded, cancellable; the same seed gives the same result whatever the number of threads.
   * @param parameters complete: see completeParameters
   * @throws NightsiftError `cancelled`, `badInput`, `notEnoughData`
   */
  fit(input: FitInput, parameters: Parameters, ports: FitPorts): Promise<Fitted>;
}
