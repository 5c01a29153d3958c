/**
 * Copies of what lies beyond this machine. Bytes lie once each under their SHA-256 (`objects/ab/cdef…`, read-only); a source
 * is a folder of links to them that looks as the source does, with a record beside it (`places/KEY/`). All of it can be deleted: it is
 * fetched again.
 */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { NightsiftError } from '../../../contract/errors.ts';
import { blobPath, sha256 } from '../blobs.ts';
import { storing } from '../storage-errors.ts';
import { makeFolder, syncDirectory, writeWholeFile } from '../whole-files.ts';
import { hashOfFile, openPartialFile, type PartialFile } from './partial-file.ts';
import { type FetchedFile, type PlaceRecord, readPlaceRecord } from './place-record.ts';

export interface Place {
  readonly key: string;
  /** The folder with the source's files. */
  readonly folder: string;
  readonly record: PlaceRecord;
}

export interface FetchedFiles {
  readonly directory: string;
  /** What was fetched of an address before; null when nothing was. */
  find(address: string): Place | null;
  /** Most recently used first. */
  list(): Place[];
  /** A file on its way, as far as an earlier try came. */
  open(address: string, name: string): PartialFile;
  /** Takes a whole file in; its bytes are durable afterwards. Errors: diskFull, cannotOpen. */
  keep(partial: PartialFile): { readonly contentHash: string; readonly byteLength: number };
  has(file: FetchedFile): boolean;
  /** Lays the folder of a source out as its record says, and removes what it does not name. */
  settle(record: PlaceRecord): Place;
  /** One folder with a link to each place. */
  join(places: readonly Place[]): string;
  forget(key: string): void;
  /** Drops bytes that no source holds any more, and forgets what was used longest ago until at most so many bytes are left; returns the addresses. */
  prune(mostBytes: number, spared: ReadonlySet<string>): string[];
  /** Files whose bytes are not theirs any more; they are dropped. */
  verify(): { readonly files: number; readonly damaged: readonly string[] };
}

/** Errors: diskFull, cannotOpen. */
export function openFetchedFiles(directory: string): FetchedFiles {
  storing(directory, () => makeFolder(directory));
  const objects = join(directory, 'objects');
  const places = join(directory, 'places');
  const load = (key: string): Place | null => {
    const text = readOrNull(join(places, key, 'place.json'));
    const record = text === null ? null : readPlaceRecord(text);
    return record === null ? null : { key, folder: join(places, key, folderName(record.title)), record };
  };
  const list = (): Place[] =>
    namesIn(places)
      .flatMap((key) => load(key) ?? [])
      .sort((one, other) => other.record.usedAt.localeCompare(one.record.usedAt));
  const forget = (key: string): void => {
    // the record first: a folder without one is nobody's, and swept with the next
    rmSync(join(places, key, 'place.json'), { force: true });
    rmSync(join(places, key), { recursive: true, force: true });
    sweepObjects(objects, list());
  };
  return {
    directory,
    find: (address) => load(keyOf(address)),
    list,
    open: (address, name) => openPartialFile(join(directory, 'partial'), keyOf(`${address}\n${name}`)),
    keep: (partial) => keepObject(objects, partial),
    has: ({ contentHash, byteLength }) => sizeOf(blobPath(objects, contentHash)) === byteLength,
    settle: (record) => settlePlace(objects, join(places, keyOf(record.address)), record),
    join: (several) => joinPlaces(join(directory, 'joint'), several),
    forget,
    prune(mostBytes, spared) {
      const gone: string[] = [];
      sweepObjects(objects, list());
      for (const { key, record } of list().reverse()) {
        if (bytesOf(list()) <= mostBytes) break;
        if (spared.has(record.address)) continue;
        forget(key);
        gone.push(record.address);
      }
      return gone;
    },
    verify: () => verifyObjects(objects),
  };
}

function keyOf(text: string): string {
  return sha256(text).slice(0, 24);
}

/** A title as a folder's name; it becomes the name of a session. */
function folderName(title: string): string {
  return (
    title
      .replaceAll(/[^\p{L}\p{N}._ -]+/gu, '-')
      .replace(/^\.+/, '')
      .slice(0, 80) || 'source'
  );
}

