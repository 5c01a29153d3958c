/** A thread for training, with a stop that waits for the end of the step, and one for what must not wait for it. */

import { workerEntry } from '../../jobs/messages.ts';
import { openWorkerPool, type WorkerPool } from '../../jobs/pool.ts';
import type {
  Embeddings,
  EmbedInput,
  FitTaskInput,
  JudgeTaskInput,
  JudgeTaskOutput,
  Lesson,
  LessonInput,
  PredictTaskInput,
  PredictTaskOutput,
  TrainTaskInput,
  TrainTaskOutput,
  TrainTaskProgress,
} from '../work/learning-tasks.ts';
import { trainingWords } from '../work/learning-tasks.ts';
import { onSharedMemory } from './batch-pool.ts';

// A training has no natural limit; this is the longest that a timer can be set to.
const longestMilliseconds = 2 ** 31 - 1;

export interface Listening<Progress> {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (progress: Progress) => void;
  /** Handed a switch that holds the training between two steps. */
  readonly onPausable?: ((pause: (paused: boolean) => void) => void) | undefined;
}

export interface LearningPool {
  /** Cancelled through `signal`, it saves a checkpoint and fails as `cancelled` after the step under way. */
  train(
    input: Omit<TrainTaskInput, 'cancel'>,
    options: Listening<TrainTaskProgress>,
  ): Promise<TrainTaskOutput>;
  /** How good settings are, with the share done as it goes. Errors: cancelled, after the step under way. */
  judge(input: Omit<JudgeTaskInput, 'cancel'>, options: Listening<number>): Promise<JudgeTaskOutput>;
  predict(input: PredictTaskInput): Promise<PredictTaskOutput>;
  /** What a body makes of items. */
  embed(input: EmbedInput): Promise<Embeddings>;
  /** What a batch of reviews teaches. */
  teach(input: LessonInput): Promise<Lesson>;
  /** Lets go of what judgings of settings were kept ready with: sets, images, threads. */
  letGo(): Promise<void>;
  about(): Promise<{ readonly version: string }>;
  close(): Promise<void>;
}

export function openLearningPool(): LearningPool {
  const open = (): WorkerPool =>
    openWorkerPool({
      entry: workerEntry(import.meta.url, '../work/learning-worker'),
      size: 1,
      timeoutMilliseconds: longestMilliseconds,
    });
  const pool = open();
  // reviews and predictions must not wait for a training that runs, or that a person has paused
  let besides: WorkerPool | null = null;
  const openBesides = (): WorkerPool => {
    besides ??= open();
    return besides;
  };
  return {
    train: (input, options) => stoppable<TrainTaskOutput, TrainTaskProgress>(pool, 'train', input, options),
    judge: (input, options) => stoppable<JudgeTaskOutput, number>(pool, 'judge', input, options),
    predict: (input) => openBesides().run<PredictTaskOutput>('predict', input),
    embed: (input) => openBesides().run<Embeddings>('embed', input),
    teach: (input) => openBesides().run<Lesson>('teach', input),
    letGo: () => pool.run<void>('letGo', null),
    about: () => pool.run<{ version: string }>('about', null),
    async close() {
      await Promise.all([pool.close(), besides?.close()]);
    },
  };
}

/** The signal is not handed to the pool: it would end the thread, and with it the process. */
async function stoppable<Output, Progress>(
  pool: WorkerPool,
  task: 'train' | 'judge',
  input: Omit<FitTaskInput, 'cancel'>,
  { signal, onProgress, onPausable }: Listening<Progress>,
): Promise<Output> {
  const cancel = new SharedArrayBuffer(4);
  const word = new Int32Array(cancel);
  const say = (what: number) => {
    // a stop is not taken back
    if (Atomics.load(word, 0) !== trainingWords.stop) Atomics.store(word, 0, what);
    Atomics.notify(word, 0);
  };
  const ask = () => say(trainingWords.stop);
  onPausable?.((paused) => say(paused ? trainingWords.pause : trainingWords.goOn));
  if (signal?.aborted) ask();
  signal?.addEventListener('abort', ask, { once: true });
  try {
    return await pool.run<Output>(
      task,
      { ...input, dataset: onSharedMemory(input.dataset), cancel },
      { onProgress: (progress) => onProgress(progress as Progress) },
    );
  } finally {
    signal?.removeEventListener('abort', ask);
  }
}
