/** Finds the host that serves these pages: the desktop's bridge where there is one, else the edge host's HTTP. */
import { api, type NightsiftClient } from '../../contract/api.ts';
import type { Bridge } from '../../contract/bridge.ts';
import { connect, type Transport } from '../../contract/client.ts';
import { httpTransport, signIn } from '../../contract/http-transport.ts';
import { wirePaths } from '../../contract/wire.ts';
import { bridgeTransport } from './bridge-transport.ts';

declare global {
  interface Window {
    readonly nightsift?: Bridge;
  }
}

export interface HostConnection {
  readonly client: NightsiftClient | null;
  /** A sentence for the person: why there is no client, and what to do. */
  readonly problem: string | null;
}

/**
 * The address that `nightsift serve` prints carries `#token=…&to=/review/…`: the token is handed in for a cookie and
 * taken out of the address at once, so that neither history nor a screenshot keeps it.
 */
export async function connectToHost(page: Window): Promise<HostConnection> {
  if (page.nightsift !== undefined) return connected(bridgeTransport(page.nightsift));
  const ports = {
    origin: page.location.origin,
    fetch: (url: string, init: RequestInit) => page.fetch(url, init),
    openSocket: (url: string) => new WebSocket(url),
  };
  try {
    const given = new URLSearchParams(page.location.hash.slice(1));
    const token = given.get('token');
    if (token !== null) {
      page.history.replaceState(null, '', `#${given.get('to') ?? ''}`);
      await signIn(ports, token);
    }
    const { ok } = await page.fetch(ports.origin + wirePaths.session);
    if (ok) return connected(httpTransport(ports));
    return unconnected(
      'This page needs the token of its host. Open the whole address that "nightsift serve" printed, the part after # included.',
    );
  } catch {
    return unconnected('Nightsift does not answer. Is "nightsift serve" running on that machine?');
  }
}

function connected(transport: Transport): HostConnection {
  return { client: connect(api, transport), problem: null };
}

function unconnected(problem: string): HostConnection {
  return { client: null, problem };
}
