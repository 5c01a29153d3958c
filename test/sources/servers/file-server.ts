/**
 * A server of files as real ones behave: ETag, Last-Modified, ranges (206, 416), If-Range, If-None-Match. With faults
 * on request: connections that break, refusals that pass, redirections.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface ServedFile {
  bytes: Uint8Array;
  /** Made from the content where left out; null: none is sent. */
  etag?: string | null;
  lastModified?: string;
  /** False: ranges are not known, all is sent. */
  ranges?: boolean;
  /** False: the length is not told (chunked). */
  length?: boolean;
  headers?: Record<string, string>;
}

export interface Fault {
  /** Breaks the connection after so many bytes of the body. */
  readonly cutAfter?: number;
  /** Answers with a status in place of the file. */
  readonly status?: number;
  readonly headers?: Record<string, string>;
}

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

export interface TestServer {
  readonly origin: string;
  readonly seen: Seen[];
  /** Each is used up by one request, in order. */
  readonly faults: Fault[];
  close(): Promise<void>;
}

/** Null from `answer`: the request was answered. Otherwise the file is served as asked for. */
export async function openServer(
  answer: (request: IncomingMessage, response: ServerResponse) => ServedFile | null,
): Promise<TestServer> {
  const seen: Seen[] = [];
  const faults: Fault[] = [];
  const server = createServer((request, response) => {
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
    const fault = faults.shift();
    if (fault?.status !== undefined) {
      response.writeHead(fault.status, fault.headers).end('a fault');
      return;
    }
    const file = answer(request, response);
    if (file !== null) serve(file, request, response, fault?.cutAfter);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, faults, close };
}

export function etagOf(bytes: Uint8Array): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}

function serve(
  file: ServedFile,
  request: IncomingMessage,
  response: ServerResponse,
  cutAfter: number | undefined,
): void {
  const { bytes, lastModified, ranges = true, length = true } = file;
  const etag = file.etag === undefined ? etagOf(bytes) : file.etag;
  const common: Record<string, string> = {
    ...(etag !== null && { etag }),
    ...(lastModified !== undefined && { 'last-modified': lastModified }),
    ...(ranges && { 'accept-ranges': 'bytes' }),
    ...file.headers,
  };
  if (etag !== null && request.headers['if-none-match'] === etag) {
    response.writeHead(304, common).end();
    return;
  }
  const asked = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const condition = request.headers['if-range'];
  const holds = condition === undefined || condition === etag || condition === lastModified;
  let [from, end, status] = [0, bytes.byteLength, 200];
  if (asked !== null && ranges && holds) {
    from = Number(asked[1]);
    status = 206;
    if (from >= bytes.byteLength) {
      response.writeHead(416, { ...common, 'content-range': `bytes */${bytes.byteLength}` }).end();
      return;
    }
    end = asked[2] === '' ? bytes.byteLength : Math.min(bytes.byteLength, Number(asked[2]) + 1);
    common['content-range'] = `bytes ${from}-${end - 1}/${bytes.byteLength}`;
  }
  const body = bytes.subarray(from, end);
  response.writeHead(status, { ...common, ...(length && { 'content-length': String(body.byteLength) }) });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  if (cutAfter === undefined) {
    response.end(body);
    return;
  }
  response.write(body.subarray(0, cutAfter), () => setTimeout(() => response.destroy(), 5));
}
