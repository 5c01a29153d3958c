/** Electron's IPC between one page and the main process, as far as the transport uses it: structured clones, later. */
import { EventEmitter } from 'node:events';
import type { Bridge } from '../../contract/bridge.ts';
import type { Api } from '../../contract/kinds.ts';
import type { IpcEvent, IpcReceiver, IpcSender } from '../../main/transport/electron-ipc.ts';
import { buildBridge } from '../../preload/bridge.ts';

export interface TrialIpc {
  readonly main: IpcReceiver<IpcEvent>;
  /** A page at this address, with its bridge. */
  page(frame: IpcEvent['senderFrame'], kinds: Parameters<typeof buildBridge>[1]): TrialPage;
}
export interface TrialPage {
  readonly bridge: Bridge;
  readonly sender: IpcSender & EventEmitter;
}

export function openTrialIpc(): TrialIpc {
  const main = new EventEmitter();
  let count = 0;
  return {
    main,
    page(senderFrame, kinds) {
      const inPage = new EventEmitter();
      const sender = Object.assign(new EventEmitter(), {
        id: ++count,
        isDestroyed: () => false,
        send(channel: string, message: unknown) {
          const copy = structuredClone(message);
          setImmediate(() => inPage.emit(channel, {}, copy));
        },
      });
      const bridge = buildBridge(
        {
          send(channel, message) {
            const copy = structuredClone(message);
            setImmediate(() => main.emit(channel, { sender, senderFrame }, copy));
          },
          on: (channel, listener) => inPage.on(channel, listener),
        },
        kinds,
        () => '',
      );
      return { bridge, sender };
    },
  };
}

export function kindsOf(api: Api): Parameters<typeof buildBridge>[1] {
  return Object.fromEntries(Object.entries(api).map(([name, { kind }]) => [name, kind]));
}
