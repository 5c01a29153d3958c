/** What a training is asked, what it is given to work with, and what it gives. */
import type { Evaluation, PerClassMetrics } from './metrics/index.ts';
import type { Parameters, ParameterValue } from './recipes/recipe.ts';
import type { GraphRuntime } from './runtime.ts';
import type { BatchesBeside } from './training/batch-feeder.ts';
import type { CheckpointStore, TrainEvent } from './training/events.ts';
import type { ExportStatistics } from './training/export.ts';

export interface TrainOptions {
  readonly recipe: string;
  /** Settings given by the person; the recipe's defaults fill the rest. */
  readonly parameters: Parameters;
  readonly seed: number;
  /** An ONNX or SafeTensors file whose weights the network starts from. */
  readonly backbone?: Uint8Array;
  /** An exported model of the same classes and inputs that the network imitates beside the labels. */
  readonly teacher?: Uint8Array;
  /** Goes into the exported files. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface TrainPorts {
  readonly runtime: GraphRuntime;
  /** What the exported file is checked with; the same runtime where absent. */
  readonly exportRuntime?: GraphRuntime;
  /** Augments batches beside the training; on its thread where absent. */
  readonly beside?: BatchesBeside;
  readonly checkpoints?: CheckpointStore;
  /** Bytes of a checkpoint of the same run. */
  readonly resumeFrom?: Uint8Array;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TrainEvent) => void;
  /** Milliseconds. */
  readonly now: () => number;
  /** Bytes that the process holds. */
  readonly memory?: () => number;
}

export type EvaluatedSplit = 'train' | 'validation' | 'test';

export interface TrainedNetwork {
  readonly onnx: Uint8Array;
  readonly safetensors: Uint8Array;
  /** Flat, for a tracker: `test/balancedAccuracy` and the like. */
  readonly metrics: Record<string, number>;
  /** Of the test split; of validation, then training, where that is empty. */
  readonly perClass: readonly PerClassMetrics[];
  readonly confusion: readonly (readonly number[])[];
  readonly evaluations: Record<EvaluatedSplit, Evaluation>;
  /** Largest difference between the exported file's probabilities and the trainer's. */
  readonly exportCheck: { readonly maximumDifference: number; readonly items: number };
  /** What the exported file holds; absent where nobody looked. */
  readonly exportStatistics?: ExportStatistics;
  /** What the columns of an answer are, where they are not the classes of the data set: marks, or `value`. */
  readonly answers?: readonly string[];
  /** Epochs done. */
  readonly epochs: number;
  readonly stoppedEarly: boolean;
  /** Complete: what was given and the defaults. */
  readonly parameters: Record<string, ParameterValue>;
  /** Test items that a person labelled, where there are any. */
  readonly evaluatedOnPersons?: Evaluation;
}
