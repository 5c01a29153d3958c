import { describe, expect, it } from 'vitest';
import { openSource } from '../../main/sources/index.ts';
import { s3Settings } from '../../main/sources/s3/settings.ts';
import { signedHeaders } from '../../main/sources/s3/sign.ts';
import { openHubServer } from './servers/hub-server.ts';
import { openS3Server } from './servers/s3-server.ts';
import { trialPorts } from './trial-ports.ts';

const text = (words: string) => new TextEncoder().encode(words);
const names = async (source: ReturnType<typeof openSource>) =>
  (await source.list({})).entries.map(({ name }) => name).sort();

describe('S3', () => {
  it('signs as the documentation of the signature does for its bucket list', () => {
    const url = new URL('https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J');
    const keys = {
      accessKey: 'AKIAIOSFODNN7EXAMPLE',
      secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      sessionToken: null,
    };
    const { authorization } = signedHeaders(url, keys, 'us-east-1', new Date('2013-05-24T00:00:00Z'));
    expect(authorization).toContain('34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7');
  });

  it('takes credentials, region and endpoint from the places of the AWS tools, in their order', () => {
    const files = {
      '/home/someone/.aws/credentials':
        '[default]\naws_access_key_id = A\naws_secret_access_key=S\n\n[dome]\naws_access_key_id = D\naws_secret_access_key = T\naws_session_token = U\n',
      '/home/someone/.aws/config':
        '[default]\nregion = eu-north-1\n[profile dome]\nregion=us-west-2\nendpoint_url = http://dome:9000\ns3 =\n  region = wrong\n',
    };
    const settings = (query: string, environment: Record<string, string> = {}) =>
      s3Settings(new URLSearchParams(query), trialPorts(environment, files));
    expect(settings('')).toMatchObject({
      region: 'eu-north-1',
      endpoint: null,
      credentials: { accessKey: 'A' },
    });
    const dome = settings('', { AWS_PROFILE: 'dome' });
    expect(dome).toMatchObject({ region: 'us-west-2', credentials: { accessKey: 'D', sessionToken: 'U' } });
    expect(dome.endpoint?.host).toBe('dome:9000');
    const environment = {
      AWS_ACCESS_KEY_ID: 'E',
      AWS_SECRET_ACCESS_KEY: 'F',
      AWS_DEFAULT_REGION: 'sa-east-1',
    };
    expect(settings('', environment)).toMatchObject({ region: 'sa-east-1', credentials: { accessKey: 'E' } });
    expect(settings('profile=dome&region=x', environment)).toMatchObject({
      region: 'x',
      credentials: { accessKey: 'D' },
    });
    expect(settings('unsigned', environment).credentials).toBeNull();
    expect(() => settings('profile=nobody')).toThrow(expect.objectContaining({ code: 'wrongUse' }));
    expect(() => settings('endpoint=nowhere')).toThrow(expect.objectContaining({ code: 'wrongUse' }));
  });

  it('names one object, a folder or all keys that begin so, and goes to the region that the bucket names', async () => {
    const keys = { accessKey: 'K', secretKey: 'S' };
    const server = await openS3Server({ bucket: 'b', region: 'ap-south-1', keys, pageSize: 1000 });
    for (const key of ['n/a.csv', 'n/a.csv.bak', 'n/deep/c.csv', 'nights.csv'])
      server.objects.set(key, text(key));
    const ports = trialPorts({
      AWS_ACCESS_KEY_ID: 'K',
      AWS_SECRET_ACCESS_KEY: 'S',
      AWS_ENDPOINT_URL: server.origin,
    });
    const at = (path: string) => names(openSource(`s3://b/${path}`, ports));
    expect(await at('n/a.csv')).toEqual(['a.csv']);
    expect(await at('n')).toEqual(['a.csv', 'a.csv.bak', 'deep/c.csv']);
    expect(await at('n/')).toEqual(['a.csv', 'a.csv.bak', 'deep/c.csv']);
    expect(await at('ni')).toEqual(['nights.csv']);
    expect(await at('')).toHaveLength(4);
  });

  it('says what is wrong with credentials, and what to do', async () => {
    const keys = { accessKey: 'K', secretKey: 'S' };
    const server = await openS3Server({ bucket: 'b', region: 'us-east-1', keys, pageSize: 10 });
    const at = (environment: Record<string, string>) =>
      openSource('s3://b/x', trialPorts({ ...environment, AWS_ENDPOINT_URL: server.origin })).list({});
    await expect(at({})).rejects.toMatchObject({
      code: 'notAllowed',
      hint: expect.stringContaining('No credentials'),
    });
    await expect(at({ AWS_ACCESS_KEY_ID: 'K', AWS_SECRET_ACCESS_KEY: 'wrong' })).rejects.toThrow(
      /SignatureDoesNotMatch/,
    );
  });

  it('refuses a list that is none, or that defines entities', async () => {
    for (const body of [
      '<html>hello</html>',
      '<!DOCTYPE x [<!ENTITY a "b">]><ListBucketResult/>',
      'not xml <',
      '<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>',
    ]) {
      const { openServer } = await import('./servers/file-server.ts');
      const server = await openServer((_, response) => {
        response.end(body);
        return null;
      });
      const source = openSource('s3://b/x', trialPorts({ AWS_ENDPOINT_URL: server.origin }));
      await expect(source.list({})).rejects.toMatchObject({ code: 'badInput' });
    }
  });
});

