/** The worker thread's end of the pool: takes one task at a time and answers. */
import { parentPort } from 'node:worker_threads';
import { toErrorRecord } from '../../contract/error-record.ts';
import type { TaskRequest, WorkerAnswer } from './messages.ts';

export interface TaskContext {
  /** Reports how far the task is; any structured-cloneable value. */
  progress(value: unknown): void;
}

/** Wraps an answer whose buffers are moved to the main thread instead of copied. */
export class Transferring {
  readonly output: unknown;
  readonly buffers: readonly ArrayBuffer[];
  constructor(output: unknown, buffers: readonly ArrayBuffer[]) {
    this.output = output;
    this.buffers = buffers;
  }
}

export type TaskHandler = (input: unknown, context: TaskContext) => unknown;

/** Serves tasks by kind for the life of the thread. Call it once, at the end of a worker's module. */
export function serveTasks(handlers: Readonly<Record<string, TaskHandler>>): void {
  const port = parentPort;
  if (port === null) return; // imported outside a worker, by a test for one
  port.on('message', async ({ task, kind, input }: TaskRequest) => {
    const answer = (message: WorkerAnswer, buffers: readonly ArrayBuffer[] = []) =>
      port.postMessage(message, [...buffers]);
    try {
      const handler = handlers[kind];
      if (handler === undefined) throw new Error(`No task named "${kind}" in this worker.`);
      const output = await handler(input, { progress: (progress) => answer({ task, progress }) });
      if (output instanceof Transferring) answer({ task, output: output.output }, output.buffers);
      else answer({ task, output });
    } catch (error) {
      answer({ task, error: toErrorRecord(error) });
    }
  });
}
