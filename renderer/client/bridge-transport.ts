/** The contract's transport over the desktop's bridge. */
import type { Bridge } from '../../contract/bridge.ts';
import type { Transport } from '../../contract/client.ts';
import { fromErrorRecord } from '../../contract/error-record.ts';
import type { Reply } from '../../contract/kinds.ts';

export function bridgeTransport(bridge: Bridge): Transport {
  return {
    ask: async (method, input) => opened(await bridge.ask(method, input)),
    bytes: async (method, input) => opened(await bridge.bytes(method, input)),
    async *stream(method, input, options) {
      const waiting: (Reply<unknown> | null)[] = [];
      let wake: () => void = () => undefined;
      const push = (reply: Reply<unknown> | null) => {
        waiting.push(reply);
        wake();
      };
      const stop = bridge.watch(method, input, push);
      const end = () => push(null);
      options.signal?.addEventListener('abort', end, { once: true });
      try {
        for (;;) {
          if (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve));
          const reply = waiting.shift();
          if (reply === undefined) continue;
          if (reply === null) return;
          yield opened(reply);
        }
      } finally {
        options.signal?.removeEventListener('abort', end);
        stop();
      }
    },
  };
}

function opened<T>(reply: Reply<T>): T {
  if (reply.ok) return reply.value;
  throw fromErrorRecord(reply.error);
}
