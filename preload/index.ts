/** The desktop bridge: the contract's table of calls, and nothing else, in a sandboxed page. */
import { contextBridge, ipcRenderer } from 'electron';
import { type Bridge, bridgeChannels, callKinds } from '../contract/bridge.ts';
import type { Reply } from '../contract/kinds.ts';

const kinds: Readonly<Record<string, string>> = callKinds;

/** A name outside the table never reaches the main process. */
function refusal(method: string, kind: string): Reply<never> | null {
  if (Object.hasOwn(kinds, method) && kinds[method] === kind) return null;
  return { ok: false, error: { code: 'notFound', message: `There is no ${kind} call named "${method}".` } };
}

const bridge: Bridge = {
  ask: async (method, input) =>
    refusal(method, 'ask') ?? ipcRenderer.invoke(bridgeChannels.ask, { method, input }),
  bytes: async (method, input) =>
    refusal(method, 'bytes') ?? ipcRenderer.invoke(bridgeChannels.bytes, { method, input }),
  watch(method, input, onReply) {
    const refused = refusal(method, 'stream');
    if (refused !== null) {
      onReply(refused);
      return () => undefined;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event: MessageEvent<Reply<unknown> | null>) => onReply(event.data);
    ipcRenderer.postMessage(bridgeChannels.watch, { method, input }, [port2]);
    return () => port1.close();
  },
};

contextBridge.exposeInMainWorld('nightsift', bridge);
