/** A thread that makes batches beside a training. */
import { workerEntry } from '../../jobs/messages.ts';
import { openWorkerPool } from '../../jobs/pool.ts';
import type { TensorDataset, TensorInput } from '../../learning/dataset.ts';
import type { BatchesBeside } from '../../learning/training/batch-feeder.ts';

/** Nothing waits for a batch longer than for a step, but a person may hold the training for days. */
const longestMilliseconds = 2 ** 31 - 1;

export interface BatchPool extends BatchesBeside {
  close(): Promise<void>;
}

export function openBatchPool(): BatchPool {
  const pool = openWorkerPool({
    entry: workerEntry(import.meta.url, '../work/batches-worker'),
    size: 1,
    timeoutMilliseconds: longestMilliseconds,
  });
  return {
    open: (source) => pool.run('open', { ...source, inputs: source.inputs.map(shared) }),
    make: (items, epoch) => pool.run('make', { items, epoch }),
    close: () => pool.close(),
  };
}

/** Images and signals once for all threads, in place of a copy for each; vectors are left to be copied. */
export function onSharedMemory(dataset: TensorDataset): TensorDataset {
  return {
    ...dataset,
    inputs: dataset.inputs.map((input) => (input.shape.length > 1 ? shared(input) : input)),
  };
}

function shared(input: TensorInput): TensorInput {
  const { data } = input;
  if (data.buffer instanceof SharedArrayBuffer) return input;
  const copy = new (data.constructor as new (buffer: SharedArrayBuffer) => typeof data)(
    new SharedArrayBuffer(data.byteLength),
  );
  copy.set(data);
  return { ...input, data: copy };
}
