/**
 * Files that appear whole or not at all: a temporary file in the same directory, fsync, rename, fsync of
 * the directory. A file left half-written by a killed process keeps its temporary name and is swept later.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { storing, systemCode } from './storage-errors.ts';

const temporaryPattern = /^\.nightsift-[0-9a-f]{16}\.part$/;

/** A name beside `target` that sweepTemporaryFiles recognises as ours. */
export function temporaryNameBeside(target: string): string {
  return join(dirname(target), `.nightsift-${randomBytes(8).toString('hex')}.part`);
}

export function isTemporaryName(path: string): boolean {
  return temporaryPattern.test(basename(path));
}

/** Makes the entry of a new, renamed or removed file durable. Not every system can; then it does nothing. */
export function syncDirectory(directory: string): void {
  if (process.platform === 'win32') return; // a directory cannot be opened for fsync there
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } catch {
    // some network file systems refuse to sync a directory; the rename is still atomic
  } finally {
    closeSync(handle);
  }
}

/**
 * Makes a folder and those above it, each one durable in its parent. One at a time: Node's recursive making never
 * returns on file systems that refuse new folders as if they were not there (/proc). Errors: the system's own.
 */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error; // another process was quicker
  }
  syncDirectory(dirname(folder));
}

function writeAll(handle: number, bytes: Uint8Array): void {
  let offset = 0;
  while (offset < bytes.byteLength) offset += writeSync(handle, bytes, offset, bytes.byteLength - offset);
}

/** Writes `parts`, one behind the other, to `target`, replacing it as a whole. Errors: diskFull, cannotOpen. */
export function writeWholeFile(target: string, ...parts: readonly Uint8Array[]): void {
  storing(target, () => {
    const temporary = temporaryNameBeside(target);
    const handle = openSync(temporary, 'wx', 0o666);
    try {
      try {
        for (const part of parts) writeAll(handle, part);
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
      renameSync(temporary, target);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    syncDirectory(dirname(target));
  });
}

/** Removes temporary files of ours in one directory (not below it); returns how many. */
export function sweepTemporaryFiles(directory: string): number {
  let swept = 0;
  for (const name of readdirSync(directory)) {
    if (!isTemporaryName(name)) continue;
    rmSync(join(directory, name), { force: true });
    swept += 1;
  }
  return swept;
}