/** Of all places together, each content once. */
export function bytesOf(places: readonly Place[]): number {
  const sizes = new Map(
    places.flatMap(({ record }) =>
      record.files.map(({ contentHash, byteLength }) => [contentHash, byteLength]),
    ),
  );
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

function keepObject(
  objects: string,
  partial: PartialFile,
): { readonly contentHash: string; readonly byteLength: number } {
  const contentHash = partial.finish();
  const { byteLength } = partial;
  const target = blobPath(objects, contentHash);
  storing(target, () => {
    partial.close();
    makeFolder(dirname(target));
    if (sizeOf(target) !== byteLength) {
      rmSync(target, { force: true });
      chmodSync(partial.path, 0o444);
      renameSync(partial.path, target);
      syncDirectory(dirname(target));
    }
  });
  partial.remove();
  return { contentHash, byteLength };
}

function settlePlace(objects: string, folder: string, record: PlaceRecord): Place {
  const view = join(folder, folderName(record.title));
  storing(folder, () => {
    makeFolder(folder);
    makeFolder(view);
    const wanted = new Map(record.files.map((file) => [file.name, blobPath(objects, file.contentHash)]));
    for (const name of filesBelow(view)) {
      const object = wanted.get(name);
      if (object === undefined || !isSameFile(join(view, name), object))
        rmSync(join(view, name), { force: true });
    }
    for (const [name, object] of wanted) linkOrCopy(object, join(view, name));
    writeWholeFile(join(folder, 'place.json'), new TextEncoder().encode(JSON.stringify(record, null, 1)));
  });
  return { key: basename(folder), folder: view, record };
}

/** A copy where the disk knows no links. */
function linkOrCopy(object: string, target: string): void {
  if (existsSync(target)) return;
  mkdirSync(dirname(target), { recursive: true });
  try {
    linkSync(object, target);
  } catch {
    copyFileSync(object, target);
  }
}

function isSameFile(one: string, other: string): boolean {
  const [a, b] = [statOf(one), statOf(other)];
  if (a === null || b === null || a.size !== b.size) return false;
  return a.ino === b.ino || hashOfFile(one) === hashOfFile(other);
}

function joinPlaces(folder: string, places: readonly Place[]): string {
  const key = keyOf(places.map(({ key: each }) => each).join());
  const first = folderName(places[0]?.record.title ?? 'sources');
  const joint = join(folder, key, `${first} and ${places.length - 1} more`);
  return storing(joint, () => {
    rmSync(join(folder, key), { recursive: true, force: true });
    mkdirSync(joint, { recursive: true });
    places.forEach((place, index) => {
      symlinkSync(place.folder, join(joint, `${index + 1} ${folderName(place.record.title)}`), 'junction');
    });
    return joint;
  });
}

function sweepObjects(objects: string, places: readonly Place[]): void {
  const used = new Set(places.flatMap(({ record }) => record.files.map(({ contentHash }) => contentHash)));
  for (const start of namesIn(objects)) {
    for (const rest of namesIn(join(objects, start))) {
      if (!used.has(start + rest)) rmSync(join(objects, start, rest), { force: true });
    }
  }
}

function verifyObjects(objects: string): { readonly files: number; readonly damaged: readonly string[] } {
  const damaged: string[] = [];
  let files = 0;
  for (const start of namesIn(objects)) {
    for (const rest of namesIn(join(objects, start))) {
      const path = join(objects, start, rest);
      files += 1;
      if (hashOfFile(path) === start + rest) continue;
      damaged.push(start + rest);
      rmSync(path, { force: true });
    }
  }
  return { files, damaged };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    );
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function readOrNull(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

function statOf(path: string) {
  return statSync(path, { throwIfNoEntry: false }) ?? null;
}

function sizeOf(path: string): number | null {
  return statOf(path)?.size ?? null;
}

/** Errors: diskFull, before a byte is fetched. */
export function checkSpace(directory: string, needed: number, free: number): void {
  // what the library itself needs to go on
  const reserve = 64 * 1024 * 1024;
  if (needed + reserve <= free) return;
  throw new NightsiftError(
    'diskFull',
    `${needed} bytes are to be fetched to ${directory}, and ${free} are free.`,
    {
      hint: 'Free some space, or forget sources that were fetched before: nightsift sources forget.',
      details: { needed, free },
    },
  );
}
