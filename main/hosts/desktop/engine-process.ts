/**
 * The engine in a process of its own: scanning, learning and the library never hold up the window, and if native code
 * brings it down, the window lives on and starts it again. Electron's utility process loads this.
 */
import process from 'node:process';
import type { ParentPort } from 'electron';
import { api } from '../../../contract/api.ts';
import { toErrorRecord } from '../../../contract/error-record.ts';
import { openEngine } from '../../engine.ts';
import { dispatch } from '../../transport/dispatch.ts';
import { serveMessages } from '../../transport/message-server.ts';
import type { FromEngine, ToEngine } from './engine-messages.ts';

const { parentPort } = process as unknown as { parentPort: ParentPort };
const send = (message: FromEngine): void => parentPort.postMessage(message);
// One window sends some, and the menu; far more than that is a fault.
const mostCalls = 4096;

try {
  const engine = await openEngine({ library: process.argv[2] || undefined });
  const server = serveMessages(dispatch(api, engine.handlers), {
    kinds: new Set(['ask', 'bytes', 'stream']),
    limit: mostCalls,
    send,
    shown: (error) => error,
    refuse: () => undefined,
  });
  parentPort.on('message', ({ data }: { data: ToEngine }) => {
    if (data.kind !== 'close') return server.receive(data);
    server.close();
    void engine.close().finally(() => process.exit(0));
  });
  send({ kind: 'ready', notes: engine.notes });
} catch (thrown) {
  send({ kind: 'refused', error: toErrorRecord(thrown) });
  // The message has to leave before the process does.
  setTimeout(() => process.exit(1), 200);
}
