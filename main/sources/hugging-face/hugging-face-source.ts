/** Files of a data set on Hugging Face. A branch or tag is pinned to the commit that it names now. */
import { join } from 'node:path';
import { NightsiftError } from '../../../contract/errors.ts';
import { ask, type Headers, textOf } from '../http/client.ts';
import { download } from '../http/download.ts';
import { statusError } from '../http/failure.ts';
import { retrying } from '../http/retry.ts';
import type { FetchWork, Listing, RemoteEntry, SourceKind, SourcePorts } from '../source.ts';
import { pageOf, type TreeFile, type TreePage } from './tree-page.ts';

const publicHub = 'https://huggingface.co';
const mostFiles = 100_000;
const mostPageBytes = 16 * 1024 * 1024;

interface Place {
  /** OWNER/NAME */
  readonly dataSet: string;
  readonly revision: string;
  /** A folder or file of it; empty for all. */
  readonly path: string;
}

export const huggingFaceSource: SourceKind = {
  name: 'hugging-face',
  title: 'files of a data set on Hugging Face',
  form: 'hf://datasets/OWNER/NAME[@REVISION][/PATH]',
  claims: (address) => /^hf:\/\//i.test(address) || /^https:\/\/huggingface\.co\/datasets\//i.test(address),
  open(address, ports) {
    const place = placeOf(address);
    const { dataSet, revision, path } = place;
    const last =
      path
        .split('/')
        .filter((part) => part !== '')
        .at(-1) ??
      dataSet.split('/').at(-1) ??
      dataSet;
    return {
      address: `hf://datasets/${dataSet}@${revision}${path === '' ? '' : `/${path}`}`,
      title: last,
      isPinned: isCommit(revision),
      list: (work) => list(hubOf(ports), place, work, ports),
    };
  },
};

/** Errors: wrongUse. */
function placeOf(address: string): Place {
  const short =
    /^hf:\/\/(?:datasets\/)?(?!datasets\/)([\w.-]+\/[\w.-]+?)(?:@([^/\s]+))?(?:\/(.*))?$/i.exec(address) ??
    // as it stands in a browser's bar
    /^https:\/\/huggingface\.co\/datasets\/([\w.-]+\/[\w.-]+)(?:\/(?:tree|blob|resolve)\/([^/?#]+))?(?:\/([^?#]*))?/i.exec(
      address,
    );
  if (short === null) {
    throw new NightsiftError('wrongUse', `"${address}" names no data set.`, {
      hint: 'Write it as hf://datasets/OWNER/NAME@REVISION/PATH; revision and path may be left out.',
    });
  }
  const [, dataSet = '', revision = 'main', path = ''] = short;
  return {
    dataSet,
    revision: decodeURIComponent(revision),
    path: decodeURIComponent(path).replace(/\/$/, ''),
  };
}

function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}$/.test(revision);
}

interface Hub {
  readonly base: string;
  headers(url: URL, isOwn: boolean): Headers;
}

/** HF_ENDPOINT and HF_TOKEN, or the token that the hub's own tools keep. */
function hubOf({ environment, home, readText }: SourcePorts): Hub {
  const base = (environment.HF_ENDPOINT || publicHub).replace(/\/$/, '');
  const folder = environment.HF_HOME || join(home, '.cache', 'huggingface');
  const token = (environment.HF_TOKEN || readText(join(folder, 'token')) || '').trim();
  return {
    base,
    headers: (_, isOwn): Record<string, string> =>
      isOwn && token !== '' ? { authorization: `Bearer ${token}` } : {},
  };
}

type ListWork = Pick<FetchWork, 'signal' | 'onRetry'>;

async function list(hub: Hub, place: Place, work: ListWork, ports: SourcePorts): Promise<Listing> {
  const { dataSet, revision, path } = place;
  const commit = await commitOf(hub, place, work, ports);
  const files = await filesBelow(hub, dataSet, commit, path, work, ports);
  const folder = files.some((file) => file.path === path)
    ? path.slice(0, path.lastIndexOf('/') + 1)
    : `${path}/`;
  const start = path === '' ? 0 : folder.length;
  if (files.length === 0) {
    throw new NightsiftError('notFound', `${dataSet}@${revision} holds no file ${path}.`, {
      hint: 'Look at the data set’s files on its page: upper and lower case differ.',
    });
  }
  return {
    revision: commit,
    entries: files.map((file) => entryOf(hub, dataSet, commit, file, file.path.slice(start), ports)),
  };
}

