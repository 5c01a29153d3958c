/**
 * All streams of a page over one WebSocket. When the connection is lost it is opened again, and each stream goes on
 * after the last sequence number that its reader has seen.
 */
import { fromErrorRecord } from './error-record.ts';
import { NightsiftError } from './errors.ts';
import type { CallOptions } from './kinds.ts';
import { type CallReply, type CallRequest, streamWindow } from './wire.ts';

/** The part of a WebSocket that is used. */
export interface StreamSocket {
  readonly readyState: number;
  send(text: string): void;
  close(): void;
  addEventListener(kind: 'open' | 'close' | 'error', listener: () => void): void;
  addEventListener(kind: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

export interface StreamPorts {
  open(): StreamSocket;
  /** True when the host answers but does not know us: opening again would not help. */
  isRefused(): Promise<boolean>;
}

export interface Streams {
  read(method: string, input: unknown, options: CallOptions): AsyncIterable<unknown>;
  close(): void;
}

interface Reader {
  readonly method: string;
  readonly input: unknown;
  readonly waiting: CallReply[];
  wake: () => void;
  /** Of the last event handed to the reader. */
  lastSeq: number;
  /** Events handed over since room was last reported. */
  taken: number;
}

const isOpen = 1;
const retryMilliseconds = [250, 500, 1000, 2000, 4000, 4000, 4000, 4000, 4000, 4000];

export function openStreams(ports: StreamPorts): Streams {
  const readers = new Map<number, Reader>();
  let socket: StreamSocket | null = null;
  let count = 0;
  let failures = 0;
  let closed = false;

  const send = (request: CallRequest) => {
    if (socket?.readyState === isOpen) socket.send(JSON.stringify(request));
  };
  const start = (stream: number, reader: Reader) => {
    send({ kind: 'stream', call: stream, method: reader.method, input: resumed(reader) });
  };
  const deliver = (stream: number, reply: CallReply) => {
    const reader = readers.get(stream);
    reader?.waiting.push(reply);
    reader?.wake();
  };
  const failAll = (error: NightsiftError) => {
    const { code, message, hint } = error;
    for (const stream of readers.keys()) {
      deliver(stream, { kind: 'failed', call: stream, error: { code, message, ...(hint ? { hint } : {}) } });
    }
  };

  function connect(): void {
    const opening = ports.open();
    socket = opening;
    opening.addEventListener('open', () => {
      failures = 0;
      for (const [stream, reader] of readers) {
        if (reader.waiting.some(({ kind }) => kind !== 'event')) continue; // it has heard the last word already
        // What arrived and was not read yet comes again.
        reader.waiting.length = 0;
        reader.taken = 0;
        start(stream, reader);
      }
    });
    opening.addEventListener('message', ({ data }) => {
      const reply = JSON.parse(String(data)) as CallReply;
      deliver(reply.call, reply);
    });
    opening.addEventListener('error', () => undefined);
    opening.addEventListener('close', () => {
      if (socket !== opening) return; // closed on purpose
      socket = null;
      void connectAgain();
    });
  }

  async function connectAgain(): Promise<void> {
    if (closed || readers.size === 0) return;
    const refused = await ports.isRefused().catch(() => false);
    if (refused) {
      return failAll(
        new NightsiftError('notAllowed', 'Nightsift was started anew and wants its token.', {
          hint: 'Open the address that nightsift serve printed.',
        }),
      );
    }
    const pause = retryMilliseconds[failures++];
    if (pause === undefined) {
      return failAll(new NightsiftError('hostGone', 'The connection to Nightsift is lost.'));
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
    if (!closed && socket === null && readers.size > 0) connect();
  }

  async function* read(method: string, input: unknown, { signal }: CallOptions): AsyncIterable<unknown> {
    if (signal?.aborted) throw cancelled();
    const stream = ++count;
    const reader: Reader = { method, input, waiting: [], wake: () => undefined, lastSeq: 0, taken: 0 };
    readers.set(stream, reader);
    const leave = () => reader.wake();
    signal?.addEventListener('abort', leave);
    if (socket === null) connect();
    else start(stream, reader);
    let finished = false;
    try {
      for (;;) {
        if (signal?.aborted) throw cancelled();
        const reply = reader.waiting.shift();
        if (reply === undefined) {
          await new Promise<void>((resolve) => {
            reader.wake = resolve;
          });
          continue;
        }
        finished = reply.kind !== 'event';
        if (reply.kind === 'end') return;
        if (reply.kind === 'failed') throw fromErrorRecord(reply.error);
        if (reply.kind !== 'event') continue;
        reader.lastSeq = (reply.event as { seq?: number } | null)?.seq ?? reader.lastSeq;
        yield reply.event;
        reportRoom(stream, reader);
      }
    } finally {
      signal?.removeEventListener('abort', leave);
      readers.delete(stream);
      if (!finished) send({ kind: 'stop', call: stream });
      // An idle page holds no connection.
      if (readers.size === 0) hangUp();
    }
  }

  function hangUp(): void {
    const closing = socket;
    socket = null;
    closing?.close();
  }

  function reportRoom(stream: number, reader: Reader): void {
    reader.taken += 1;
    if (reader.taken < streamWindow / 2) return;
    send({ kind: 'more', call: stream, count: reader.taken });
    reader.taken = 0;
  }

  return {
    read,
    close() {
      closed = true;
      hangUp();
      failAll(cancelled());
    },
  };
}

/** The input to go on with: after the last event seen. */
function resumed({ input, lastSeq }: Reader): unknown {
  return lastSeq === 0 ? input : { ...(input as Record<string, unknown>), after: lastSeq };
}

function cancelled(): NightsiftError {
  return new NightsiftError('cancelled', 'The call was cancelled.');
}
