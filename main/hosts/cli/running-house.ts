/**
 * One process at a time has the library. Where that is an edge host of this machine, a command asks it over HTTP
 * instead, so that labels and lists work while the workbench is open.
 */
import { api } from '../../../contract/api.ts';
import { connect } from '../../../contract/client.ts';
import { type HttpPorts, httpTransport } from '../../../contract/http-transport.ts';
import { wirePaths } from '../../../contract/wire.ts';
import { readAccess } from '../edge/access-file.ts';
import type { House } from './context.ts';

/** Null where no host answers, or not to the token in the library's folder. */
export async function joinRunningHost(library: string): Promise<House | null> {
  const access = readAccess(library);
  if (access === null || access.origin === null) return null;
  const { origin, ownerToken } = access;
  const cookie = await cookieFor(origin, ownerToken).catch(() => null);
  if (cookie === null) return null;
  const headers = { Cookie: cookie, Origin: origin };
  const ports: HttpPorts = {
    origin,
    fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, ...headers } }),
    // Node's own WebSocket takes headers, which a browser's does not; the types know the browser's only.
    openSocket: (url) => new WebSocket(url, { headers } as never),
  };
  const far = httpTransport(ports);
  return {
    client: connect(api, far),
    far,
    close: async () => far.close(),
  };
}

async function cookieFor(origin: string, token: string): Promise<string | null> {
  const response = await fetch(origin + wirePaths.session, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: origin },
    body: JSON.stringify({ token }),
    signal: AbortSignal.timeout(5000),
  });
  return response.ok ? (response.headers.get('set-cookie')?.split(';')[0] ?? null) : null;
}
