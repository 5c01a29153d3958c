/**
 * Streams over any channel of messages (a WebSocket, a MessagePort). The reader says how many events it has room for;
 * the producer waits for it, so that neither a slow page nor a fast job fills the host's memory.
 */
import type { Transport } from '../../contract/client.ts';
import { type ErrorRecord, toErrorRecord } from '../../contract/error-record.ts';
import { NightsiftError } from '../../contract/errors.ts';
import { type StreamReply, StreamRequest, streamWindow } from '../../contract/wire.ts';

export interface StreamServer {
  /** A message of the reader, already parsed from its wire form. */
  receive(message: unknown): void;
  /** The channel is gone: every producer is told to stop. */
  close(): void;
}

export interface StreamServerOptions {
  /** Streams that one channel may carry at once. */
  readonly limit: number;
  send(reply: StreamReply): void;
  /** Called for a message that follows no rule: the channel is to be closed. */
  refuse(reason: string): void;
  shown(error: ErrorRecord): ErrorRecord;
}

interface OpenStream {
  readonly stop: AbortController;
  room: number;
  wake: () => void;
}

export function serveStreams(far: Transport, options: StreamServerOptions): StreamServer {
  const streams = new Map<number, OpenStream>();
  const fail = (stream: number, thrown: unknown) =>
    options.send({ kind: 'failed', stream, error: options.shown(toErrorRecord(thrown)) });

  async function produce(stream: number, method: string, input: unknown): Promise<void> {
    const open: OpenStream = { stop: new AbortController(), room: streamWindow, wake: () => undefined };
    streams.set(stream, open);
    const { signal } = open.stop;
    try {
      for await (const event of far.stream(method, input, { signal })) {
        if (signal.aborted) break;
        options.send({ kind: 'event', stream, event });
        open.room -= 1;
        if (!(await hasRoom(open))) break;
      }
      if (!signal.aborted) options.send({ kind: 'end', stream });
    } catch (thrown) {
      if (!signal.aborted) fail(stream, thrown);
    } finally {
      streams.delete(stream);
    }
  }

  return {
    receive(message) {
      const parsed = StreamRequest.safeParse(message);
      if (!parsed.success) return options.refuse('A message that is no request of a stream.');
      const request = parsed.data;
      const open = streams.get(request.stream);
      if (request.kind === 'open') {
        if (open !== undefined) return options.refuse('A stream number that is in use.');
        if (streams.size >= options.limit) {
          return fail(request.stream, new NightsiftError('tooBusy', 'Too many streams at once.'));
        }
        void produce(request.stream, request.method, request.input);
      } else if (open !== undefined && request.kind === 'stop') {
        open.stop.abort();
        open.wake();
      } else if (open !== undefined && request.kind === 'more') {
        open.room = Math.min(open.room + request.count, streamWindow);
        open.wake();
      }
      // Else: the stream ended while the message was on its way.
    },
    close() {
      for (const { stop, wake } of streams.values()) {
        stop.abort();
        wake();
      }
    },
  };
}

/** Waits for room; false when the reader left. */
async function hasRoom(open: OpenStream): Promise<boolean> {
  while (open.room <= 0 && !open.stop.signal.aborted) {
    await new Promise<void>((resolve) => {
      open.wake = resolve;
    });
  }
  return !open.stop.signal.aborted;
}
