/** What the pool and its worker threads tell each other. */
import type { ErrorRecord } from '../../contract/error-record.ts';

export interface TaskRequest {
  readonly task: number;
  /** Name of the handler in the worker. */
  readonly kind: string;
  readonly input: unknown;
}

export type WorkerAnswer =
  | { readonly task: number; readonly output: unknown }
  | { readonly task: number; readonly error: ErrorRecord }
  | { readonly task: number; readonly progress: unknown };

/** A worker's code: plain TypeScript under Node's type stripping, compiled JavaScript in a release. */
export function workerEntry(base: string, name: string): URL {
  const extension = new URL(base).pathname.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`${name}.${extension}`, base);
}
