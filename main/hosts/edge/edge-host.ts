/** The workbench for a browser: the built pages, the calls over HTTP, the streams over one WebSocket for each page. */
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import type { Transport } from '../../../contract/client.ts';
import { NightsiftError } from '../../../contract/errors.ts';
import { wirePaths } from '../../../contract/wire.ts';
import { addCallRoutes, failure } from '../../transport/http-server.ts';
import { safetyHeaders } from '../page-safety.ts';
import type { Pages } from '../pages.ts';
import { withinFolders } from './allowed-paths.ts';
import { type GateRules, judgeVisit, type Refusal, type Visit } from './gate.ts';
import { hostNames } from './host-names.ts';
import { type EdgeLimits, edgeLimits } from './limits.ts';
import { withoutFolders } from './redact.ts';
import { openStreamSockets } from './stream-sockets.ts';
import { openVisitors, type Visitor, type Visitors } from './visitors.ts';

export interface EdgeOptions {
  /** What `dispatch` made of the handlers. */
  readonly far: Transport;
  readonly pages: Pages;
  /** Each 256 random bits: one for browsers, one for commands on this machine, which alone may name any path. */
  readonly tokens: { readonly browser: string; readonly owner: string };
  /** Where browsers may name paths. */
  readonly folders: readonly string[];
  /** An address of this machine. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Further names that browsers may use for this machine. */
  readonly allowHosts?: readonly string[];
  readonly limits?: Partial<EdgeLimits>;
}

export interface EdgeHost {
  /** Without the token. */
  readonly origin: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Errors: cannotOpen when the address is taken or not this machine's. */
export async function openEdgeHost(options: EdgeOptions): Promise<EdgeHost> {
  const limits: EdgeLimits = { ...edgeLimits, ...options.limits };
  // The names and the cookie hold the port, which is known once the host listens.
  const late: { visitors?: Visitors; rules?: GateRules } = {};
  const judge = (visit: Visit): Refusal | null =>
    late.rules === undefined ? { status: 421, sentence: 'Not open yet.' } : judgeVisit(visit, late.rules);

  const app = buildApp(options, limits, {
    judge,
    admit: (token) => late.visitors?.admit(token) ?? null,
    recognise: (cookie) => late.visitors?.recognise(cookie) ?? null,
  });
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.requestMilliseconds,
      requestTimeout: limits.requestMilliseconds,
      keepAliveTimeout: limits.requestMilliseconds,
      connectionsCheckingInterval: Math.min(1000, limits.requestMilliseconds),
    },
  }) as Server;
  server.maxConnections = limits.connections;
  server.timeout = limits.requestMilliseconds;
  const sockets = openStreamSockets(options.far, {
    limits,
    judge: (request) => judge(visitOf(request, true)),
  });
  server.on('upgrade', sockets.upgrade);

  const port = await listen(server, options);
  late.visitors = openVisitors(options.tokens, port);
  late.rules = {
    hosts: hostNames({ host: options.host, port, allowed: options.allowHosts ?? [] }),
    knows: (cookie) => late.visitors?.recognise(cookie) != null,
  };
  return {
    origin: `http://${shownHost(options.host)}:${port}`,
    port,
    async close() {
      sockets.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

interface Door {
  judge(visit: Visit): Refusal | null;
  /** A Set-Cookie value for the right token. */
  admit(token: unknown): string | null;
  recognise(cookie: string | undefined): Visitor | null;
}

function buildApp({ far, folders, pages }: EdgeOptions, limits: EdgeLimits, door: Door): Hono {
  const forBrowsers = withinFolders(far, folders);
  const visitorOf = (context: Context) => door.recognise(context.req.header('cookie'));
  const app = new Hono();
  app.use(async (context, next) => {
    const refusal = door.judge(visitOfContext(context));
    if (refusal !== null) context.res = refused(refusal);
    else await next();
    for (const [name, value] of Object.entries(safetyHeaders)) context.res.headers.set(name, value);
    if (!context.res.headers.has('Cache-Control')) context.res.headers.set('Cache-Control', 'no-store');
  });
  app.get(wirePaths.session, () => new Response(null, { status: 204 }));
  app.post(wirePaths.session, async (context) => {
    const body = (await context.req.json().catch(() => null)) as { token?: unknown } | null;
    const cookie = door.admit(body?.token);
    if (cookie === null) return refused({ status: 401, sentence: 'That is not the token.' });
    return new Response(null, { status: 204, headers: { 'Set-Cookie': cookie } });
  });
  addCallRoutes(app, {
    farOf: (context) => (visitorOf(context)?.isOwner ? far : forBrowsers),
    limits: { ask: limits.asks, bytes: limits.bytes },
    clientOf: (context) => String(visitorOf(context)?.number ?? 0),
    shown: withoutFolders,
  });
  app.get('*', (context) => page(pages, context));
  app.notFound(() => failure({ code: 'notFound', message: 'There is nothing here.' }));
  app.onError(() => failure({ code: 'internal', message: 'The host failed at this request.' }));
  return app;
}

function page(pages: Pages, context: Context): Response {
  // The address as it was sent, undecoded: no name of a built file needs an escape.
  const found = pages.get(new URL(context.req.url).pathname.slice(1));
  if (found === undefined) return failure({ code: 'notFound', message: 'There is nothing here.' });
  const headers = {
    'Content-Type': found.type,
    ETag: found.etag,
    'Cache-Control': found.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
  };
  if (context.req.header('if-none-match') === found.etag) return new Response(null, { status: 304, headers });
  return new Response(found.bytes, { headers });
}

function refused({ status, sentence }: Refusal): Response {
  const error = {
    code: 'notAllowed',
    message: sentence,
    hint: 'Open the address that nightsift serve printed.',
  };
  return Response.json({ ok: false, error }, { status });
}

function visitOfContext(context: Context): Visit {
  return {
    method: context.req.method,
    path: new URL(context.req.url).pathname,
    header: (name) => context.req.header(name),
    upgrade: false,
  };
}

function visitOf(request: IncomingMessage, upgrade: boolean): Visit {
  return {
    method: request.method ?? 'GET',
    path: (request.url ?? '/').split('?')[0] as string,
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    upgrade,
  };
}

function listen(server: Server, { host, port }: EdgeOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new NightsiftError(
          'cannotOpen',
          `Cannot listen on ${host}, port ${port}: ${error.code ?? error.message}.`,
          {
            hint: 'Choose another port with --port, or --port 0 for any free one.',
            details: { host, port },
            cause: error,
          },
        ),
      ),
    );
    server.listen({ host, port }, () => resolve((server.address() as AddressInfo).port));
  });
}

/** What a person types into a browser for an address to listen on. */
function shownHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
