/** The bridge itself, over any IPC: what index.ts puts into the page, and what the tests put elsewhere. */
import { type Bridge, bridgeChannels } from '../contract/bridge.ts';
import type { CallReply, CallRequest } from '../contract/wire.ts';

export interface RendererIpc {
  send(channel: string, message: CallRequest): void;
  on(channel: string, listener: (event: unknown, reply: CallReply) => void): unknown;
}

type Kind = 'ask' | 'bytes' | 'stream';

/** `kinds` is the table of calls: a name outside it never leaves the page. `pathOf` is Electron's. */
export function buildBridge(
  ipc: RendererIpc,
  kinds: Readonly<Record<string, Kind>>,
  pathOf: Bridge['pathOf'],
): Bridge {
  let heard: (reply: CallReply) => void = () => undefined;
  ipc.on(bridgeChannels.reply, (_event, reply) => heard(reply));

  const open = (kind: Kind) => (call: number, method: string, input: unknown) => {
    const declared = Object.hasOwn(kinds, method) ? kinds[method] : undefined;
    if (declared === kind) return ipc.send(bridgeChannels.request, { kind, call, method, input });
    const error =
      declared === undefined
        ? { code: 'notFound', message: `There is no call named "${method}".` }
        : { code: 'wrongUse', message: `"${method}" is a call of kind ${declared}, not ${kind}.` };
    heard({ kind: 'failed', call, error });
  };
  return {
    ask: open('ask'),
    bytes: open('bytes'),
    watch: open('stream'),
    more: (call, count) => ipc.send(bridgeChannels.request, { kind: 'more', call, count }),
    stop: (call) => ipc.send(bridgeChannels.request, { kind: 'stop', call }),
    listen(onReply) {
      heard = onReply;
    },
    pathOf,
  };
}