describe('Hugging Face', () => {
  it('pins a branch to its commit, also for an address from the bar of a browser', async () => {
    const server = await openHubServer({ dataSet: 'lab/spectra', pageSize: 10 });
    server.files.set('a/one.csv', { bytes: text('1') });
    const ports = trialPorts({ HF_ENDPOINT: server.origin });
    const source = openSource('https://huggingface.co/datasets/lab/spectra/tree/main/a', ports);
    expect([source.address, source.isPinned]).toEqual(['hf://datasets/lab/spectra@main/a', false]);
    const listing = await source.list({});
    expect(listing.revision).toBe(server.commit);
    server.seen.length = 0;
    const pinned = openSource(`hf://datasets/lab/spectra@${server.commit}/a/one.csv`, ports);
    expect([pinned.isPinned, pinned.title]).toEqual([true, 'one.csv']);
    expect(await names(pinned)).toEqual(['one.csv']);
    expect(server.seen.every(({ url }) => !url.includes('/revision/'))).toBe(true);
  });

  it('keeps its token to the hub, and wants one where the hub does', async () => {
    const server = await openHubServer({ dataSet: 'lab/closed', pageSize: 10, token: 'word' });
    server.files.set('big.bin', { bytes: text('large'), isLarge: true });
    const files = { '/home/someone/.cache/huggingface/token': 'word\n' };
    const source = openSource('hf://lab/closed', trialPorts({ HF_ENDPOINT: server.origin }, files));
    const [entry] = (await source.list({})).entries;
    const { memorySink } = await import('./trial-ports.ts');
    const { sink, bytes } = memorySink();
    await entry!.fetch(sink, { mostBytes: 100 });
    expect(bytes()).toEqual(text('large'));
    expect(server.store.seen[0]?.headers.authorization).toBeUndefined();
    const without = openSource('hf://lab/closed', trialPorts({ HF_ENDPOINT: server.origin }));
    await expect(without.list({})).rejects.toMatchObject({
      code: 'notAllowed',
      hint: expect.stringContaining('HF_TOKEN'),
    });
  });

  it('does not follow a list to another host', async () => {
    const { openServer } = await import('./servers/file-server.ts');
    const server = await openServer((_, response) => {
      response.writeHead(200, { link: '<https://elsewhere.example/x>; rel="next"' }).end('[]');
      return null;
    });
    const source = openSource(
      `hf://datasets/a/b@${'0'.repeat(40)}`,
      trialPorts({ HF_ENDPOINT: server.origin }),
    );
    await expect(source.list({})).rejects.toMatchObject({ code: 'notAllowed' });
  });
});

describe('the servers of these tests, asked by clients that others wrote', () => {
  it('a bucket', async () => {
    const { S3Client } = await import('@bradenmacdonald/s3-lite-client');
    const keys = { accessKey: 'K', secretKey: 'S/+' };
    const server = await openS3Server({ bucket: 'bucket', region: 'eu-west-1', keys, pageSize: 2 });
    for (const key of ['a/1.csv', 'a/2 3.csv', 'a/4.csv']) server.objects.set(key, text(key));
    const client = new S3Client({
      endPoint: server.origin,
      region: 'eu-west-1',
      bucket: 'bucket',
      pathStyle: true,
      ...keys,
    });
    const found: string[] = [];
    for await (const { key } of client.listObjects({ prefix: 'a/' })) found.push(key);
    expect(found).toEqual(['a/1.csv', 'a/2 3.csv', 'a/4.csv']);
    expect(await (await client.getObject('a/2 3.csv')).text()).toBe('a/2 3.csv');
  });

  it('a hub', async () => {
    const { datasetInfo, listFiles, downloadFile } = await import('@huggingface/hub');
    const server = await openHubServer({ dataSet: 'lab/spectra', pageSize: 2 });
    for (const name of ['a.csv', 'b/c.csv', 'b/d.csv']) server.files.set(name, { bytes: text(name) });
    const hub = { hubUrl: server.origin, repo: { type: 'dataset', name: 'lab/spectra' } as const };
    const info = await datasetInfo({ name: 'lab/spectra', hubUrl: server.origin, additionalFields: ['sha'] });
    expect(info.sha).toBe(server.commit);
    const found: string[] = [];
    for await (const { path, type } of listFiles({ ...hub, recursive: true }))
      if (type === 'file') found.push(path);
    expect(found).toEqual(['a.csv', 'b/c.csv', 'b/d.csv']);
    const file = await downloadFile({ ...hub, path: 'b/c.csv' });
    expect(await file?.text()).toBe('b/c.csv');
  });
});
