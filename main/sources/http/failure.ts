/** What went wrong on the way to a server, in words, and whether it is worth another try. */
import { NightsiftError } from '../../../contract/errors.ts';

/** An address for people: no password, no signature, no token in the query. */
export function shownUrl(url: URL): string {
  const query = [...url.searchParams].filter(
    ([name]) => !/token|signature|credential|key|secret|x-amz/i.test(name),
  );
  const kept = query.length === 0 ? '' : `?${new URLSearchParams(query)}`;
  return `${url.protocol}//${url.host}${url.pathname}${kept}`;
}

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no host of that name is known here',
  EAI_AGAIN: 'names cannot be looked up: this machine seems to be offline',
  ECONNREFUSED: 'nothing answers at that port',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ENETUNREACH: 'this machine has no way to that network',
  EHOSTUNREACH: 'this machine has no way to that host',
  ETIMEDOUT: 'no answer in time',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by nobody known',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by nobody known',
};

/** A connection that did not come about or broke off. */
export function unreachable(url: URL, thrown: unknown): NightsiftError {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const said = reasons[code] ?? (thrown instanceof Error ? thrown.message : String(thrown));
  return new NightsiftError('unreachable', `${shownUrl(url)} cannot be reached: ${said}.`, {
    hint: 'Check the address and the network. What was fetched before can be used without one.',
    details: { url: shownUrl(url), reason: code },
    cause: thrown,
  });
}

export function notSent(url: URL, found: string): NightsiftError {
  return new NightsiftError('unreachable', `${shownUrl(url)}: ${found}.`, {
    hint: 'Try again later: what came so far is kept, and the rest is asked for.',
    details: { url: shownUrl(url) },
  });
}

const retriedStatus = new Set([408, 425, 429, 500, 502, 503, 504]);

export function isWorthRetrying(thrown: unknown): boolean {
  return thrown instanceof NightsiftError && thrown.code === 'unreachable' && thrown.details.final !== true;
}

/** An answer that is no success. `said`: the beginning of its body. */
export function statusError(url: URL, status: number, said: string, retryAfter?: string): NightsiftError {
  const shown = shownUrl(url);
  const details = { url: shown, status, said: said.slice(0, 400) };
  if (status === 401 || status === 403) {
    return new NightsiftError(
      'notAllowed',
      `${shown}: the server wants credentials, or others than it was given (${status}).`,
      {
        hint: 'Give the credentials of that source; if it has some, check them, and whether they may read it.',
        details,
      },
    );
  }
  if (status === 404 || status === 410) {
    return new NightsiftError('notFound', `${shown}: there is no such thing on the server (${status}).`, {
      hint: 'Check the address: upper and lower case differ on most servers.',
      details,
    });
  }
  return new NightsiftError(
    'unreachable',
    `${shown}: the server answered ${status} where 200 was expected.`,
    {
      hint: 'Try again later, or look at the address in a browser.',
      details: { ...details, final: !retriedStatus.has(status), ...(retryAfter && { retryAfter }) },
    },
  );
}
