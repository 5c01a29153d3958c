/** The WebSocket side of the edge host: checked like every other request, one socket for all streams of a page. */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Transport } from '../../../contract/client.ts';
import { inputLimitBytes, wirePaths } from '../../../contract/wire.ts';
import { serveMessages } from '../../transport/message-server.ts';
import { safetyHeaders } from '../page-safety.ts';
import type { Refusal } from './gate.ts';
import type { EdgeLimits } from './limits.ts';
import { withoutFolders } from './redact.ts';

export interface StreamSocketOptions {
  readonly limits: EdgeLimits;
  judge(request: IncomingMessage): Refusal | null;
}

export interface StreamSockets {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

// The name of the call and the numbers around an input.
const envelopeBytes = 4096;
// A page that allows events but does not read its socket: 256 events are far less than this.
const mostBufferedBytes = 8 * 1024 * 1024;
const streamsOnly = new Set(['stream'] as const);
const policyViolation = 1008;

export function openStreamSockets(far: Transport, { limits, judge }: StreamSocketOptions): StreamSockets {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: inputLimitBytes + envelopeBytes,
    perMessageDeflate: false,
  });
  return {
    upgrade(request, socket, head) {
      const path = (request.url ?? '/').split('?')[0];
      const refusal =
        judge(request) ?? (path === wirePaths.streams ? null : { status: 404, sentence: 'No.' });
      if (refusal !== null) return refuse(socket, refusal.status);
      server.handleUpgrade(request, socket, head, (opened) => carry(opened, far, limits));
    },
    close() {
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}

function refuse(socket: Duplex, status: number): void {
  const headers = Object.entries({ ...safetyHeaders, Connection: 'close', 'Content-Length': '0' });
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  socket.on('error', () => undefined);
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', ''].join('\r\n'));
}

function carry(socket: WebSocket, far: Transport, limits: EdgeLimits): void {
  const streams = serveMessages(far, {
    kinds: streamsOnly,
    limit: limits.streams,
    shown: withoutFolders,
    refuse: (reason) => socket.close(policyViolation, reason),
    send(reply) {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > mostBufferedBytes) return socket.terminate();
      socket.send(JSON.stringify(reply));
    },
  });
  let alive = true;
  const pulse = setInterval(() => {
    if (!alive) return socket.terminate();
    alive = false;
    socket.ping();
  }, limits.pingMilliseconds);
  socket.on('pong', () => {
    alive = true;
  });
  socket.on('message', (data, isBinary) => {
    if (isBinary) return socket.close(policyViolation, 'Messages are text.');
    streams.receive(parsed(String(data)));
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    clearInterval(pulse);
    streams.close();
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
