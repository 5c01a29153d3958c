import { connect as connectSocket, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { api, type NightsiftHandlers } from '../../../contract/api.ts';
import { connect } from '../../../contract/client.ts';
import { NightsiftError } from '../../../contract/errors.ts';
import { type TrialApi, trialApi, trialHandlers } from '../../conformance/trial-api.ts';
import { cookieOf, openTrialHost, ownerToken, type TrialHost, trialToken } from './trial-host.ts';

const witness = { produced: 0, closed: false, aborted: false };
let host: TrialHost;
let call: (path: string, init?: RequestInit & { headers?: Record<string, string> }) => Promise<Response>;

beforeAll(async () => {
  host = await openTrialHost(trialApi, trialHandlers(witness));
  call = (path, init = {}) =>
    fetch(host.origin + path, {
      method: 'POST',
      ...init,
      headers: {
        'Content-Type': 'application/json',
        Origin: host.origin,
        Cookie: host.cookie,
        ...init.headers,
      },
    });
});
afterAll(() => host.close());

/** Words straight onto the wire, as no client would write them. */
function raw(text: string | Uint8Array): Promise<string> {
  return new Promise((resolve) => {
    let heard = '';
    const socket: Socket = connectSocket(host.host.port, '127.0.0.1', () => socket.write(text));
    socket.on('data', (data) => {
      heard += String(data);
      if (/^HTTP\/1\.1 (?!1)/.test(heard)) socket.end();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(heard));
  });
}
const statusOf = (heard: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(heard)?.[1] ?? 0);

describe('the token', () => {
  test('is handed in for a cookie that scripts and other sites never see', async () => {
    const response = await call('/api/session', { body: JSON.stringify({ token: trialToken }) });
    expect(response.status).toBe(204);
    expect(response.headers.get('set-cookie')).toMatch(
      new RegExp(`^nightsift-${host.host.port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/api/$`),
    );
  });
  test.each([
    ['wrong', { token: 'U'.repeat(43) }],
    ['shorter', { token: trialToken.slice(1) }],
    ['longer', { token: `${trialToken}T` }],
    ['a number', { token: 3 }],
    ['missing', {}],
    ['null', null],
  ])('%s', async (_what, body) => {
    const response = await call('/api/session', { body: JSON.stringify(body) });
    expect([response.status, response.headers.get('set-cookie')]).toEqual([401, null]);
  });
  test.each(['', 'nightsift-1=x', 'nightsift', ';;;', `nightsift-0=${trialToken}`])(
    'cookie "%s"',
    async (Cookie) => {
      for (const path of ['/api/ask/sum.of', '/api/bytes/image.of'])
        expect((await call(path, { headers: { Cookie }, body: '{"terms":[],"length":1}' })).status).toBe(401);
    },
  );
  test('the token itself is no cookie', async () => {
    const Cookie = `nightsift-${host.host.port}=${trialToken}`;
    expect((await call('/api/ask/sum.of', { headers: { Cookie }, body: '{"terms":[]}' })).status).toBe(401);
  });
  test('a cookie of an earlier start is worth nothing', async () => {
    const second = await openTrialHost(trialApi, trialHandlers(witness));
    const Cookie = host.cookie.replace(/-\d+=/, `-${second.host.port}=`);
    const response = await fetch(`${second.origin}/api/session`, { headers: { Cookie } });
    expect(response.status).toBe(401);
    await second.close();
  });
});

describe('every answer', () => {
  test.each([
    ['a page', '/', 'GET', 200],
    ['a built file', '/assets/a-1.js', 'GET', 200],
    ['an unknown page', '/nothing', 'GET', 404],
    ['an answer', '/api/ask/sum.of', 'POST', 200],
    ['bytes', '/api/bytes/image.of', 'POST', 200],
    ['an unknown call', '/api/ask/no.such', 'POST', 404],
    ['a failure', '/api/ask/fail.with', 'POST', 400],
    ['no method', '/api/ask/sum.of', 'DELETE', 405],
  ])('%s has the safety headers and no CORS', async (_what, path, method, status) => {
    const response = await call(path, {
      method,
      ...(method === 'POST' ? { body: '{"terms":[1],"length":2}' } : {}),
    });
    expect(response.status).toBe(status);
    const { headers } = response;
    expect(headers.get('content-security-policy')).toContain("require-trusted-types-for 'script'");
    expect(headers.get('content-security-policy')).not.toContain('unsafe-inline');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    if (path.startsWith('/api/')) expect(headers.get('cache-control')).toBe('no-store');
  });
  test('what has a hash in its name stays in the cache, the rest is asked for again', async () => {
    const page = await call('/', { method: 'GET' });
    const again = await call('/', {
      method: 'GET',
      headers: { 'If-None-Match': page.headers.get('etag') ?? '' },
    });
    expect([page.headers.get('cache-control'), again.status]).toEqual(['no-cache', 304]);
    expect((await call('/assets/a-1.js', { method: 'GET' })).headers.get('cache-control')).toContain(
      'immutable',
    );
  });
  test('folders of the machine are taken out of errors', async () => {
    const far = await openTrialHost(trialApi, {
      ...trialHandlers(witness),
      'sum.of': () => {
        throw new NightsiftError('cannotOpen', 'Cannot open /home/vera/nights/m31/a 1.fits.', {
          details: { file: '/home/vera/nights/m31/a.fits', list: ['C:\\Users\\vera\\n\\b.fits'] },
        });
      },
    });
    const error = await connect(trialApi, far.transport)('sum.of', { terms: [] }).catch((thrown) => thrown);
    expect(JSON.stringify([error.message, error.details])).not.toMatch(/vera|home/);
    expect(error.message).toContain('m31/a');
    await far.close();
  });
});

describe('junk', () => {
  // What a path traversal, an encoder or a bored person would send: none is a page, a call or a crash.
  const steps = [
    '..',
    '%2e%2e',
    '..%2f',
    '%2e%2e%2f',
    '..\\',
    '%5c..',
    '.',
    '//',
    '%00',
    '..;',
    '%c0%ae%c0%ae',
    '....//',
  ];
  const targets = [
    'etc/passwd',
    'index.html%00.js',
    'C:/Windows/win.ini',
    'proc/self/environ',
    '.env',
    'package.json',
  ];
  const starts = ['/', '/assets/', '/api/', '/api/ask/', '/api/bytes/'];
  const corpus = starts.flatMap((start) =>
    steps.flatMap((step) => targets.map((target) => start + step + target)),
  );
  test(`${corpus.length} odd paths reach nothing`, async () => {
    for (const path of corpus) {
      const heard = await raw(
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${host.host.port}\r\nConnection: close\r\n\r\n`,
      );
      expect([400, 401, 404, 405]).toContain(statusOf(heard));
      expect(heard).not.toMatch(/root:|"dependencies"|\[fonts\]/);
    }
  });
  test.each([
    ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['a name of somebody else', 'GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n', 421],
    ['an absolute address', 'GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n', 421],
    ['no HTTP', '\u0016\u0003\u0001\u0002\u0000', 400],
    [
      'two lengths',
      'POST /api/ask/sum.of HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n',
      400,
    ],
    [
      'length and chunks',
      'POST /api/ask/sum.of HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['17 KiB of headers', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'y'.repeat(17 * 1024)}\r\n\r\n`, 431],
  ])('%s', async (_what, text, status) => expect(statusOf(await raw(text))).toBe(status));

  test.each([
    ['no JSON', '{terms'],
    ['two values', '{} {}'],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
    ['a number too large', `[${'9'.repeat(400)}]`],
    ['nested 100,000 deep', '['.repeat(100_000)],
    ['a prototype', '{"__proto__":{"terms":[1]}}'],
  ])('a body of %s', async (_what, body) => {
    const response = await call('/api/ask/sum.of', { body });
    expect(response.status).toBe(400);
    expect(((await response.json()) as { error: { code: string } }).error.code).toBe('badInput');
    expect({} as { terms?: unknown }).not.toHaveProperty('terms');
  });
  test('a flood of body is cut off', async () => {
    const flood = new ReadableStream({ pull: (it) => it.enqueue(new Uint8Array(256 * 1024)) });
    const outcome = await call('/api/ask/echo.any', {
      body: flood,
      duplex: 'half',
    } as RequestInit as never).then(
      (response) => response.status,
      () => 'cut',
    );
    expect([400, 'cut']).toContain(outcome);
    expect(await connect(trialApi, host.transport)('sum.of', { terms: [1] })).toBe(1);
  });
  test('every call of the real table refuses junk and asks no handler', async () => {
    const asked: string[] = [];
    const handlers = new Proxy({} as NightsiftHandlers, {
      get: (_target, name) => () => {
        asked.push(String(name));
        return {};
      },
    });
    const real = await openTrialHost(api, handlers);
    const open = new Set<string>();
    for (const [name, { kind, in: schema }] of Object.entries(api)) {
      if (kind === 'stream') continue;
      for (const junk of ['', 'null', '3', '"x"', '[]', '[[]]', '{"\\u0000":1}', 'true']) {
        const parsed = junk === '' ? undefined : (JSON.parse(junk) as unknown);
        if (schema.safeParse(parsed).success) {
          open.add(name);
          continue;
        }
        const response = await fetch(`${real.origin}/api/${kind}/${name}`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', Origin: real.origin, Cookie: real.cookie },
          body: junk,
        });
        expect([name, junk, response.status]).toEqual([name, junk, 400]);
      }
    }
    expect(asked).toEqual([]);
    // Calls that want nothing take any object; none takes a value that is no object.
    for (const name of open) expect(api[name as keyof typeof api].in.safeParse(3).success).toBe(false);
    await real.close();
  });
});

describe('limits', () => {
  test('calls beyond what one client may have open are told to come back', async () => {
    const small = await openTrialHost(trialApi, trialHandlers({ ...witness }), { limits: { asks: 2 } });
    const ask = (name: string) =>
      fetch(`${small.origin}/api/ask/${name}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Origin: small.origin, Cookie: small.cookie },
        body: '{"terms":[]}',
      });
    const waiting = [ask('wait.long'), ask('wait.long')].map((one) => one.catch(() => null));
    await delay(50);
    const refused = await ask('sum.of');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    await small.close();
    await Promise.all(waiting);
  });
  test('a client that sends its request slowly is hung up on', async () => {
    const quick = await openTrialHost(trialApi, trialHandlers(witness), {
      limits: { requestMilliseconds: 150 },
    });
    const closed = await new Promise<number>((resolve) => {
      const started = Date.now();
      const socket = connectSocket(quick.host.port, '127.0.0.1', () =>
        socket.write('POST /api/ask/sum.of HTTP/1.1\r\nHo'),
      );
      socket.on('error', () => undefined);
      socket.resume().on('close', () => resolve(Date.now() - started));
    });
    expect(closed).toBeLessThan(3000);
    await quick.close();
  });
});

describe('WebSocket', () => {
  const open = (headers: Record<string, string>, path = '/api/streams') =>
    new Promise<number | 'open'>((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${host.host.port}${path}`, { headers });
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
      socket.on('error', () => resolve(0));
      socket.on('open', () => {
        resolve('open');
        socket.terminate();
      });
    });

  test('needs name, origin, cookie and path', async () => {
    const right = { Cookie: host.cookie, Origin: host.origin };
    expect(await open(right)).toBe('open');
    expect(await open({ ...right, Host: 'evil.example' })).toBe(421);
    expect(await open({ ...right, Origin: 'http://evil.example' })).toBe(403);
    expect(await open({ Cookie: host.cookie })).toBe(403);
    expect(await open({ Origin: host.origin })).toBe(401);
    expect(await open(right, '/api/other')).toBe(404);
    expect(await open(right, '/api/ask/sum.of')).toBe(405);
  });

  test.each([
    ['no JSON', 'x', 1008],
    ['no request', '{"kind":"dance"}', 1008],
    ['an ask', '{"kind":"ask","call":1,"method":"sum.of","input":{"terms":[]}}', 1008],
    ['room without end', '{"kind":"more","call":1,"count":1e9}', 1008],
    ['bytes', Buffer.from([1, 2]), 1008],
    ['2 MiB', `"${'x'.repeat(2 * 1024 * 1024)}"`, 1009],
  ])('%s closes it', async (_what, message, code) => {
    const socket = new WebSocket(`ws://127.0.0.1:${host.host.port}/api/streams`, {
      headers: { Cookie: host.cookie, Origin: host.origin },
    });
    socket.on('error', () => undefined);
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    socket.on('open', () => socket.send(message));
    expect(await closed).toBe(code);
  });

  test('a stream goes on after a lost connection, without a gap or a double', async () => {
    const flaky = await openTrialHost(trialApi, trialHandlers(witness));
    const events = connect<TrialApi>(trialApi, flaky.transport)('count.watch', { to: 3000 });
    const seen: number[] = [];
    for await (const { seq } of events) {
      seen.push(seq);
      if (seq === 700 || seq === 1900) flaky.dropSockets();
    }
    expect(seen).toEqual(Array.from({ length: 3000 }, (_, index) => index + 1));
    await flaky.close();
  });

  test('a host that is gone is told, not waited for', async () => {
    const gone = await openTrialHost(trialApi, trialHandlers({ ...witness }));
    const reading = (async () => {
      for await (const _ of connect(trialApi, gone.transport)('count.forever', {})) await delay(1);
    })().catch((thrown: NightsiftError) => thrown.code);
    await delay(30);
    gone.transport.close();
    expect(await reading).toBe('cancelled');
    await gone.close();
    const failed = await connect(trialApi, gone.transport)('sum.of', { terms: [] }).catch(
      (thrown) => thrown.code,
    );
    expect(failed).toBe('hostGone');
  });
});

test('browsers name paths below the folders of the host alone; a command of the owner names any', async () => {
  const asked: string[] = [];
  const handlers = new Proxy({} as NightsiftHandlers, {
    get: (_target, name) => () => {
      asked.push(String(name));
      return { job: 'job-1' };
    },
  });
  const limited = await openTrialHost(api, handlers, { folders: ['/srv/nights'] });
  const scan = async (cookie: string, folder: string) => {
    const response = await fetch(`${limited.origin}/api/ask/scan.start`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: limited.origin, Cookie: cookie },
      body: JSON.stringify({ paths: [folder] }),
    });
    return response.status;
  };
  expect(await scan(limited.cookie, '/srv/nights/m31')).toBe(200);
  expect(await scan(limited.cookie, '/srv/other')).toBe(401);
  expect(await scan(await cookieOf(limited.origin, ownerToken), '/srv/other')).toBe(200);
  expect(asked).toEqual(['scan.start', 'scan.start']);
  await limited.close();
});

test('two visitors have two cookies, both good', async () => {
  const other = await cookieOf(host.origin, trialToken);
  expect(other).not.toBe(host.cookie);
  for (const Cookie of [other, host.cookie])
    expect((await call('/api/session', { method: 'GET', headers: { Cookie } })).status).toBe(204);
});
