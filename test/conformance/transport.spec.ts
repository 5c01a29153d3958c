import { MessageChannel } from 'node:worker_threads';
import { messageClient } from '../../contract/message-client.ts';
import { dispatch } from '../../main/transport/dispatch.ts';
import { serveIpc } from '../../main/transport/electron-ipc.ts';
import { inProcess } from '../../main/transport/in-process.ts';
import { serveMessages } from '../../main/transport/message-server.ts';
import { bridgeTransport } from '../../renderer/client/bridge-transport.ts';
import { openTrialHost } from '../hosts/edge/trial-host.ts';
import { kindsOf, openTrialIpc } from './electron-trial.ts';
import { describeTransport } from './transport-cases.ts';
import { trialApi } from './trial-api.ts';

describeTransport('in-process', (handlers) => ({
  transport: inProcess(dispatch(trialApi, handlers)),
  close: () => undefined,
}));

describeTransport('HTTP and WebSocket', (handlers) => openTrialHost(trialApi, handlers));

describeTransport('Electron IPC', (handlers) => {
  const { main, page } = openTrialIpc();
  const close = serveIpc(dispatch(trialApi, handlers), {
    ipc: main,
    mayCall: () => true,
    onStranger: () => undefined,
  });
  const { bridge } = page({ url: 'nightsift://app/', parent: null }, kindsOf(trialApi));
  return { transport: bridgeTransport(bridge), close };
});

describeTransport('port of a process', (handlers) => {
  const { port1, port2 } = new MessageChannel();
  const server = serveMessages(dispatch(trialApi, handlers), {
    kinds: new Set(['ask', 'bytes', 'stream']),
    limit: 1000,
    shown: (error) => error,
    refuse: () => port2.close(),
    send: (reply) => port2.postMessage(reply),
  });
  const client = messageClient((request) => port1.postMessage(request));
  port1.on('message', client.receive);
  port2.on('message', server.receive);
  return {
    transport: client.transport,
    close() {
      server.close();
      port1.close();
    },
  };
});
