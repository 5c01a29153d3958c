/** The contract's transport to the edge host that served the page: fetch for asks and bytes, a WebSocket for streams. */
import type { Transport } from './client.ts';
import { fromErrorRecord } from './error-record.ts';
import { NightsiftError } from './errors.ts';
import { openStreams, type StreamSocket } from './http-streams.ts';
import type { CallOptions, Reply } from './kinds.ts';
import { wirePaths } from './wire.ts';

/** What the transport needs of the browser; tests put Node's own in. */
export interface HttpPorts {
  /** `http://localhost:4747`, without a slash at the end. */
  readonly origin: string;
  fetch(url: string, init: RequestInit): Promise<Response>;
  openSocket(url: string): StreamSocket;
}

export interface HttpTransport extends Transport {
  close(): void;
}

// A host under a flood of calls says no before it does anything, so asking again is safe.
const attempts = 8;

export function httpTransport(ports: HttpPorts): HttpTransport {
  const streams = openStreams({
    open: () => ports.openSocket(ports.origin.replace(/^http/, 'ws') + wirePaths.streams),
    isRefused: async () => (await ports.fetch(ports.origin + wirePaths.session, {})).status === 401,
  });

  async function post(path: string, method: string, input: unknown, options: CallOptions): Promise<Response> {
    const { signal } = options;
    for (let attempt = 1; ; attempt++) {
      const response = await ports.fetch(ports.origin + path + encodeURIComponent(method), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: input === undefined ? '' : asJson(input),
        ...(signal ? { signal } : {}),
      });
      if (response.status !== 429 || attempt === attempts) return response;
      await response.arrayBuffer();
      await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** attempt * (0.5 + Math.random())));
    }
  }

  return {
    ask: (method, input, options) =>
      carried(options, async () => opened(await post(wirePaths.ask, method, input, options))),
    bytes: (method, input, options) =>
      carried(options, async () => {
        const response = await post(wirePaths.bytes, method, input, options);
        if (!response.ok) await opened(response);
        return new Uint8Array(await response.arrayBuffer());
      }),
    stream: (method, input, options) => streams.read(method, input, options),
    close: () => streams.close(),
  };
}

/** Hands the token in for a cookie. False when it is not the host's token. */
export async function signIn(ports: Pick<HttpPorts, 'origin' | 'fetch'>, token: string): Promise<boolean> {
  const response = await ports.fetch(ports.origin + wirePaths.session, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  return response.ok;
}

async function carried<T>(options: CallOptions, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (thrown) {
    if (thrown instanceof NightsiftError) throw thrown;
    if (options.signal?.aborted) throw new NightsiftError('cancelled', 'The call was cancelled.');
    throw hostGone(thrown);
  }
}

export function hostGone(cause?: unknown): NightsiftError {
  return new NightsiftError('hostGone', 'Nightsift does not answer.', {
    hint: 'Is nightsift serve still running, and the network there?',
    cause,
  });
}

async function opened(response: Response): Promise<unknown> {
  const reply = (await response.json()) as Reply<unknown>;
  if (reply.ok) return reply.value;
  throw fromErrorRecord(reply.error);
}

function asJson(input: unknown): string {
  try {
    return JSON.stringify(input);
  } catch (thrown) {
    throw new NightsiftError('badInput', 'The input cannot be written as JSON.', { cause: thrown });
  }
}
