import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkSpace, openFetchedFiles } from '../../../main/library/fetched/fetched-files.ts';
import { chooseNames, reasonAgainstName } from '../../../main/library/fetched/safe-names.ts';
import { localPaths } from '../../../main/workflows/sources/local-paths.ts';
import { temporaryFolder } from '../../library/temporary-folder.ts';
import { openServer, type ServedFile } from '../../sources/servers/file-server.ts';
import { openHubServer } from '../../sources/servers/hub-server.ts';
import { openS3Server } from '../../sources/servers/s3-server.ts';
import { trialPorts } from '../../sources/trial-ports.ts';

const text = (words: string) => new TextEncoder().encode(words);
const isTable = (name: string) => name.endsWith('.csv');

function house(environment: Record<string, string> = {}) {
  const directory = temporaryFolder();
  const messages: string[] = [];
  const progress: string[] = [];
  const ports = trialPorts(environment);
  const options = {
    onMessage: (sentence: string) => void messages.push(sentence),
    onProgress: ({
      phase,
      done,
      total,
      note,
    }: {
      phase: string;
      done: number;
      total: number | null;
      note?: string;
    }) => void progress.push(`${phase} ${done}/${total} ${note}`),
  };
  return {
    directory,
    messages,
    progress,
    environment: ports.environment as Record<string, string>,
    paths: (words: readonly string[], isWanted = isTable) =>
      localPaths({ directory }, words, isWanted, options, ports),
    fetched: () => openFetchedFiles(join(directory, 'sources')),
  };
}

const bucket = () => openS3Server({ bucket: 'b', region: 'us-east-1', keys: null, pageSize: 2 });
const below = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll(sep, '/'),
    )
    .sort();

