/** Asks and bytes over HTTP: one POST each, the input as JSON in the body, the name of the call in the path. */
import type { Context, Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Transport } from '../../contract/client.ts';
import { type ErrorRecord, toErrorRecord } from '../../contract/error-record.ts';
import { type ErrorCode, NightsiftError } from '../../contract/errors.ts';
import { inputLimitBytes, wirePaths } from '../../contract/wire.ts';

export interface HttpCallOptions {
  /** What `dispatch` made of the handlers, as far as this client may reach them. */
  farOf(context: Context): Transport;
  /** Calls of each kind that one client may have open at once. */
  readonly limits: { readonly ask: number; readonly bytes: number };
  /** Tells clients apart for the limits. */
  clientOf(context: Context): string;
  /** The last look at an error before it leaves: takes out what a page has no business to know. */
  shown(error: ErrorRecord): ErrorRecord;
}

/** Adds the routes of both kinds to `app`. */
export function addCallRoutes(app: Hono, options: HttpCallOptions): void {
  const open = { ask: new Map<string, number>(), bytes: new Map<string, number>() };
  const serve = (
    kind: 'ask' | 'bytes',
    answer: (far: Transport, call: ReceivedCall) => Promise<Response>,
  ) => {
    app.post(`${wirePaths[kind]}*`, async (context) => {
      const client = options.clientOf(context);
      const already = open[kind].get(client) ?? 0;
      if (already >= options.limits[kind]) return tooBusy();
      open[kind].set(client, already + 1);
      try {
        return await answer(options.farOf(context), await receive(context, wirePaths[kind]));
      } catch (thrown) {
        return failure(options.shown(toErrorRecord(thrown)));
      } finally {
        const left = (open[kind].get(client) ?? 1) - 1;
        if (left === 0) open[kind].delete(client);
        else open[kind].set(client, left);
      }
    });
  };
  serve('ask', async (far, { method, input, signal }) => {
    // JSON has no word for nothing.
    const value = (await far.ask(method, input, { signal })) ?? null;
    return Response.json({ ok: true, value });
  });
  serve('bytes', async (far, { method, input, signal }) => {
    const value = await far.bytes(method, input, { signal });
    return new Response(value as Uint8Array<ArrayBuffer>, {
      headers: { 'Content-Type': 'application/octet-stream' },
    });
  });
}

interface ReceivedCall {
  readonly method: string;
  readonly input: unknown;
  readonly signal: AbortSignal;
}

async function receive(context: Context, prefix: string): Promise<ReceivedCall> {
  const request = context.req.raw;
  const text = await bodyText(request);
  return {
    method: methodIn(request.url, prefix),
    input: text === '' ? undefined : parsed(text),
    signal: request.signal,
  };
}

function methodIn(url: string, prefix: string): string {
  const written = new URL(url).pathname.slice(prefix.length);
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}

/** Errors: badInput when the body is larger than an input may be or is not UTF-8. */
async function bodyText(request: Request): Promise<string> {
  if (request.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    // A little too much is read to its end, so that the client hears the answer; a flood is cut off.
    if (size > 4 * inputLimitBytes) throw tooLarge();
    if (size <= inputLimitBytes) chunks.push(chunk);
  }
  if (size > inputLimitBytes) throw tooLarge();
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (thrown) {
    throw new NightsiftError('badInput', 'The body is not UTF-8.', { cause: thrown });
  }
}

function tooLarge(): NightsiftError {
  return new NightsiftError('badInput', `The input is larger than ${inputLimitBytes} bytes.`, {
    hint: 'Split the request, or hand the content over as a file.',
    details: { limit: inputLimitBytes },
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new NightsiftError('badInput', 'The body is not JSON.', { cause: thrown });
  }
}

function tooBusy(): Response {
  const response = failure({
    code: 'tooBusy',
    message: 'Too many calls at once.',
    hint: 'Try again in a moment.',
  });
  response.headers.set('Retry-After', '1');
  return response;
}

/** An error as a response with the status that fits its code. */
export function failure(error: ErrorRecord): Response {
  return Response.json({ ok: false, error }, { status: statusOf(error.code as ErrorCode) });
}

function statusOf(code: ErrorCode): ContentfulStatusCode {
  switch (code) {
    case 'badInput':
    case 'wrongUse':
      return 400;
    case 'notAllowed':
      return 401;
    case 'notFound':
      return 404;
    case 'conflict':
    case 'wouldOverwrite':
    case 'libraryBusy':
      return 409;
    case 'tooBusy':
      return 429;
    case 'internal':
      return 500;
    case 'diskFull':
      return 507;
    default:
      return 422;
  }
}
