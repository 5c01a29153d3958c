/**
 * Brings a source here: lists it, fetches what is new or changed, keeps it by its content. Without a network what was fetched
 * before is used, and that is said.
 */
import { createHash } from 'node:crypto';
import { readFileSync, statfsSync } from 'node:fs';
import { isNightsiftError, NightsiftError } from '../../../contract/errors.ts';
import { checkSpace, type FetchedFiles, type Place } from '../../library/fetched/fetched-files.ts';
import type { PartialFile } from '../../library/fetched/partial-file.ts';
import type { FetchedFile } from '../../library/fetched/place-record.ts';
import { chooseNames } from '../../library/fetched/safe-names.ts';
import type { Listing, RemoteEntry, RemoteSource } from '../../sources/source.ts';
import type { WorkOptions } from '../progress.ts';

export interface FetchPorts {
  readonly fetched: FetchedFiles;
  readonly now: () => Date;
  /** Nothing is asked for; only what is here is used. */
  readonly isOffline: boolean;
  /** Of all that is kept. */
  readonly mostBytes: number;
  /** Addresses whose copies are needed now. */
  readonly spared?: ReadonlySet<string>;
}

/** Files of a source that somebody wants, by their names. */
export type Wanted = (name: string) => boolean;

const atOnce = 4;

/** Errors: unreachable (with nothing here), notFound, notAllowed, tooLarge, verifyFailed, diskFull, cancelled. */
export async function fetchSource(
  ports: FetchPorts,
  source: RemoteSource,
  isWanted: Wanted,
  options: WorkOptions,
): Promise<Place> {
  const known = ports.fetched.find(source.address);
  if (known !== null && source.isPinned && isComplete(ports, known, isWanted)) return used(ports, known);
  if (ports.isOffline) return withoutNetwork(ports, source, known, 'NIGHTSIFT_OFFLINE is set', options);
  try {
    options.onProgress?.({ phase: 'listing', done: 0, total: null, note: source.address });
    const listing = await source.list(sourceWork(options));
    return await bring(ports, source, listing, known, isWanted, options);
  } catch (thrown) {
    if (!isNightsiftError(thrown) || thrown.code !== 'unreachable' || known === null) throw thrown;
    return withoutNetwork(ports, source, known, thrown.message, options);
  }
}

function sourceWork({ signal, onMessage }: WorkOptions) {
  return { signal, onRetry: (sentence: string) => onMessage?.(sentence) };
}

/** Errors: unreachable. */
function withoutNetwork(
  ports: FetchPorts,
  { address }: RemoteSource,
  known: Place | null,
  why: string,
  { onMessage }: WorkOptions,
): Place {
  if (known === null) {
    throw new NightsiftError('unreachable', `${address} was never fetched, and ${why}.`, {
      hint: 'Fetch it once while there is a network: nightsift sources fetch ADDRESS.',
    });
  }
  const { files, fetchedAt } = known.record;
  onMessage?.(`${why.replace(/\.$/, '')}. Using the copy of ${fetchedAt} (${files.length} files).`);
  return used(ports, known);
}

function used({ fetched, now }: FetchPorts, { record }: Place): Place {
  return fetched.settle({ ...record, usedAt: now().toISOString() });
}

function isComplete({ fetched }: FetchPorts, { record }: Place, isWanted: Wanted): boolean {
  const here = new Set(record.files.filter((file) => fetched.has(file)).map(({ name }) => name));
  return choose(record.listed, isWanted).every(({ name }) => here.has(name));
}

/** A source of one file is wanted as it is, whatever it is called. */
function choose<T extends { readonly name: string }>(entries: readonly T[], isWanted: Wanted): readonly T[] {
  return entries.length === 1 ? entries : entries.filter(({ name }) => isWanted(name));
}

async function bring(
  ports: FetchPorts,
  source: RemoteSource,
  listing: Listing,
  known: Place | null,
  isWanted: Wanted,
  options: WorkOptions,
): Promise<Place> {
  const { kept, refused } = chooseNames(listing.entries);
  for (const { name, reason } of refused.slice(0, 20))
    options.onMessage?.(`${source.address}: ${JSON.stringify(name)} is left out: it ${reason}.`);
  const wanted = choose(kept, isWanted);
  if (wanted.length === 0) {
    throw new NightsiftError(
      'notFound',
      `${source.address}: none of its ${kept.length} files is wanted here.`,
      {
        hint: 'Check --family: files are chosen by their names. A single file is taken whatever it is called.',
        details: { files: kept.slice(0, 20).map(({ name }) => name) },
      },
    );
  }
  const before = new Map(known?.record.files.map((file) => [file.name, file]));
  refuseTooMuch(ports, source, wanted, before);
  const files = await fetchAll(ports, source, wanted, before, options);
  const there = new Set(kept.map(({ name }) => name));
  const fresh = new Set(files.map(({ name }) => name));
  // files of an earlier scan that another family wanted stay as long as the source has them unchanged
  const others = [...before.values()].filter(
    (file) => !fresh.has(file.name) && there.has(file.name) && ports.fetched.has(file),
  );
  const now = ports.now().toISOString();
  const place = ports.fetched.settle({
    schema: 'nightsift.source/1',
    address: source.address,
    title: source.title,
    revision: listing.revision,
    fetchedAt: now,
    usedAt: now,
    listed: kept.map(({ name, byteLength, tag }) => ({ name, byteLength, tag })),
    files: [...files, ...others],
  });
  if (listing.revision !== null && listing.revision !== known?.record.revision && !source.isPinned)
    options.onMessage?.(`${source.address} is commit ${listing.revision}. Name that to stay with it.`);
  for (const address of ports.fetched.prune(ports.mostBytes, ports.spared ?? new Set([source.address])))
    options.onMessage?.(
      `The copy of ${address} was dropped: no more than ${ports.mostBytes} bytes are kept.`,
    );
  return place;
}

