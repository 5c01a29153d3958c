/** The contract's transport over the desktop's bridge. */
import type { Bridge } from '../../contract/bridge.ts';
import type { Transport } from '../../contract/client.ts';
import { messageClient } from '../../contract/message-client.ts';

export function bridgeTransport(bridge: Bridge): Transport {
  const client = messageClient((request) => {
    switch (request.kind) {
      case 'ask':
        return bridge.ask(request.call, request.method, request.input);
      case 'bytes':
        return bridge.bytes(request.call, request.method, request.input);
      case 'stream':
        return bridge.watch(request.call, request.method, request.input);
      case 'more':
        return bridge.more(request.call, request.count);
      case 'stop':
        return bridge.stop(request.call);
    }
  });
  bridge.listen(client.receive);
  return client.transport;
}
