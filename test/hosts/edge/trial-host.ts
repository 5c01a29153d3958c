/** An edge host over any api, and a client that stands where a browser would. */

import { type HttpTransport, httpTransport } from '../../../contract/http-transport.ts';
import type { Api, Handlers } from '../../../contract/kinds.ts';
import { type EdgeHost, type EdgeOptions, openEdgeHost } from '../../../main/hosts/edge/edge-host.ts';
import type { Pages } from '../../../main/hosts/pages.ts';
import { dispatch } from '../../../main/transport/dispatch.ts';

export const trialToken = 'T'.repeat(43);
export const ownerToken = 'O'.repeat(43);

const text = (content: string) => Uint8Array.from(Buffer.from(content));
export const trialPages: Pages = new Map([
  ['', { bytes: text('<!doctype html>'), type: 'text/html; charset=utf-8', etag: '"1"', immutable: false }],
  [
    'assets/a-1.js',
    { bytes: text('1'), type: 'text/javascript; charset=utf-8', etag: '"2"', immutable: true },
  ],
]);

export interface TrialHost {
  readonly host: EdgeHost;
  /** Where it is reached, by address. */
  readonly origin: string;
  /** The cookie of one visitor who handed the token in. */
  readonly cookie: string;
  readonly transport: HttpTransport;
  /** As a lost network does, at once for all streams. */
  dropSockets(): void;
  close(): Promise<void>;
}

export async function openTrialHost<A extends Api>(
  api: A,
  handlers: Handlers<A>,
  options: Partial<EdgeOptions> = {},
): Promise<TrialHost> {
  const host = await openEdgeHost({
    far: dispatch(api, handlers),
    pages: trialPages,
    tokens: { browser: trialToken, owner: ownerToken },
    folders: ['/'],
    host: '127.0.0.1',
    port: 0,
    ...options,
  });
  const origin = `http://127.0.0.1:${host.port}`;
  const cookie = await cookieOf(origin, trialToken);
  const sockets = new Set<WebSocket>();
  const transport = httpTransport({
    origin,
    fetch: (url, init) =>
      fetch(url, { ...init, headers: { ...init.headers, Cookie: cookie, Origin: origin } }),
    // Node's own WebSocket takes headers, which a browser's does not.
    openSocket(url) {
      const socket = new WebSocket(url, { headers: { Cookie: cookie, Origin: origin } } as never);
      sockets.add(socket);
      return socket;
    },
  });
  return {
    host,
    origin,
    cookie,
    transport,
    dropSockets() {
      for (const socket of sockets) socket.close();
      sockets.clear();
    },
    async close() {
      transport.close();
      await host.close();
    },
  };
}

export async function cookieOf(origin: string, token: string): Promise<string> {
  const response = await fetch(`${origin}/api/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: origin },
    body: JSON.stringify({ token }),
  });
  return response.headers.get('set-cookie')?.split(';')[0] ?? '';
}