async function commitOf(
  hub: Hub,
  { dataSet, revision }: Place,
  work: ListWork,
  ports: SourcePorts,
): Promise<string> {
  if (isCommit(revision)) return revision;
  const url = new URL(`${hub.base}/api/datasets/${dataSet}/revision/${encodeURIComponent(revision)}`);
  const { text } = await answered(hub, url, work, ports);
  const { sha } = jsonOf(text, url) as { sha?: unknown };
  if (typeof sha === 'string' && isCommit(sha)) return sha;
  throw new NightsiftError('badInput', `${url.host} does not say which commit ${dataSet}@${revision} is.`, {
    hint: 'Name the commit itself: @ and its 40 hexadecimal digits.',
  });
}

/** Of a folder, or the one file of that name, which is looked for in the folder above it. */
async function filesBelow(
  hub: Hub,
  dataSet: string,
  commit: string,
  path: string,
  work: ListWork,
  ports: SourcePorts,
): Promise<readonly TreeFile[]> {
  try {
    const files = await tree(hub, dataSet, commit, path, true, work, ports);
    if (files.length > 0 || path === '') return files;
  } catch (thrown) {
    if (path === '' || !(thrown instanceof NightsiftError) || thrown.code !== 'notFound') throw thrown;
  }
  const parent = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  const beside = await tree(hub, dataSet, commit, parent, false, work, ports);
  return beside.filter((file) => file.path === path);
}

async function tree(
  hub: Hub,
  dataSet: string,
  commit: string,
  path: string,
  isDeep: boolean,
  work: ListWork,
  ports: SourcePorts,
): Promise<readonly TreeFile[]> {
  const below = path === '' ? '' : `/${path.split('/').map(encodeURIComponent).join('/')}`;
  const files: TreeFile[] = [];
  let url: URL | null = new URL(
    `${hub.base}/api/datasets/${dataSet}/tree/${commit}${below}${isDeep ? '?recursive=true' : ''}`,
  );
  while (url !== null) {
    const { text, link } = await answered(hub, url, work, ports);
    const page: TreePage = pageOf(jsonOf(text, url), link, url);
    files.push(...page.files);
    url = page.next;
    if (files.length > mostFiles) {
      throw new NightsiftError('tooLarge', `${dataSet} holds more than ${mostFiles} files.`, {
        hint: 'Name a folder of it.',
      });
    }
  }
  return files;
}

function answered(
  hub: Hub,
  url: URL,
  work: ListWork,
  ports: SourcePorts,
): Promise<{ readonly text: string; readonly link: string | null }> {
  return retrying({ ports, work }, async () => {
    const answer = await ask({ url, headers: hub.headers, signal: work.signal });
    const text = await textOf(answer, mostPageBytes);
    if (answer.status === 200) return { text, link: answer.header('link') };
    const error = statusError(url, answer.status, text, answer.header('retry-after') ?? undefined);
    if (error.code !== 'notAllowed') throw error;
    throw new NightsiftError('notAllowed', `${error.message}`, {
      hint: 'Private and gated data sets need HF_TOKEN, and gated ones your consent on their page. A name that does not exist is answered in the same way.',
      details: error.details,
    });
  });
}

function jsonOf(text: string, url: URL): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NightsiftError(
      'badInput',
      `${url.host}${url.pathname} answers with something else than JSON.`,
      {
        hint: 'Check HF_ENDPOINT.',
        details: { said: text.slice(0, 200) },
      },
    );
  }
}

function entryOf(
  hub: Hub,
  dataSet: string,
  commit: string,
  { path, byteLength, gitId, contentHash }: TreeFile,
  name: string,
  ports: SourcePorts,
): RemoteEntry {
  const url = new URL(
    `${hub.base}/datasets/${dataSet}/resolve/${commit}/${path.split('/').map(encodeURIComponent).join('/')}`,
  );
  return {
    name,
    byteLength,
    tag: contentHash ?? gitId,
    digest:
      contentHash === null
        ? { algorithm: 'gitBlob', value: gitId }
        : { algorithm: 'sha256', value: contentHash },
    fetch: async (sink, work) => {
      const { outcome } = await download({ url, headers: hub.headers, byteLength }, sink, work, ports);
      return { outcome, tag: contentHash ?? gitId };
    },
  };
}
