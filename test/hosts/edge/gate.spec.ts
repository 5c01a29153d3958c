import { describe, expect, test } from 'vitest';
import { judgeVisit, type Visit } from '../../../main/hosts/edge/gate.ts';
import { hostNames } from '../../../main/hosts/edge/host-names.ts';

const rules = {
  hosts: hostNames({ host: '127.0.0.1', port: 4747, allowed: ['pi.local', 'dome.example:8080'] }),
  knows: (cookie: string | undefined) => cookie === 'right',
};

function visit(path: string, headers: Record<string, string>, method = 'GET', upgrade = false): Visit {
  const all: Record<string, string | undefined> = { host: 'localhost:4747', ...headers };
  return { method, path, header: (name) => all[name], upgrade };
}

const status = (one: Visit) => judgeVisit(one, rules)?.status ?? 200;
const json = { 'content-type': 'application/json', origin: 'http://localhost:4747', cookie: 'right' };

describe('names of this host', () => {
  test.each([
    'localhost:4747',
    '127.0.0.1:4747',
    '[::1]:4747',
    'LOCALHOST:4747',
    'pi.local:4747',
    'dome.example:8080',
  ])('%s is one', (host) => expect(status(visit('/', { host }))).toBe(200));
  test.each([
    'evil.example:4747',
    'localhost',
    'localhost:4748',
    'localhost.evil.example:4747',
    '127.0.0.1.nip.io:4747',
    'pi.local.evil.example:4747',
    '10.0.0.9:4747',
    '0.0.0.0:4747',
    '2130706433:4747',
    '',
    'localhost:4747,evil.example',
    'user@localhost:4747',
  ])('%s is none, on any route', (host) => {
    for (const path of ['/', '/assets/a.js', '/api/session', '/api/ask/house.about', '/api/streams'])
      expect(status(visit(path, { ...json, host }))).toBe(421);
  });
  test('an address to listen everywhere on allows the addresses of the machine, not names', () => {
    const names = hostNames({ host: '0.0.0.0', port: 80, allowed: [] }, () => ['192.168.1.5', 'fe80::1']);
    expect([...names]).toEqual(expect.arrayContaining(['192.168.1.5', '192.168.1.5:80', '[fe80::1]']));
    expect(names.has('0.0.0.0')).toBe(false);
  });
});

describe('where a request comes from', () => {
  test.each([
    'http://evil.example',
    'null',
    'http://localhost:4748',
    'https://localhost:4747',
    'http://127.0.0.1:4747',
  ])('origin %s gets nothing of localhost:4747', (origin) => {
    expect(status(visit('/api/ask/house.about', { ...json, origin }, 'POST'))).toBe(403);
    expect(status(visit('/api/streams', { ...json, origin }, 'GET', true))).toBe(403);
    expect(status(visit('/assets/a.js', { origin }))).toBe(403);
  });
  test('what changes something must say where it comes from', () => {
    const { origin: _origin, ...silent } = json;
    expect(status(visit('/api/ask/labels.set', silent, 'POST'))).toBe(403);
    expect(status(visit('/api/streams', silent, 'GET', true))).toBe(403);
    expect(status(visit('/api/ask/labels.set', { ...silent, 'sec-fetch-site': 'same-origin' }, 'POST'))).toBe(
      200,
    );
  });
  test.each(['cross-site', 'same-site', 'nonsense'])('sec-fetch-site %s', (site) => {
    const headers = { ...json, 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors' };
    expect(status(visit('/assets/a.js', headers))).toBe(403);
    expect(status(visit('/api/session', headers))).toBe(403);
  });
  test('a link may lead to the workbench, not to its calls', () => {
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', cookie: 'right' };
    expect(status(visit('/', link))).toBe(200);
    expect(status(visit('/api/session', link))).toBe(403);
  });
});

describe('method, kind of body and token', () => {
  test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'GET'])('%s of a call', (method) =>
    expect(status(visit('/api/ask/house.about', json, method))).toBe(405),
  );
  test('POST to a page', () => expect(status(visit('/', json, 'POST'))).toBe(405));
  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''])(
    'a body of %s',
    (type) =>
      expect(status(visit('/api/ask/house.about', { ...json, 'content-type': type }, 'POST'))).toBe(415),
  );
  test('calls and streams need the cookie, handing the token in does not', () => {
    const stranger = { ...json, cookie: 'wrong' };
    expect(status(visit('/api/ask/house.about', stranger, 'POST'))).toBe(401);
    expect(status(visit('/api/bytes/models.file', stranger, 'POST'))).toBe(401);
    expect(status(visit('/api/streams', stranger, 'GET', true))).toBe(401);
    expect(status(visit('/api/session', stranger))).toBe(401);
    expect(status(visit('/api/anything', stranger))).toBe(401);
    expect(status(visit('/api/session', stranger, 'POST'))).toBe(200);
  });
});
