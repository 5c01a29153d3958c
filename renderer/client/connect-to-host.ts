/** Finds the host that serves these pages and returns its typed client, or null where there is none. */
import { api, type NightsiftClient } from '../../contract/api.ts';
import type { Bridge } from '../../contract/bridge.ts';
import { connect } from '../../contract/client.ts';
import { bridgeTransport } from './bridge-transport.ts';

declare global {
  interface Window {
    readonly nightsift?: Bridge;
  }
}

export function connectToHost(page: Window): NightsiftClient | null {
  return page.nightsift === undefined ? null : connect(api, bridgeTransport(page.nightsift));
}
