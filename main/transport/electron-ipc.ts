/**
 * The contract over Electron's IPC. Every single message is asked who sent it before anything of it is looked at. The
 * types say only what is used, so that this works without Electron in the tests.
 */
import { bridgeChannels } from '../../contract/bridge.ts';
import type { Transport } from '../../contract/client.ts';
import { type MessageServer, serveMessages } from './message-server.ts';

export interface IpcSender {
  readonly id: number;
  isDestroyed(): boolean;
  send(channel: string, message: unknown): void;
  /** Both end the life of the page that called. */
  once(event: 'destroyed', listener: () => void): unknown;
  on(event: 'did-start-navigation', listener: (details: NavigationStart) => void): unknown;
}

export interface NavigationStart {
  readonly isSameDocument: boolean;
  readonly isMainFrame: boolean;
}

export interface IpcEvent<S extends IpcSender = IpcSender> {
  readonly sender: S;
  readonly senderFrame: { readonly url: string; readonly parent: unknown } | null;
}

export interface IpcReceiver<E extends IpcEvent> {
  on(channel: string, listener: (event: E, message: unknown) => void): unknown;
  removeAllListeners(channel: string): unknown;
}

export interface IpcOptions<E extends IpcEvent> {
  readonly ipc: IpcReceiver<E>;
  /** True for a message of our own page in our own window. */
  mayCall(event: E): boolean;
  /** Told of every message that was not. */
  onStranger(event: E): void;
}

// A page that opens more at once is broken.
const mostCalls = 1024;

/** Returns how to stop serving. */
export function serveIpc<E extends IpcEvent>(far: Transport, options: IpcOptions<E>): () => void {
  const servers = new Map<number, MessageServer>();
  const serverFor = (sender: IpcSender): MessageServer => {
    const known = servers.get(sender.id);
    if (known !== undefined) return known;
    const server = serveMessages(far, {
      kinds: new Set(['ask', 'bytes', 'stream']),
      limit: mostCalls,
      shown: (error) => error,
      refuse: () => undefined, // a malformed message of our own page: it gets no answer
      send(reply) {
        if (!sender.isDestroyed()) sender.send(bridgeChannels.reply, reply);
      },
    });
    servers.set(sender.id, server);
    const end = () => {
      server.close();
      servers.delete(sender.id);
    };
    sender.once('destroyed', end);
    sender.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
      if (isMainFrame && !isSameDocument) server.close();
    });
    return server;
  };
  options.ipc.on(bridgeChannels.request, (event, message) => {
    if (options.mayCall(event)) serverFor(event.sender).receive(message);
    else options.onStranger(event);
  });
  return () => {
    options.ipc.removeAllListeners(bridgeChannels.request);
    for (const server of servers.values()) server.close();
  };
}