/** Errors: tooLarge, diskFull. */
function refuseTooMuch(
  { mostBytes, fetched }: FetchPorts,
  { address }: RemoteSource,
  wanted: readonly RemoteEntry[],
  before: ReadonlyMap<string, FetchedFile>,
): void {
  const size = (entries: readonly RemoteEntry[]) =>
    entries.reduce((sum, each) => sum + (each.byteLength ?? 0), 0);
  const all = size(wanted);
  if (all > mostBytes) {
    throw new NightsiftError(
      'tooLarge',
      `${address}: ${wanted.length} files of ${all} bytes; ${mostBytes} are kept.`,
      {
        hint: 'Name a part of the source, or raise NIGHTSIFT_CACHE_GIB.',
        details: { files: wanted.length, byteLength: all, mostBytes },
      },
    );
  }
  const missing = wanted.filter((entry) => !isHere(entry, before.get(entry.name), fetched));
  const { bavail, bsize } = statfsSync(fetched.directory);
  checkSpace(fetched.directory, size(missing), bavail * bsize);
}

/** Sources that do not tell are asked whether the copy still holds. */
function isHere(
  entry: RemoteEntry,
  known: FetchedFile | undefined,
  fetched: FetchedFiles,
): known is FetchedFile {
  return known !== undefined && entry.tag !== null && entry.tag === known.tag && fetched.has(known);
}

async function fetchAll(
  ports: FetchPorts,
  source: RemoteSource,
  wanted: readonly RemoteEntry[],
  before: ReadonlyMap<string, FetchedFile>,
  options: WorkOptions,
): Promise<FetchedFile[]> {
  const files: FetchedFile[] = [];
  const waiting = [...wanted];
  const progress = (note: string) =>
    options.onProgress?.({ phase: 'fetching', done: files.length, total: wanted.length, note });
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const take = async (): Promise<void> => {
    for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
      const { name } = entry;
      const onBytes = (done: number, total: number | null) => progress(`${name} ${sizeWords(done, total)}`);
      files.push(await fetchEntry(ports, source, entry, before.get(name), { ...options, signal }, onBytes));
      progress(name);
    }
  };
  const takes = Array.from({ length: Math.min(atOnce, wanted.length) }, take);
  try {
    await Promise.all(takes);
  } catch (thrown) {
    // what the others have so far is kept for the next try, once they have let go of it
    stop.abort();
    await Promise.allSettled(takes);
    throw thrown;
  }
  return files;
}

async function fetchEntry(
  { fetched, mostBytes }: FetchPorts,
  { address }: RemoteSource,
  entry: RemoteEntry,
  known: FetchedFile | undefined,
  options: WorkOptions,
  onBytes: (done: number, total: number | null) => void,
): Promise<FetchedFile> {
  const { name } = entry;
  if (known !== undefined && isHere(entry, known, fetched)) return known;
  const partial = fetched.open(address, name);
  const copy = heldCopy(fetched, known);
  try {
    const work = { ...sourceWork(options), onBytes, mostBytes, knownTag: copy?.tag ?? null };
    const { outcome, tag } = await entry.fetch(partial, work);
    if (outcome === 'unchanged' && copy !== null) {
      partial.remove();
      return copy;
    }
    checkDigest(entry, partial, `${address} ${name}`);
    return { name, tag, ...fetched.keep(partial) };
  } finally {
    partial.close();
  }
}

function heldCopy(fetched: FetchedFiles, known: FetchedFile | undefined): FetchedFile | null {
  return known !== undefined && fetched.has(known) ? known : null;
}

/** Errors: verifyFailed. */
function checkDigest({ digest }: RemoteEntry, partial: PartialFile, place: string): void {
  if (digest === null) return;
  const found = digest.algorithm === 'sha256' ? partial.finish() : gitBlobId(partial.path);
  if (found === digest.value) return;
  partial.restart();
  throw new NightsiftError(
    'verifyFailed',
    `${place}: its ${digest.algorithm} is ${found}, not ${digest.value}.`,
    {
      hint: 'Something on the way altered it. It was dropped; try again.',
      details: { found, expected: digest.value },
    },
  );
}

/** As Git names a file: SHA-1 of a header and the content. */
function gitBlobId(path: string): string {
  const bytes = readFileSync(path);
  return createHash('sha1').update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex');
}

function sizeWords(done: number, total: number | null): string {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  return total === null ? `${megabytes(done)} MB` : `${megabytes(done)} of ${megabytes(total)} MB`;
}
