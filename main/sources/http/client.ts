/**
 * One HTTP request, bytes as the server sends them. Not `fetch`: that unpacks what is marked as packed, which breaks
 * resuming and opens the door to bombs, and it follows redirections without asking.
 */
import { lookup } from 'node:dns';
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { NightsiftError } from '../../../contract/errors.ts';
import { checkReach, checkRedirection, isPrivateAddress } from './addresses.ts';
import { notSent, shownUrl, statusError, unreachable } from './failure.ts';

export type Headers = Readonly<Record<string, string>>;

export interface HttpQuestion {
  readonly url: URL;
  readonly method?: 'GET' | 'HEAD';
  /** Asked for each hop; `isOwn` is false once a redirection has led to another host, where secrets do not belong. */
  headers(url: URL, isOwn: boolean): Headers;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  header(name: string): string | null;
  /** After redirections. */
  readonly url: URL;
  /** Errors: unreachable when it breaks off or stands still, cancelled. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Leaves the rest unread. */
  close(): void;
}

const mostHops = 5;
/** A connection that says nothing for so long is given up and tried again. */
const silenceMilliseconds = 30_000;

/** Errors: unreachable, notAllowed (a redirection that leads astray), cancelled. Any status is an answer. */
export async function ask(question: HttpQuestion): Promise<HttpAnswer> {
  let url = question.url;
  let wasPrivate = false;
  for (let hop = 0; ; hop += 1) {
    const isOwn = url.host === question.url.host && url.protocol === question.url.protocol;
    const reached: string[] = [];
    const check = (addresses: readonly string[]) => {
      reached.push(...addresses);
      if (hop > 0) checkReach(question.url, wasPrivate, url, addresses);
    };
    const message = await send(question, url, question.headers(url, isOwn), check);
    if (hop === 0) wasPrivate = reached.some(isPrivateAddress);
    const status = message.statusCode ?? 0;
    const location = message.headers.location;
    if (location === undefined || ![301, 302, 303, 307, 308].includes(status))
      return answerOf(message, url, question);
    message.destroy();
    if (hop === mostHops) throw notSent(question.url, `it redirects more than ${mostHops} times`);
    const next = placeOf(location, url);
    checkRedirection(url, next);
    url = next;
  }
}

function placeOf(location: string, base: URL): URL {
  try {
    return new URL(location, base);
  } catch {
    throw statusError(base, 502, `a redirection to "${location.slice(0, 100)}"`);
  }
}

function send(
  { method = 'GET', signal }: HttpQuestion,
  url: URL,
  headers: Headers,
  check: (addresses: readonly string[]) => void,
): Promise<IncomingMessage> {
  if (signal?.aborted) throw cancelled(url);
  const name = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(name) !== 0) check([name]);
  return new Promise((resolve, reject) => {
    const fail = (thrown: unknown) =>
      reject(
        thrown instanceof NightsiftError
          ? thrown
          : signal?.aborted
            ? cancelled(url)
            : unreachable(url, thrown),
      );
    const open = url.protocol === 'https:' ? tlsRequest : plainRequest;
    const asked = open(
      url,
      {
        method,
        headers: { 'accept-encoding': 'identity', 'user-agent': 'nightsift', ...headers },
        lookup: checkedLookup(check),
        signal,
        maxHeaderSize: 64 * 1024,
        // one connection for each: pools would outlive the command
        agent: false,
      },
      resolve,
    );
    asked.setTimeout(silenceMilliseconds, () => asked.destroy(timeOut()));
    asked.on('error', fail);
    asked.end();
  });
}

function timeOut(): Error {
  return Object.assign(new Error('silence'), { code: 'ETIMEDOUT' });
}

function checkedLookup(check: (addresses: readonly string[]) => void): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return done(error, '', 0);
      try {
        check(found.map(({ address }) => address));
      } catch (thrown) {
        return done(thrown as NodeJS.ErrnoException, '', 0);
      }
      if (options.all === true) return done(null, found);
      const [first] = found;
      return done(null, first?.address ?? '', first?.family ?? 4);
    });
  };
}

function answerOf(message: IncomingMessage, url: URL, { signal }: HttpQuestion): HttpAnswer {
  return {
    status: message.statusCode ?? 0,
    header: (name) => {
      const value = message.headers[name];
      return value === undefined ? null : String(value);
    },
    url,
    body: bodyOf(message, url, signal),
    close: () => void message.destroy(),
  };
}

async function* bodyOf(
  message: IncomingMessage,
  url: URL,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of message) {
      if (signal?.aborted) break;
      yield chunk as Uint8Array;
    }
    if (signal?.aborted) throw cancelled(url);
  } catch (thrown) {
    throw signal?.aborted ? cancelled(url) : unreachable(url, thrown);
  } finally {
    message.destroy();
  }
}

export function cancelled(url: URL): NightsiftError {
  return new NightsiftError('cancelled', `Fetching ${shownUrl(url)} was cancelled.`);
}

/** A small answer as text. Errors: those of the body; tooLarge beyond `mostBytes`. */
export async function textOf(answer: HttpAnswer, mostBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body) {
    length += chunk.byteLength;
    if (length > mostBytes) {
      answer.close();
      throw new NightsiftError(
        'tooLarge',
        `${shownUrl(answer.url)} answers with more than ${mostBytes} bytes.`,
        {
          hint: 'A list of that size is not read; name a smaller part of the source.',
        },
      );
    }
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}
