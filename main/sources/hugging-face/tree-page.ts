/** One page of the hub's list of files. */
import { NightsiftError } from '../../../contract/errors.ts';

export interface TreeFile {
  /** From the top of the data set. */
  readonly path: string;
  readonly byteLength: number;
  /** Git's SHA-1 of the file, or of the pointer to a large one. */
  readonly gitId: string;
  /** SHA-256 of a large file's content; null for files that lie in Git itself. */
  readonly contentHash: string | null;
}

export interface TreePage {
  readonly files: readonly TreeFile[];
  readonly next: URL | null;
}

/** `link`: the header that names the next page. Errors: badInput. */
export function pageOf(content: unknown, link: string | null, url: URL): TreePage {
  if (!Array.isArray(content)) {
    throw new NightsiftError('badInput', `${url.host} answers with something else than a list of files.`, {
      hint: 'Check HF_ENDPOINT.',
    });
  }
  return { files: content.flatMap(fileOf), next: nextOf(link, url) };
}

function fileOf(each: unknown): TreeFile[] {
  const { type, path, size, oid, lfs } = each as Readonly<Record<string, unknown>>;
  if (type !== 'file' || typeof path !== 'string' || typeof oid !== 'string') return [];
  const large = lfs as { readonly oid?: unknown; readonly size?: unknown } | undefined;
  return [
    {
      path,
      byteLength: Number(large?.size ?? size ?? 0),
      gitId: oid,
      contentHash: typeof large?.oid === 'string' ? large.oid.replace(/^sha256:/, '') : null,
    },
  ];
}

/** Only of the same host: a list may not send us elsewhere. */
function nextOf(link: string | null, url: URL): URL | null {
  const named = /<([^>]+)>\s*;\s*rel="?next"?/.exec(link ?? '')?.[1];
  if (named === undefined) return null;
  const next = new URL(named, url);
  if (next.origin === url.origin) return next;
  throw new NightsiftError('notAllowed', `${url.host} continues its list at ${next.host}.`, {
    hint: 'Check HF_ENDPOINT.',
  });
}
