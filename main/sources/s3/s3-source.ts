/** Objects of a bucket, of AWS or of anything that speaks S3: ListObjectsV2, GetObject, signed where credentials are at hand. */
import { NightsiftError } from '../../../contract/errors.ts';
import { ask, textOf } from '../http/client.ts';
import { download } from '../http/download.ts';
import { statusError } from '../http/failure.ts';
import { urlOf } from '../http/http-source.ts';
import { retrying } from '../http/retry.ts';
import type { FetchWork, Listing, RemoteEntry, SourceKind, SourcePorts } from '../source.ts';
import { listPage, regionOf, type S3Object, type S3Page, saidBy } from './list-page.ts';
import { type S3Settings, s3Settings } from './settings.ts';
import { encodeKey, encodeValue, signedHeaders } from './sign.ts';

/** A larger bucket is named by a longer prefix. */
const mostObjects = 100_000;
const mostPageBytes = 16 * 1024 * 1024;

export const s3Source: SourceKind = {
  name: 's3',
  title: 'objects of an S3 bucket',
  form: 's3://BUCKET/PREFIX[?region=R&endpoint=URL&profile=NAME&unsigned]',
  claims: (address) => /^s3:\/\//i.test(address),
  open(address, ports) {
    const url = urlOf(address);
    const bucket = url.hostname;
    if (bucket === '') {
      throw new NightsiftError('wrongUse', `${address} names no bucket.`, {
        hint: 'Write it as s3://BUCKET/PREFIX.',
      });
    }
    const prefix = decodeURIComponent(url.pathname.slice(1));
    const shown = new URLSearchParams(url.search);
    const door: Door = { bucket, settings: s3Settings(shown, ports), ports };
    shown.delete('profile');
    const query = shown.size === 0 ? '' : `?${shown}`;
    const last = prefix
      .split('/')
      .filter((part) => part !== '')
      .at(-1);
    return {
      address: `s3://${bucket}/${prefix}${query}`,
      title: last ?? bucket,
      isPinned: false,
      list: (work) => list(door, prefix, work),
    };
  },
};

interface Door {
  readonly bucket: string;
  /** The region is corrected when the bucket says that it lies elsewhere. */
  settings: S3Settings;
  readonly ports: SourcePorts;
}

async function list(
  door: Door,
  prefix: string,
  work: Pick<FetchWork, 'signal' | 'onRetry'>,
): Promise<Listing> {
  const objects: S3Object[] = [];
  let next: string | null = null;
  do {
    const page: S3Page = await retrying({ ports: door.ports, work }, () =>
      pageOf(door, prefix, next, work.signal),
    );
    objects.push(...page.objects.filter(({ key }) => !key.endsWith('/')));
    next = page.next;
    if (objects.length > mostObjects) {
      throw new NightsiftError(
        'tooLarge',
        `s3://${door.bucket}/${prefix} holds more than ${mostObjects} objects.`,
        {
          hint: 'Name a longer prefix.',
        },
      );
    }
  } while (next !== null);
  const { chosen, folder } = choose(objects, prefix);
  if (chosen.length === 0) {
    throw new NightsiftError('notFound', `s3://${door.bucket}/${prefix} holds no object.`, {
      hint: 'Check the prefix: upper and lower case differ.',
    });
  }
  return {
    revision: null,
    entries: chosen.map((object) => entryOf(door, object, object.key.slice(folder.length))),
  };
}

/** The object of that very key, else what lies in the folder of that name, else all keys that begin so. */
function choose(
  objects: readonly S3Object[],
  prefix: string,
): { readonly chosen: readonly S3Object[]; readonly folder: string } {
  const parent = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  const exact = objects.filter(({ key }) => key === prefix);
  if (exact.length > 0) return { chosen: exact, folder: parent };
  if (prefix === parent) return { chosen: objects, folder: parent };
  const below = objects.filter(({ key }) => key.startsWith(`${prefix}/`));
  return below.length > 0 ? { chosen: below, folder: `${prefix}/` } : { chosen: objects, folder: parent };
}

function entryOf(door: Door, { key, byteLength, tag }: S3Object, name: string): RemoteEntry {
  return {
    name,
    byteLength,
    tag,
    digest: null,
    fetch: (sink, work) =>
      download(
        { url: urlIn(door, key, ''), headers: (url, isOwn) => headersFor(door, url, isOwn), byteLength },
        sink,
        work,
        door.ports,
      ),
  };
}

async function pageOf(
  door: Door,
  prefix: string,
  next: string | null,
  signal: AbortSignal | undefined,
): Promise<S3Page> {
  const query = [
    ...(next === null ? [] : [`continuation-token=${encodeValue(next)}`]),
    'encoding-type=url',
    'list-type=2',
    'max-keys=1000',
    `prefix=${encodeValue(prefix)}`,
  ].join('&');
  const url = urlIn(door, '', query);
  const answer = await ask({ url, headers: (hop, isOwn) => headersFor(door, hop, isOwn), signal });
  const text = await textOf(answer, mostPageBytes);
  if (answer.status === 200) return listPage(text, `s3://${door.bucket}`);
  const region = answer.header('x-amz-bucket-region') ?? regionOf(text);
  if (region !== null && region !== door.settings.region) {
    door.settings = { ...door.settings, region };
    return pageOf(door, prefix, next, signal);
  }
  throw refusedBy(door, url, answer.status, text, answer.header('retry-after') ?? undefined);
}

function refusedBy(door: Door, url: URL, status: number, text: string, retryAfter?: string): NightsiftError {
  const error = statusError(url, status, saidBy(text) ?? text, retryAfter);
  if (error.code !== 'notAllowed') return error;
  const isSigned = door.settings.credentials !== null;
  const isClock = /RequestTimeTooSkewed/.test(text);
  return new NightsiftError(
    'notAllowed',
    `s3://${door.bucket}: ${saidBy(text) ?? `the answer was ${status}`}`,
    {
      hint: isClock
        ? 'Set the clock of this machine: signatures are valid for minutes.'
        : isSigned
          ? 'The credentials may not list this bucket. Others: AWS_PROFILE, or ?profile=NAME; none for a public bucket: ?unsigned.'
          : 'No credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or fill ~/.aws/credentials.',
      details: error.details,
    },
  );
}

function headersFor({ settings, ports }: Door, url: URL, isOwn: boolean): Record<string, string> {
  const { credentials, region } = settings;
  return isOwn && credentials !== null ? signedHeaders(url, credentials, region, ports.now()) : {};
}

/** Other endpoints take the bucket in the path; AWS takes it in the host where its name can be one. */
function urlIn({ bucket, settings }: Door, key: string, query: string): URL {
  const { endpoint, region } = settings;
  const search = query === '' ? '' : `?${query}`;
  if (endpoint !== null) {
    const base = endpoint.pathname.replace(/\/$/, '');
    return new URL(`${endpoint.origin}${base}/${bucket}/${encodeKey(key)}${search}`);
  }
  const isHostName = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(bucket);
  return new URL(
    isHostName
      ? `https://${bucket}.s3.${region}.amazonaws.com/${encodeKey(key)}${search}`
      : `https://s3.${region}.amazonaws.com/${bucket}/${encodeKey(key)}${search}`,
  );
}
