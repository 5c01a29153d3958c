/** The caller's side of the contract: a typed client over any transport. */
import type { Api, CallOptions, Client, ResultOf, Work, WorkName } from './kinds.ts';

/**
 * Carries calls to wherever the handlers are. Failures arrive as NightsiftError with the handler's code.
 * In-process, Electron IPC and HTTP each implement this; test/conformance/ holds them to the same behaviour.
 */
export interface Transport {
  ask(method: string, input: unknown, options: CallOptions): Promise<unknown>;
  bytes(method: string, input: unknown, options: CallOptions): Promise<Uint8Array>;
  stream(method: string, input: unknown, options: CallOptions): AsyncIterable<unknown>;
}

export function connect<A extends Api>(api: A, transport: Transport): Client<A> {
  const call = (method: string, input: unknown, options: CallOptions = {}): unknown => {
    // An unknown name goes over the wire too: the handlers' side gives the one answer to it.
    switch (api[method]?.kind) {
      case 'stream':
        return transport.stream(method, input, options);
      case 'bytes':
        return transport.bytes(method, input, options);
      default:
        return transport.ask(method, input, options);
    }
  };
  return call as Client<A>;
}

/** The declared result of a finished job, checked against the call that started it. */
export async function resultOf<A extends Api, K extends WorkName<A>>(
  api: A,
  client: (method: 'jobs.result', input: { job: string }) => Promise<unknown>,
  method: K,
  job: string,
): Promise<ResultOf<A[K]>> {
  const call = api[method] as unknown as Work;
  return call.result.parse(await client('jobs.result', { job })) as ResultOf<A[K]>;
}
