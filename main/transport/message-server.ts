/**
 * The handlers' side of a channel of messages: a WebSocket, Electron's IPC, the port of a process. The reader of a
 * stream says how many events it has room for, and the producer waits for it, so that neither a slow page nor a fast
 * job fills the memory.
 */
import type { Transport } from '../../contract/client.ts';
import { type ErrorRecord, toErrorRecord } from '../../contract/error-record.ts';
import { NightsiftError } from '../../contract/errors.ts';
import { type CallReply, CallRequest, streamWindow } from '../../contract/wire.ts';

export interface MessageServer {
  /** A message of the caller, already parsed from its wire form. */
  receive(message: unknown): void;
  /** The channel is gone: every handler is told to stop. */
  close(): void;
}

export interface MessageServerOptions {
  readonly kinds: ReadonlySet<'ask' | 'bytes' | 'stream'>;
  /** Calls that one channel may have open at once. */
  readonly limit: number;
  send(reply: CallReply): void;
  /** Called for a message that follows no rule: the channel is to be closed. */
  refuse(reason: string): void;
  /** The last look at an error before it leaves. */
  shown(error: ErrorRecord): ErrorRecord;
}

interface OpenCall {
  readonly stop: AbortController;
  room: number;
  wake: () => void;
}

type Opening = Extract<CallRequest, { method: string }>;

export function serveMessages(far: Transport, options: MessageServerOptions): MessageServer {
  const calls = new Map<number, OpenCall>();
  const fail = (call: number, thrown: unknown) =>
    options.send({ kind: 'failed', call, error: options.shown(toErrorRecord(thrown)) });

  async function run(request: Opening): Promise<void> {
    const { call } = request;
    const open: OpenCall = { stop: new AbortController(), room: streamWindow, wake: () => undefined };
    calls.set(call, open);
    const { signal } = open.stop;
    try {
      const reply = await answer(request, open);
      if (!signal.aborted) options.send(reply);
    } catch (thrown) {
      if (!signal.aborted) fail(call, thrown);
    } finally {
      calls.delete(call);
    }
  }

  async function answer({ kind, call, method, input }: Opening, open: OpenCall): Promise<CallReply> {
    const { signal } = open.stop;
    if (kind === 'ask') return { kind: 'answer', call, value: await far.ask(method, input, { signal }) };
    if (kind === 'bytes') return { kind: 'answer', call, value: await far.bytes(method, input, { signal }) };
    for await (const event of far.stream(method, input, { signal })) {
      if (signal.aborted) break;
      options.send({ kind: 'event', call, event });
      open.room -= 1;
      if (!(await hasRoom(open))) break;
    }
    return { kind: 'end', call };
  }

  function begin(request: Opening): void {
    if (calls.has(request.call)) options.refuse('The number of a call that is still open.');
    else if (!options.kinds.has(request.kind)) options.refuse('That kind of call does not go this way.');
    else if (calls.size < options.limit) void run(request);
    else fail(request.call, new NightsiftError('tooBusy', 'Too many calls at once.'));
  }

  return {
    receive(message) {
      const parsed = CallRequest.safeParse(message);
      if (!parsed.success) return options.refuse('A message that is no request.');
      const request = parsed.data;
      if (request.kind !== 'more' && request.kind !== 'stop') return begin(request);
      const open = calls.get(request.call);
      if (open === undefined) return; // it ended while the message was on its way
      if (request.kind === 'stop') open.stop.abort();
      else open.room = Math.min(open.room + request.count, streamWindow);
      open.wake();
    },
    close() {
      for (const { stop, wake } of calls.values()) {
        stop.abort();
        wake();
      }
    },
  };
}

/** Waits for room; false when the reader left. */
async function hasRoom(open: OpenCall): Promise<boolean> {
  while (open.room <= 0 && !open.stop.signal.aborted) {
    await new Promise<void>((resolve) => {
      open.wake = resolve;
    });
  }
  return !open.stop.signal.aborted;
}