describe('addresses as local paths', () => {
  it('leave paths of this machine alone, and refuse both together', async () => {
    const { paths, directory } = house();
    expect(await paths(['/a', 'b'])).toEqual(['/a', 'b']);
    expect(existsSync(join(directory, 'sources'))).toBe(false);
    await expect(paths(['/a', 'https://x.example/b'])).rejects.toMatchObject({ code: 'wrongUse' });
  });

  it('fetch what is wanted, as a folder of the same names; then only what changed', async () => {
    const server = await bucket();
    for (const [key, words] of [
      ['n/a.csv', 'one'],
      ['n/deep/b.csv', 'two'],
      ['n/c.txt', 'no'],
    ] as const)
      server.objects.set(key, text(words));
    const { paths, progress, directory } = house({ AWS_ENDPOINT_URL: server.origin });
    const [folder = ''] = await paths(['s3://b/n']);
    expect(below(folder)).toEqual(['a.csv', 'deep/b.csv']);
    expect(readFileSync(join(folder, 'deep/b.csv'), 'utf8')).toBe('two');
    expect(folder.endsWith(`${sep}n`)).toBe(true);
    expect(progress.at(-1)).toMatch(/^fetching 2\/2/);
    server.seen.length = 0;
    server.objects.set('n/deep/b.csv', text('changed'));
    server.objects.set('n/new.csv', text('new'));
    server.objects.delete('n/a.csv');
    expect(await paths(['s3://b/n'])).toEqual([folder]);
    expect(below(folder)).toEqual(['deep/b.csv', 'new.csv']);
    expect(readFileSync(join(folder, 'deep/b.csv'), 'utf8')).toBe('changed');
    expect(
      server.seen
        .filter(({ url }) => !url.includes('list-type'))
        .map(({ url }) => url)
        .sort(),
    ).toEqual(['/b/n/deep/b.csv', '/b/n/new.csv']);
    // of what is gone no bytes are left either
    expect(below(join(directory, 'sources', 'objects'))).toHaveLength(2);
  });

  it('keep equal bytes once, and not writable', async () => {
    const server = await bucket();
    for (const key of ['n/a.csv', 'n/b.csv']) server.objects.set(key, text('the same'));
    const { paths, directory } = house({ AWS_ENDPOINT_URL: server.origin });
    const [folder = ''] = await paths(['s3://b/n']);
    expect(below(join(directory, 'sources', 'objects'))).toHaveLength(1);
    expect(statSync(join(folder, 'a.csv')).mode & 0o222).toBe(0);
  });

  it('give a single file as a file, whatever it is called, and ask whether it changed', async () => {
    const file: ServedFile = { bytes: text('a,b\n1,2\n') };
    const server = await openServer(() => file);
    const { paths } = house();
    const address = `${server.origin}/answer?id=7`;
    const [path = ''] = await paths([address]);
    expect(readFileSync(path, 'utf8')).toBe('a,b\n1,2\n');
    await paths([address]);
    expect(server.seen.map(({ headers }) => headers['if-none-match'] !== undefined)).toEqual([false, true]);
    file.bytes = text('a,b\n3,4\n');
    const [again = ''] = await paths([address]);
    expect(readFileSync(again, 'utf8')).toBe('a,b\n3,4\n');
  });

  it('use the copy at hand when the network is gone, and say so', async () => {
    const server = await bucket();
    server.objects.set('n/a.csv', text('one'));
    const { paths, messages, environment } = house({ AWS_ENDPOINT_URL: server.origin });
    const first = await paths(['s3://b/n']);
    await server.close();
    expect(await paths(['s3://b/n'])).toEqual(first);
    expect(messages.at(-1)).toMatch(
      /cannot be reached.*Using the copy of 2026-03-14T20:00:00.000Z \(1 files\)/,
    );
    environment.NIGHTSIFT_OFFLINE = '1';
    expect(await paths(['s3://b/n'])).toEqual(first);
    expect(messages.at(-1)).toMatch(/NIGHTSIFT_OFFLINE is set\. Using the copy/);
    await expect(paths(['s3://b/elsewhere'])).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('go on in a later process where one was killed', async () => {
    const bytes = text('x'.repeat(4000));
    const server = await openServer(() => ({ bytes }));
    const { paths, directory } = house();
    server.faults.push({ cutAfter: 2500 }, ...Array.from({ length: 5 }, () => ({ status: 500 })));
    const address = `${server.origin}/big.csv`;
    await expect(paths([address])).rejects.toMatchObject({ code: 'unreachable' });
    expect(
      readdirSync(join(directory, 'sources', 'partial')).filter((name) => name.endsWith('.part')),
    ).toHaveLength(1);
    const [path = ''] = await paths([address]);
    expect(server.seen.at(-1)?.headers.range).toBe('bytes=2500-');
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(readdirSync(join(directory, 'sources', 'partial'))).toEqual([]);
  });

  it('need no look for a commit that is here in full', async () => {
    const server = await openHubServer({ dataSet: 'lab/s', pageSize: 10 });
    server.files.set('a.csv', { bytes: text('1') });
    const { paths, messages, fetched } = house({ HF_ENDPOINT: server.origin });
    await paths(['hf://datasets/lab/s']);
    expect(messages).toEqual([
      `hf://datasets/lab/s@main is commit ${server.commit}. Name that to stay with it.`,
    ]);
    const [folder = ''] = await paths([`hf://datasets/lab/s@${server.commit}`]);
    expect(
      fetched()
        .list()
        .map(({ record }) => record.revision),
    ).toEqual([server.commit, server.commit]);
    server.seen.length = 0;
    expect(await paths([`hf://datasets/lab/s@${server.commit}`])).toEqual([folder]);
    expect(server.seen).toEqual([]);
  });

  it.each([true, false])(
    'drop what does not have the content that the hub names (large: %s)',
    async (isLarge) => {
      const server = await openHubServer({ dataSet: 'lab/s', pageSize: 10 });
      server.files.set('a.csv', { bytes: text('honest'), isLarge, forged: text('forged') });
      const { paths } = house({ HF_ENDPOINT: server.origin });
      const address = `hf://datasets/lab/s@${server.commit}`;
      await expect(paths([address])).rejects.toMatchObject({ code: 'verifyFailed' });
    },
  );

  it('leave out names that lead astray, and say which', async () => {
    const server = await bucket();
    for (const key of ['n/../../evil.csv', 'n/ok.csv', 'n/OK.csv', 'n/a\\b.csv', 'n/x.csv', 'n/x.csv/y.csv'])
      server.objects.set(key, text(key));
    const { paths, messages } = house({ AWS_ENDPOINT_URL: server.origin });
    const [folder = ''] = await paths(['s3://b/n']);
    expect(below(folder)).toEqual(['OK.csv', 'x.csv/y.csv']);
    expect(messages.filter((each) => each.includes('left out'))).toHaveLength(4);
  });

  it('lay several sources side by side', async () => {
    const server = await bucket();
    for (const key of ['n/a.csv', 'm/a.csv']) server.objects.set(key, text(key));
    const { paths } = house({ AWS_ENDPOINT_URL: server.origin });
    const [folder = ''] = await paths(['s3://b/n', 's3://b/m']);
    expect(readdirSync(folder)).toEqual(['1 n', '2 m']);
    expect(readFileSync(join(folder, '2 m', 'a.csv'), 'utf8')).toBe('m/a.csv');
  });

  it('drop what was used longest ago beyond the limit, and refuse what is beyond it alone', async () => {
    const server = await bucket();
    for (const key of ['one/a.csv', 'two/a.csv']) server.objects.set(key, text(key.repeat(100)));
    server.objects.set('large/a.csv', new Uint8Array(3000));
    const { paths, fetched, messages } = house({
      AWS_ENDPOINT_URL: server.origin,
      NIGHTSIFT_CACHE_GIB: String(1500 / 1024 ** 3),
    });
    await paths(['s3://b/one']);
    await paths(['s3://b/two']);
    expect(
      fetched()
        .list()
        .map(({ record }) => record.address),
    ).toEqual(['s3://b/two']);
    expect(messages.at(-1)).toContain('The copy of s3://b/one was dropped');
    await expect(paths(['s3://b/large'])).rejects.toMatchObject({ code: 'tooLarge' });
  });

  it('keep all that one call asks for, also beyond the limit', async () => {
    const server = await bucket();
    for (const key of ['one/a.csv', 'two/a.csv']) server.objects.set(key, text(key.repeat(100)));
    const { paths, fetched } = house({
      AWS_ENDPOINT_URL: server.origin,
      NIGHTSIFT_CACHE_GIB: String(1500 / 1024 ** 3),
    });
    const [folder = ''] = await paths(['s3://b/one', 's3://b/two']);
    expect(fetched().list()).toHaveLength(2);
    expect(readdirSync(join(folder, '1 one'))).toEqual(['a.csv']);
  });

  it('find damaged copies, drop them and fetch them again', async () => {
    const server = await bucket();
    server.objects.set('n/a.csv', text('one'));
    const { paths, fetched } = house({ AWS_ENDPOINT_URL: server.origin });
    const [path = ''] = await paths(['s3://b/n']);
    chmodSync(path, 0o644);
    writeFileSync(path, 'two');
    const { damaged } = fetched().verify();
    expect(damaged).toHaveLength(1);
    await paths(['s3://b/n']);
    expect(readFileSync(path, 'utf8')).toBe('one');
    expect(fetched().verify()).toEqual({ files: 1, damaged: [] });
  });

  it('want a file when none has a name of the family', async () => {
    const server = await bucket();
    for (const key of ['n/a.txt', 'n/b.txt']) server.objects.set(key, text(key));
    const { paths } = house({ AWS_ENDPOINT_URL: server.origin });
    await expect(paths(['s3://b/n'])).rejects.toMatchObject({ code: 'notFound' });
  });
});

describe('names of a source', () => {
  it.each([
    '../a',
    'a/../b',
    '/a',
    'a//b',
    './a',
    'C:/x',
    'a\\b',
    'a\u0000b',
    'a\nb',
    'x'.repeat(300),
    'a/'.repeat(30),
  ])('%j is no name of a file here', (name) => expect(reasonAgainstName(name)).not.toBeNull());
  it('may hold any letters', () => expect(reasonAgainstName('Nacht 1/größe +%20 星.fits')).toBeNull());
  it('keep the order of the source', () =>
    expect(chooseNames([{ name: 'b' }, { name: 'a' }]).kept.map(({ name }) => name)).toEqual(['b', 'a']));
});

it('a fetch that the disk cannot hold is refused before it begins', () => {
  mkdirSync(join(temporaryFolder(), 'x'));
  expect(() => checkSpace('/d', 1e9, 1e9)).toThrow(expect.objectContaining({ code: 'diskFull' }));
  expect(() => checkSpace('/d', 1e6, 1e9)).not.toThrow();
});
