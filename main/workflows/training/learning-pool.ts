/** One thread for training and predicting, with a stop that waits for the end of the step. */

import { workerEntry } from '../../jobs/messages.ts';
import { openWorkerPool, type WorkerPool } from '../../jobs/pool.ts';
import type {
  Lesson,
  LessonInput,
  PredictTaskInput,
  PredictTaskOutput,
  TrainTaskInput,
  TrainTaskOutput,
  TrainTaskProgress,
} from '../work/learning-tasks.ts';

// A training has no natural limit; this is the longest that a timer can be set to.
const longestMilliseconds = 2 ** 31 - 1;

export interface LearningPool {
  /** Cancelled through `signal`, it saves a checkpoint and fails as `cancelled` after the step under way. */
  train(
    input: Omit<TrainTaskInput, 'cancel'>,
    options: {
      readonly signal?: AbortSignal | undefined;
      readonly onProgress: (progress: TrainTaskProgress) => void;
    },
  ): Promise<TrainTaskOutput>;
  predict(input: PredictTaskInput): Promise<PredictTaskOutput>;
  /** What a batch of reviews teaches. */
  teach(input: LessonInput): Promise<Lesson>;
  about(): Promise<{ readonly version: string }>;
  close(): Promise<void>;
}

export function openLearningPool(): LearningPool {
  const pool: WorkerPool = openWorkerPool({
    entry: workerEntry(import.meta.url, '../work/learning-worker'),
    size: 1,
    timeoutMilliseconds: longestMilliseconds,
  });
  return {
    async train(input, { signal, onProgress }) {
      const cancel = new SharedArrayBuffer(4);
      const ask = () => void Atomics.store(new Int32Array(cancel), 0, 1);
      if (signal?.aborted) ask();
      signal?.addEventListener('abort', ask, { once: true });
      try {
        // The signal is not handed to the pool: it would end the thread, and with it the process.
        return await pool.run<TrainTaskOutput>(
          'train',
          { ...input, cancel },
          { onProgress: (progress) => onProgress(progress as TrainTaskProgress) },
        );
      } finally {
        signal?.removeEventListener('abort', ask);
      }
    },
    predict: (input) => pool.run<PredictTaskOutput>('predict', input),
    teach: (input) => pool.run<Lesson>('teach', input),
    about: () => pool.run<{ version: string }>('about', null),
    close: () => pool.close(),
  };
}
