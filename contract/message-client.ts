/** The caller's side of a channel of messages: the desktop's bridge, or the port to the engine's process. */
import type { Transport } from './client.ts';
import { fromErrorRecord, toErrorRecord } from './error-record.ts';
import { NightsiftError } from './errors.ts';
import { type CallReply, type CallRequest, streamWindow } from './wire.ts';

export interface MessageClient {
  readonly transport: Transport;
  /** A reply that came over the channel. */
  receive(reply: CallReply): void;
  /** The far side is gone: every open call ends with this error, later ones go on. */
  failAll(error: NightsiftError): void;
}

interface OpenCall {
  readonly waiting: CallReply[];
  wake(): void;
}

/** `send` may throw for an input that the channel cannot carry. */
export function messageClient(send: (request: CallRequest) => void): MessageClient {
  const calls = new Map<number, OpenCall>();
  let count = 0;

  /** The replies of one call, until its last word or until the caller leaves. */
  async function* replies(
    kind: 'ask' | 'bytes' | 'stream',
    method: string,
    input: unknown,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<CallReply, void, void> {
    if (signal?.aborted) throw cancelled();
    const call = ++count;
    const open: OpenCall = { waiting: [], wake: () => undefined };
    calls.set(call, open);
    const leave = () => open.wake();
    signal?.addEventListener('abort', leave);
    let last = true; // nothing to stop before it was sent
    try {
      sendInput(() => send({ kind, call, method, input }));
      last = false;
      for (let taken = 0; ; ) {
        if (signal?.aborted) throw cancelled();
        const reply = open.waiting.shift();
        if (reply === undefined) {
          await new Promise<void>((resolve) => {
            open.wake = resolve;
          });
          continue;
        }
        last = reply.kind !== 'event';
        if (reply.kind === 'end') return;
        if (reply.kind === 'failed') throw fromErrorRecord(reply.error);
        yield reply;
        if (last) return;
        taken += 1;
        if (taken < streamWindow / 2) continue;
        send({ kind: 'more', call, count: taken });
        taken = 0;
      }
    } finally {
      signal?.removeEventListener('abort', leave);
      calls.delete(call);
      if (!last) send({ kind: 'stop', call });
    }
  }

  async function answer(...words: Parameters<typeof replies>): Promise<unknown> {
    for await (const reply of replies(...words)) if (reply.kind === 'answer') return reply.value;
    throw new NightsiftError('internal', 'The call ended without an answer.');
  }

  const receive = (reply: CallReply) => {
    const open = calls.get(reply.call);
    open?.waiting.push(reply);
    open?.wake();
  };
  return {
    receive,
    failAll(error) {
      for (const call of calls.keys()) receive({ kind: 'failed', call, error: toErrorRecord(error) });
    },
    transport: {
      ask: (method, input, { signal }) => answer('ask', method, input, signal),
      bytes: async (method, input, { signal }) =>
        (await answer('bytes', method, input, signal)) as Uint8Array,
      async *stream(method, input, { signal }) {
        for await (const reply of replies('stream', method, input, signal)) {
          if (reply.kind === 'event') yield reply.event;
        }
      },
    },
  };
}

function sendInput(body: () => void): void {
  try {
    body();
  } catch (thrown) {
    if (thrown instanceof NightsiftError) throw thrown;
    throw new NightsiftError('badInput', 'The input cannot be carried to the other side.', { cause: thrown });
  }
}

function cancelled(): NightsiftError {
  return new NightsiftError('cancelled', 'The call was cancelled.');
}
