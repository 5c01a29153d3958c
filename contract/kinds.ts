/**
 * The three kinds of call that cover everything: ask (request, answer), bytes (an image, a model; never
 * base64) and stream (progress, live metrics; resumable by sequence number). `work` is an ask that starts
 * long work: it answers with the job's id at once, and `jobs.result` hands out the declared result later.
 */
import { z } from 'zod';
import type { ErrorRecord } from './error-record.ts';

type Schema = z.ZodType;

/** What starting long work answers. */
export const JobStarted = z.object({ job: z.string() });
export type JobStarted = z.infer<typeof JobStarted>;

export interface Ask<I extends Schema = Schema, O extends Schema = Schema> {
  readonly kind: 'ask';
  readonly in: I;
  readonly out: O;
}
export interface Work<I extends Schema = Schema, R extends Schema = Schema>
  extends Ask<I, typeof JobStarted> {
  /** What `jobs.result` answers once the job is done. */
  readonly result: R;
}
export interface Bytes<I extends Schema = Schema> {
  readonly kind: 'bytes';
  readonly in: I;
}
export interface Stream<I extends Schema = Schema, E extends Schema = Schema> {
  readonly kind: 'stream';
  readonly in: I;
  /** Every event carries `seq`, counted from 1 without gaps, so that a reader goes on where it stopped. */
  readonly event: E;
}
export type Call = Ask | Bytes | Stream;
export type Api = Readonly<Record<string, Call>>;

export function ask<I extends Schema, O extends Schema>(call: { in: I; out: O }): Ask<I, O> {
  return { kind: 'ask', ...call };
}
export function work<I extends Schema, R extends Schema>(call: { in: I; result: R }): Work<I, R> {
  return { kind: 'ask', in: call.in, out: JobStarted, result: call.result };
}
export function bytes<I extends Schema>(call: { in: I }): Bytes<I> {
  return { kind: 'bytes', ...call };
}
export function stream<I extends Schema, E extends Schema>(call: { in: I; event: E }): Stream<I, E> {
  return { kind: 'stream', ...call };
}
export function defineApi<A extends Api>(api: A): A {
  return api;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

/** What a caller gets. */
export type Answer<C> =
  C extends Stream<Schema, infer E>
    ? AsyncIterable<z.output<E>>
    : C extends Ask<Schema, infer O>
      ? Promise<z.output<O>>
      : C extends Bytes
        ? Promise<Uint8Array>
        : never;

/** What a handler may give; a stream is any async iterable of events. */
export type Given<C> =
  C extends Stream<Schema, infer E>
    ? AsyncIterable<z.input<E>>
    : C extends Ask<Schema, infer O>
      ? Promise<z.input<O>> | z.input<O>
      : C extends Bytes
        ? Promise<Uint8Array> | Uint8Array
        : never;

export type Handlers<A extends Api> = {
  readonly [K in keyof A]: (input: z.output<A[K]['in']>, options: CallOptions) => Given<A[K]>;
};

export type Client<A extends Api> = <K extends keyof A & string>(
  method: K,
  input: z.input<A[K]['in']>,
  options?: CallOptions,
) => Answer<A[K]>;

/** The names of the calls that start long work, and what each yields in the end. */
export type WorkName<A extends Api> = {
  [K in keyof A & string]: A[K] extends Work ? K : never;
}[keyof A & string];
export type ResultOf<C> = C extends Work<Schema, infer R> ? z.output<R> : never;

/** A reply as it crosses a wire. */
export type Reply<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: ErrorRecord };
