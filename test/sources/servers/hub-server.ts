/** A data set as the Hugging Face hub shows it: revision, tree by pages, resolve with a redirection to another host for large files. */
import { createHash } from 'node:crypto';
import { etagOf, openServer, type ServedFile, type TestServer } from './file-server.ts';

export interface HubFile {
  bytes: Uint8Array;
  /** Kept outside of Git, as the hub does with large files. */
  readonly isLarge?: boolean;
  /** Sent in place of the bytes that the tree tells of. */
  readonly forged?: Uint8Array;
}

export interface HubServer extends TestServer {
  readonly files: Map<string, HubFile>;
  /** Where large files are redirected to. */
  readonly store: TestServer;
  /** Of `main`. */
  commit: string;
}

export interface HubOptions {
  readonly dataSet: string;
  readonly pageSize: number;
  readonly token?: string;
}

export async function openHubServer({ dataSet, pageSize, token }: HubOptions): Promise<HubServer> {
  const files = new Map<string, HubFile>();
  const store = await openServer((request, response): ServedFile | null => {
    const file = files.get(decodeURIComponent((request.url ?? '').slice(1).split('?')[0]!));
    if (file !== undefined) return { bytes: file.forged ?? file.bytes };
    response.writeHead(404).end();
    return null;
  });
  const state = { commit: 'a'.repeat(40) };
  const server = await openServer((request, response): ServedFile | null => {
    const url = new URL(request.url ?? '', 'http://hub');
    const fail = (status: number, error: string) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
      return null;
    };
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`)
      return fail(401, 'Invalid username or password.');
    const known = (revision: string) =>
      revision === 'main' || revision === 'HEAD' || revision === state.commit;
    const asked = new RegExp(
      `^/(api/datasets|datasets)/${dataSet}/(revision|tree|resolve)/([^/]+)(?:/(.*))?$`,
    ).exec(url.pathname);
    if (asked === null) return fail(404, 'Repository not found');
    const [, , action, revision = '', rest = ''] = asked;
    if (!known(revision)) return fail(404, 'Invalid rev id');
    const path = decodeURIComponent(rest);
    if (action === 'revision') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({
          _id: '1',
          id: dataSet,
          sha: state.commit,
          private: false,
          downloads: 0,
          likes: 0,
          gated: false,
          lastModified: '2026-01-01T00:00:00.000Z',
        }),
      );
      return null;
    }
    if (action === 'resolve') {
      const file = files.get(path);
      if (file === undefined) return fail(404, 'Entry not found');
      if (!file.isLarge)
        return { bytes: file.forged ?? file.bytes, headers: { 'x-repo-commit': state.commit } };
      response.writeHead(302, {
        location: `${store.origin}/${encodeURIComponent(path)}?X-Amz-Signature=secret`,
        'x-repo-commit': state.commit,
        'x-linked-size': String(file.bytes.byteLength),
        'x-linked-etag': etagOf(file.bytes),
      });
      response.end();
      return null;
    }
    const isDeep = url.searchParams.get('recursive') === 'true';
    const entries = treeOf(files, path, isDeep);
    if (entries === null) return fail(404, `${path} does not exist on "${revision}"`);
    const start = Number(url.searchParams.get('cursor') ?? 0);
    const next = start + pageSize;
    const link = new URL(url.pathname + url.search, server.origin);
    link.searchParams.set('cursor', String(next));
    response.writeHead(200, {
      'content-type': 'application/json',
      ...(next < entries.length && { link: `<${link}>; rel="next"` }),
    });
    response.end(JSON.stringify(entries.slice(start, next)));
    return null;
  });
  return Object.assign(server, {
    files,
    store,
    get commit() {
      return state.commit;
    },
    set commit(value: string) {
      state.commit = value;
    },
  });
}

/** Null for what is no folder. */
function treeOf(files: ReadonlyMap<string, HubFile>, path: string, isDeep: boolean): unknown[] | null {
  const start = path === '' ? '' : `${path}/`;
  const below = [...files].filter(([name]) => name.startsWith(start)).sort();
  if (below.length === 0) return null;
  const folders = new Set<string>();
  const entries: unknown[] = [];
  for (const [name, { bytes, isLarge }] of below) {
    const parts = name.slice(start.length).split('/');
    for (let depth = 1; depth < (isDeep ? parts.length : Math.min(2, parts.length)); depth += 1) {
      const folder = start + parts.slice(0, depth).join('/');
      if (folders.has(folder)) continue;
      folders.add(folder);
      entries.push({ type: 'directory', oid: hash('sha1', folder), size: 0, path: folder });
    }
    if (!isDeep && parts.length > 1) continue;
    const sha256 = hash('sha256', bytes);
    entries.push({
      type: 'file',
      oid: isLarge ? hash('sha1', sha256) : hash('sha1', `blob ${bytes.byteLength}\0`, bytes),
      size: bytes.byteLength,
      path: name,
      ...(isLarge && { lfs: { oid: sha256, size: bytes.byteLength, pointerSize: 134 } }),
    });
  }
  return entries;
}

function hash(algorithm: string, ...parts: (string | Uint8Array)[]): string {
  return parts.reduce((sum, part) => sum.update(part), createHash(algorithm)).digest('hex');
}
