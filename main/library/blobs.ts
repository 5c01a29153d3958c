/**
 * Large bytes (records, models, checkpoints, tensors) as files named by their SHA-256 beside the database:
 * `blobs/ab/cdef…`. Written once, never changed.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { NightsiftError } from '../../contract/errors.ts';
import { storageError, storing, systemCode } from './storage-errors.ts';
import { isTemporaryName, sweepTemporaryFiles, syncDirectory, writeWholeFile } from './whole-files.ts';

/** Hexadecimal SHA-256 of parts, one behind the other. */
export function sha256(...parts: readonly (Uint8Array | string)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

export interface BlobStore {
  readonly directory: string;
  /** Keeps `parts`, one behind the other, and returns their hash; durable when it returns. Errors: diskFull, cannotOpen. */
  put(...parts: readonly Uint8Array[]): string;
  /** The bytes of a hash, checked. Errors: notFound, libraryDamaged. */
  get(hash: string): Uint8Array;
  has(hash: string): boolean;
  pathOf(hash: string): string;
  /** Every blob on disk. */
  list(): { readonly hash: string; readonly byteLength: number }[];
  remove(hash: string): void;
  /** Removes half-written files of a killed process; returns how many. */
  sweep(): number;
}

export function openBlobStore(directory: string): BlobStore {
  storing(directory, () => mkdirSync(directory, { recursive: true }));
  return {
    directory,
    put: (...parts) => putBlob(directory, parts),
    get: (hash) => getBlob(directory, hash),
    has: (hash) => existsSync(blobPath(directory, hash)),
    pathOf: (hash) => blobPath(directory, hash),
    list: () => listBlobs(directory),
    remove: (hash) => rmSync(blobPath(directory, hash), { force: true }),
    sweep: () => folders(directory).reduce((sum, folder) => sum + sweepTemporaryFiles(folder), 0),
  };
}

/** A file as a plain array: the slices of Node's own Buffer are no copies, which readers rely on. */
export function readBytes(path: string): Uint8Array {
  const bytes = readFileSync(path);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Where a blob lies below `directory`; the worker threads read records with it. */
export function blobPath(directory: string, hash: string): string {
  if (!/^[0-9a-f]{64}$/.test(hash)) {
    throw new NightsiftError('internal', `"${hash}" is not the name of a stored file.`);
  }
  return join(directory, hash.slice(0, 2), hash.slice(2));
}

function putBlob(directory: string, parts: readonly Uint8Array[]): string {
  const hash = sha256(...parts);
  const byteLength = parts.reduce((sum, part) => sum + part.byteLength, 0);
  const path = blobPath(directory, hash);
  return storing(path, () => {
    // a file of another length is what a failing disk left: write it again
    if (existsSync(path) && statSync(path).size === byteLength) return hash;
    const folder = join(directory, hash.slice(0, 2));
    if (!existsSync(folder)) {
      mkdirSync(folder, { recursive: true });
      syncDirectory(directory);
    }
    writeWholeFile(path, ...parts);
    return hash;
  });
}

function getBlob(directory: string, hash: string): Uint8Array {
  const path = blobPath(directory, hash);
  let bytes: Uint8Array;
  try {
    bytes = readBytes(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw storageError(error, path);
    throw new NightsiftError('notFound', `The stored file ${hash} is missing from the library.`, {
      hint: 'Run nightsift doctor; scanning the night again restores measurements.',
      details: { hash, path },
    });
  }
  if (sha256(bytes) !== hash) {
    throw new NightsiftError('libraryDamaged', `The stored file ${hash} no longer has its content.`, {
      hint: 'The disk may be failing: run nightsift doctor and copy the library elsewhere.',
      details: { hash, path },
    });
  }
  return bytes;
}

function folders(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^[0-9a-f]{2}$/.test(entry.name))
    .map((entry) => join(directory, entry.name));
}

function listBlobs(directory: string): { hash: string; byteLength: number }[] {
  return folders(directory).flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => !isTemporaryName(name))
      .map((name) => ({ hash: folder.slice(-2) + name, byteLength: statSync(join(folder, name)).size })),
  );
}
