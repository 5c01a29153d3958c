/** What a learning worker does, as messages. The bodies are in learning-worker.ts. */
import type { EngineName } from '../../../contract/words.ts';
import type { Fact } from '../../families/family.ts';
import type { TensorDataset, TensorInput } from '../../learning/dataset.ts';
import type { Judged } from '../../learning/judge-in-folds.ts';
import type { TrainedFile } from '../../learning/train-model.ts';
import type { TrainEvent, TrainOptions } from '../../learning/train-network.ts';
import type { HeldOut } from '../../learning/train-out-of-fold.ts';
import type { HouseSettings } from '../training/house-settings.ts';

/** What a running training is told. */
export const trainingWords = { goOn: 0, stop: 1, pause: 2 } as const;

export interface TrainTaskInput extends FitTaskInput {
  readonly blobsDirectory: string;
  /** Blob of a checkpoint of the same run. */
  readonly resumeFrom: string | null;
}

/** What a training and the judging of settings have in common. */
export interface FitTaskInput {
  readonly dataset: TensorDataset;
  readonly options: TrainOptions;
  readonly preparation: Preparation;
  /** One 32-bit integer, one of `trainingWords`. Ending the thread instead would abort the process. */
  readonly cancel: SharedArrayBuffer;
  /** Threads within one operator; results are equal to the bit only for equal numbers. */
  readonly threads: number;
  /** What executes the training steps; predictions are ONNX Runtime's in any case. */
  readonly engine: EngineName;
}

/** Folds and groups are those of the preparation. */
export interface JudgeTaskInput extends FitTaskInput {
  /** The study that asks: its data set, groups and facts are the same every time. */
  readonly search: string;
  /** See judgeInFolds. */
  readonly rowShare: number;
}

export type JudgeTaskOutput = Judged;

/** How the training set is made and judged. */
export interface Preparation {
  /** The family whose `trainingSet` is asked; null for frames. */
  readonly family: string | null;
  readonly settings: HouseSettings;
  /** Number of each item's group: a group is never learned from and asked about in one fold. */
  readonly groups: Int32Array;
  /** What the sources say of each item; empty for frames. */
  readonly facts: readonly Readonly<Record<string, Fact>>[];
}

export type TrainTaskProgress =
  | { readonly kind: 'event'; readonly event: TrainEvent }
  /** The blob is durable; the row is the main thread's to write. */
  | {
      readonly kind: 'checkpoint';
      readonly step: number;
      readonly epoch: number;
      readonly blob: string;
      readonly metrics: Readonly<Record<string, number>>;
    };

export interface TrainTaskOutput {
  readonly onnxBlob: string;
  readonly onnxBytes: number;
  readonly safetensorsBlob: string | null;
  readonly network: Omit<TrainedFile, 'onnx' | 'safetensors'>;
  /** Of cross-validation; null where the test split judges. */
  readonly heldOut: HeldOut | null;
}

export interface PredictTaskInput {
  /** An ONNX file: a blob of the library or one that a person named. */
  readonly modelPath: string;
  readonly inputs: readonly TensorInput[];
}

export interface PredictTaskOutput {
  readonly classes: readonly string[];
  /** [items, classes] */
  readonly probabilities: Float32Array;
  /** Of an anomaly detector. */
  readonly scores: Float64Array | null;
  /** How badly each item fits what was learned; null for models that do not tell. */
  readonly misfits: Float64Array | null;
  /** How probably each item is of two classes at once; missing of models that do not tell. */
  readonly together?: Float64Array;
}

/** The input and output of `teach` are those of `reviewLesson`. */
export type { Embeddings, EmbedInput } from '../../learning/body.ts';
export type { Lesson, LessonInput } from '../../learning/review/lesson.ts';
