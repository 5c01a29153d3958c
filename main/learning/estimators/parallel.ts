/**
 * How estimators use more than one processor core. A task is a pure function named in `tasks.ts`; the house runs it in
 * worker threads, a test runs it in place. What a task computes never depends on where it ran.
 */
import { NightsiftError } from '../../../contract/errors.ts';

export interface Parallel {
  /** Tasks that run at the same time. */
  readonly threads: number;
  /** Arrays on shared memory are shared, others copied. */
  run<Output>(task: string, input: unknown): Promise<Output>;
  /** Tasks that wait for each other, at most `threads` of them: all run at once. */
  runTogether<Output>(task: string, inputs: readonly unknown[]): Promise<Output[]>;
}

/** Asks for cancellation: the flag is read by tasks in other threads, where a signal does not reach. */
export interface StopFlag {
  /** One 32-bit integer; anything but 0 asks to stop. */
  readonly stop: SharedArrayBuffer;
}

/** A flag that follows the signal. Call `release` when the work is over. */
export function followSignal(signal: AbortSignal | undefined): StopFlag & { release(): void } {
  const stop = new SharedArrayBuffer(4);
  const raise = () => void Atomics.store(new Int32Array(stop), 0, 1);
  if (signal?.aborted) raise();
  signal?.addEventListener('abort', raise, { once: true });
  return { stop, release: () => signal?.removeEventListener('abort', raise) };
}

/** @throws NightsiftError `cancelled` */
export function obey(flag: StopFlag): void {
  if (Atomics.load(new Int32Array(flag.stop), 0) !== 0) throw stopped();
}

/** @throws NightsiftError `cancelled` */
export function obeySignal(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw stopped();
}

function stopped(): NightsiftError {
  return new NightsiftError('cancelled', 'The fit was stopped.', { hint: 'Start it again.' });
}

export function sharedFloat64(length: number): Float64Array<SharedArrayBuffer> {
  return new Float64Array(new SharedArrayBuffer(Math.max(8, length * 8)), 0, length);
}

export function sharedFloat32(length: number): Float32Array<SharedArrayBuffer> {
  return new Float32Array(new SharedArrayBuffer(Math.max(8, length * 4)), 0, length);
}

export function sharedInt32(length: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(Math.max(8, length * 4)), 0, length);
}

/** Cuts 0 … count-1 into runs of at most `size`. */
export function portions(count: number, size: number): { readonly from: number; readonly to: number }[] {
  return Array.from({ length: Math.ceil(count / size) }, (_, index) => ({
    from: index * size,
    to: Math.min(count, (index + 1) * size),
  }));
}
