/**
 * What every kind of source promises: it knows its own addresses, lists all there is, hands out the very bytes, goes on where a
 * connection broke, and says by code what is wrong. A new one is tested by being registered and by a server of its kind in
 * source-cases.ts.
 */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isSourceAddress } from '../../contract/source-address.ts';
import { openSource, sourceKinds } from '../../main/sources/index.ts';
import type { FetchWork, RemoteEntry } from '../../main/sources/source.ts';
import { sourcePresets } from '../../main/workflows/sources/presets.ts';
import { memorySink, trialPorts } from '../sources/trial-ports.ts';
import { sourceTrials } from './source-cases.ts';

const work: FetchWork = { mostBytes: 1e6 };

async function bytesOf(entry: RemoteEntry, more: Partial<FetchWork> = {}) {
  const { sink, bytes } = memorySink();
  const fetched = await entry.fetch(sink, { ...work, ...more });
  return { bytes: bytes(), fetched };
}

const byName = (entries: readonly RemoteEntry[]) =>
  [...entries].sort((one, other) => (one.name < other.name ? -1 : 1));

describe.each(sourceKinds.map(({ name }) => name))('%s', (name) => {
  const open = async () => {
    const trial = sourceTrials[name];
    if (trial === undefined) throw new Error(`Give a server for ${name} in source-cases.ts.`);
    const given = await trial();
    return { ...given, source: openSource(given.address, given.ports) };
  };

  it('alone claims its address, and shows it without secrets', async () => {
    const { address, source, secret } = await open();
    expect(isSourceAddress(address)).toBe(true);
    expect(sourceKinds.find((kind) => kind.claims(address))?.name).toBe(name);
    expect(source.title).not.toBe('');
    if (secret !== null) expect(source.address).not.toContain(secret);
    expect(sourceKinds.find((kind) => kind.claims(source.address))?.name).toBe(name);
  });

  it('lists every file by its name below the address, and hands out its bytes', async () => {
    const { source, files } = await open();
    const entries = byName((await source.list({})).entries);
    expect(entries.map((entry) => entry.name)).toEqual(Object.keys(files).sort());
    for (const entry of entries) {
      const { bytes, fetched } = await bytesOf(entry);
      expect(Buffer.from(bytes).equals(files[entry.name]!)).toBe(true);
      expect(fetched.outcome).toBe('fetched');
      if (entry.byteLength !== null) expect(entry.byteLength).toBe(bytes.byteLength);
      if (entry.tag !== null) expect(fetched.tag).toBe(entry.tag);
      if (entry.digest?.algorithm === 'sha256')
        expect(createHash('sha256').update(bytes).digest('hex')).toBe(entry.digest.value);
    }
  });

  it('goes on after a broken connection and a busy server', async () => {
    const { source, bytesFrom, files, canResume, ports } = await open();
    const entry = byName((await source.list({})).entries)[0]!;
    bytesFrom.faults.push({ status: 503 }, ...(canResume ? [{ cutAfter: 4 }] : [{ status: 500 }]));
    const before = bytesFrom.seen.length;
    const said: string[] = [];
    const { bytes } = await bytesOf(entry, { onRetry: (sentence) => void said.push(sentence) });
    expect(Buffer.from(bytes).equals(files[entry.name]!)).toBe(true);
    expect(said).toHaveLength(2);
    expect(ports.pauses).toHaveLength(2);
    if (canResume) expect(bytesFrom.seen.slice(before).at(-1)?.headers.range).toBe('bytes=4-');
  });

  it('lists again after a busy server, and says by code what is not there', async () => {
    const { source, listsFrom, missing, ports, files } = await open();
    listsFrom?.faults.push({ status: 503 });
    expect((await source.list({})).entries).toHaveLength(Object.keys(files).length);
    const nowhere = async () => {
      const [entry] = (await openSource(missing, ports).list({})).entries;
      return bytesOf(entry!);
    };
    await expect(nowhere()).rejects.toMatchObject({ code: 'notFound', hint: expect.any(String) });
  });

  it('is stopped by its signal before it asks for anything', async () => {
    const { source, bytesFrom } = await open();
    const entry = (await source.list({})).entries[0]!;
    const before = bytesFrom.seen.length;
    await expect(bytesOf(entry, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(bytesFrom.seen.length).toBe(before);
  });

  it('refuses what is larger than what is asked for', async () => {
    const { source } = await open();
    const entry = byName((await source.list({})).entries)[0]!;
    await expect(bytesOf(entry, { mostBytes: 9 })).rejects.toMatchObject({ code: 'tooLarge' });
  });
});

describe('addresses', () => {
  it.each([
    ['C:\\nights', false],
    ['/nights/s3', false],
    ['file:///nights', false],
    ['m31', false],
    ['s3://bucket', true],
    ['ftp://server/x', true],
    ['preset:safecast', true],
  ])('%s names a source: %s', (word, expected) => expect(isSourceAddress(word)).toBe(expected));

  it.each([
    'ftp://server/x',
    'preset:nothing',
    's3://',
    'hf://datasets/alone',
    'safecast://measurements?colour=red',
    'safecast://measurements?pages=0',
    'https://',
  ])('%s is refused with a way out', (word) => {
    const opening = () => openSource(word, trialPorts());
    expect(opening).toThrow(expect.objectContaining({ code: 'wrongUse', hint: expect.any(String) }));
  });

  it.each(sourcePresets.map((preset) => [preset.name, preset.address]))(
    'preset:%s stands for an address of a known kind',
    (name, address) => {
      expect(openSource(`preset:${name}`, trialPorts(), sourcePresets).address).toContain(
        address.replace('/gamma.json', '').split('://')[0]!,
      );
      expect(sourceKinds.some((kind) => kind.claims(address))).toBe(true);
    },
  );
});
