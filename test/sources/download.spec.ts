import { describe, expect, it } from 'vitest';
import { checkReach, checkRedirection, isPrivateAddress } from '../../main/sources/http/addresses.ts';
import { download } from '../../main/sources/http/download.ts';
import { httpSource } from '../../main/sources/http/http-source.ts';
import { openServer, type ServedFile, type TestServer } from './servers/file-server.ts';
import { memorySink, trialPorts } from './trial-ports.ts';

const content = Uint8Array.from({ length: 5000 }, (_, index) => (index * 7) % 251);
const most = 1e6;

async function serverOf(file: ServedFile): Promise<TestServer> {
  return openServer(() => file);
}

describe('downloading', () => {
  it('goes on where a connection broke, asking for the rest of the same state', async () => {
    const server = await serverOf({ bytes: content });
    server.faults.push({ cutAfter: 1200 }, { cutAfter: 1800 });
    const { sink, bytes } = memorySink();
    const said: string[] = [];
    const work = { mostBytes: most, onRetry: (sentence: string) => void said.push(sentence) };
    const { outcome } = await download({ url: new URL(server.origin) }, sink, work, trialPorts());
    expect(outcome).toBe('fetched');
    expect(bytes()).toEqual(content);
    expect(server.seen.map(({ headers }) => headers.range)).toEqual([
      undefined,
      'bytes=1200-',
      'bytes=3000-',
    ]);
    expect(new Set(server.seen.slice(1).map(({ headers }) => headers['if-range'])).size).toBe(1);
    expect(said).toHaveLength(2);
    expect(said[0]).toContain('Trying again in');
  });

  it('begins anew when the file changed in between, or ranges are not known', async () => {
    const file: ServedFile = { bytes: content };
    const server = await serverOf(file);
    const { sink, bytes } = memorySink(content.slice(0, 100), '"of another state"');
    await download({ url: new URL(server.origin) }, sink, { mostBytes: most }, trialPorts());
    expect(bytes()).toEqual(content);
    file.ranges = false;
    server.faults.push({ cutAfter: 900 });
    const second = memorySink();
    await download({ url: new URL(server.origin) }, second.sink, { mostBytes: most }, trialPorts());
    expect(second.bytes()).toEqual(content);
    expect(second.restarts()).toBe(1);
  });

  it('drops what has no name of its state: a weak tag is none, a date is one', async () => {
    const server = await serverOf({ bytes: content, etag: 'W/"weak"' });
    server.faults.push({ cutAfter: 700 });
    const weak = memorySink();
    await download({ url: new URL(server.origin) }, weak.sink, { mostBytes: most }, trialPorts());
    expect([weak.bytes(), weak.restarts()]).toEqual([content, 1]);
    const dated = await serverOf({
      bytes: content,
      etag: null,
      lastModified: 'Sat, 14 Mar 2026 20:00:00 GMT',
    });
    dated.faults.push({ cutAfter: 700 });
    const sink = memorySink();
    await download({ url: new URL(dated.origin) }, sink.sink, { mostBytes: most }, trialPorts());
    expect([sink.bytes(), sink.restarts()]).toEqual([content, 0]);
  });

  it('takes 416 for the end where all is there, and for another state where not', async () => {
    const server = await serverOf({ bytes: content });
    const url = new URL(server.origin);
    const tag = (await download({ url }, memorySink().sink, { mostBytes: most }, trialPorts())).tag;
    const whole = memorySink(content, tag);
    await download({ url }, whole.sink, { mostBytes: most }, trialPorts());
    expect([whole.bytes(), whole.restarts()]).toEqual([content, 0]);
    const longer = memorySink(Uint8Array.from([...content, 1, 2]), tag);
    await download({ url }, longer.sink, { mostBytes: most }, trialPorts());
    expect([longer.bytes(), longer.restarts()]).toEqual([content, 1]);
  });

  it('is told that a copy still holds', async () => {
    const server = await serverOf({ bytes: content });
    const url = new URL(server.origin);
    const { tag } = await download({ url }, memorySink().sink, { mostBytes: most }, trialPorts());
    const { sink } = memorySink();
    const again = await download({ url }, sink, { mostBytes: most, knownTag: tag }, trialPorts());
    expect([again.outcome, sink.byteLength]).toEqual(['unchanged', 0]);
  });

  it('pauses twice as long each time, as long as a server asks, and gives up after five tries', async () => {
    const server = await serverOf({ bytes: content });
    const url = new URL(`${server.origin}/log.csv?token=hidden&page=2`);
    server.faults.push(...[503, 500, 429, 504, 502].map((status) => ({ status })));
    const ports = trialPorts();
    const failed = download({ url }, memorySink().sink, { mostBytes: most }, ports);
    await expect(failed).rejects.toMatchObject({ code: 'unreachable' });
    await expect(failed).rejects.toThrow(/log\.csv\?page=2: the server answered 502/);
    expect(ports.pauses).toEqual([500, 1000, 2000, 4000]);
    const patient = trialPorts();
    server.faults.push(
      { status: 429, headers: { 'retry-after': '7' } },
      { status: 503, headers: { 'retry-after': '9999' } },
    );
    await download({ url }, memorySink().sink, { mostBytes: most }, patient);
    expect(patient.pauses).toEqual([7000, 60_000]);
  });

  it.each([
    [404, 'notFound'],
    [403, 'notAllowed'],
    [401, 'notAllowed'],
    [400, 'unreachable'],
  ])('does not try a %i again', async (status, code) => {
    const server = await serverOf({ bytes: content });
    server.faults.push({ status });
    const failed = download(
      { url: new URL(server.origin) },
      memorySink().sink,
      { mostBytes: most },
      trialPorts(),
    );
    await expect(failed).rejects.toMatchObject({ code });
    expect(server.seen).toHaveLength(1);
  });

  it('refuses what is too large by what is announced, and by what comes without an announcement', async () => {
    for (const length of [true, false]) {
      const server = await serverOf({ bytes: content, length });
      const { sink } = memorySink();
      const failed = download({ url: new URL(server.origin) }, sink, { mostBytes: 4999 }, trialPorts());
      await expect(failed).rejects.toMatchObject({ code: 'tooLarge' });
      expect(sink.byteLength).toBeLessThan(5000);
    }
  });

  it('keeps bytes as they are sent: what is marked as packed is not unpacked', async () => {
    const server = await serverOf({ bytes: content, headers: { 'content-encoding': 'gzip' } });
    const { sink, bytes } = memorySink();
    await download({ url: new URL(server.origin) }, sink, { mostBytes: most }, trialPorts());
    expect(bytes()).toEqual(content);
    expect(server.seen[0]?.headers['accept-encoding']).toBe('identity');
  });

  it('refuses a server that sends another part than was asked for', async () => {
    const server = await openServer((_, response) => {
      response.writeHead(206, { 'content-range': 'bytes 0-9/5000' }).end('0123456789');
      return null;
    });
    const { sink } = memorySink(content.slice(0, 100), '"x"');
    const failed = download({ url: new URL(server.origin) }, sink, { mostBytes: most }, trialPorts());
    await expect(failed).rejects.toMatchObject({ code: 'verifyFailed' });
  });

  it('stops when told to', async () => {
    const server = await serverOf({ bytes: content });
    const stop = new AbortController();
    const work = { mostBytes: most, signal: stop.signal, onBytes: () => stop.abort() };
    await expect(
      download({ url: new URL(server.origin) }, memorySink().sink, work, trialPorts()),
    ).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('names a host that does not answer', async () => {
    const server = await serverOf({ bytes: content });
    await server.close();
    const failed = download(
      { url: new URL(server.origin) },
      memorySink().sink,
      { mostBytes: most },
      trialPorts(),
    );
    await expect(failed).rejects.toMatchObject({ code: 'unreachable' });
    await expect(failed).rejects.toThrow(/cannot be reached: nothing answers at that port/);
  });
});

describe('redirections', () => {
  it('are followed, with secrets kept from other hosts', async () => {
    const store = await serverOf({ bytes: content });
    const door = await openServer((_, response) => {
      response.writeHead(302, { location: `${store.origin}/elsewhere` }).end();
      return null;
    });
    const address = `${door.origin.replace('//', '//someone:word@')}/night.csv`;
    const source = httpSource.open(address, trialPorts());
    expect([source.address, source.title]).toEqual([`${door.origin}/night.csv`, 'night.csv']);
    const [entry] = (await source.list({})).entries;
    const { sink, bytes } = memorySink();
    await entry!.fetch(sink, { mostBytes: most });
    expect(bytes()).toEqual(content);
    expect(door.seen[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from('someone:word').toString('base64')}`,
    );
    expect(store.seen[0]?.headers.authorization).toBeUndefined();
  });

  it('end after five', async () => {
    const server = await openServer((_, response) => {
      response.writeHead(302, { location: '/again' }).end();
      return null;
    });
    const failed = download(
      { url: new URL(server.origin) },
      memorySink().sink,
      { mostBytes: most },
      trialPorts(),
    );
    await expect(failed).rejects.toThrow(/redirects more than 5 times/);
  });

  it('leave neither encryption nor the way of files', () => {
    const from = new URL('https://a.example/x');
    expect(() => checkRedirection(from, new URL('https://b.example/y'))).not.toThrow();
    expect(() => checkRedirection(from, new URL('http://a.example/x'))).toThrow(/leaves the encrypted/);
    expect(() => checkRedirection(from, new URL('file:///etc/passwd'))).toThrow(/no way to fetch/);
  });

  it('lead from the world into no local network', () => {
    const [from, to] = [new URL('https://a.example'), new URL('https://b.example')];
    expect(() => checkReach(from, false, to, ['93.184.216.34', '10.1.2.3'])).toThrow(/local network/);
    expect(() => checkReach(from, false, to, ['169.254.169.254'])).toThrow(/local network/);
    expect(() => checkReach(from, false, to, ['93.184.216.34'])).not.toThrow();
    expect(() => checkReach(from, true, to, ['192.168.1.9'])).not.toThrow();
  });

  it.each([
    ['127.0.0.1', true],
    ['::1', true],
    ['::ffff:192.168.0.1', true],
    ['172.31.0.1', true],
    ['172.32.0.1', false],
    ['100.64.0.1', true],
    ['fd00::1', true],
    ['2606:4700::1111', false],
    ['8.8.8.8', false],
    ['nonsense', true],
  ])('%s is private: %s', (address, expected) => expect(isPrivateAddress(address)).toBe(expected));
});
