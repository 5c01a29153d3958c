/**
 * Puts a file at a new place: whole or not at all, and never over another one. A process killed at any instant
 * leaves at most a temporary file of a known name beside the target.
 */
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { NightsiftError } from '../../../contract/errors.ts';
import { storageError, systemCode } from '../../library/storage-errors.ts';
import { makeFolder, syncDirectory, temporaryNameBeside } from '../../library/whole-files.ts';
import { hashFile } from './hash-file.ts';

export type Placing = 'copy' | 'reflink' | 'symlink' | 'hardlink';

export interface Placed {
  /** SHA-256 of the bytes that arrived; null for links, which are not read. */
  readonly contentHash: string | null;
}

/**
 * Places `source` at `target`, making folders as needed. With `expectedHash` a copy is compared with it before
 * it gets its name. Errors: wouldOverwrite, verifyFailed, diskFull, cannotOpen, unsupported (reflink).
 */
export function placeFile(source: string, target: string, placing: Placing, expectedHash?: string): Placed {
  try {
    makeFolder(dirname(target));
    if (placing === 'symlink') symlinkSync(source, target);
    else if (placing === 'hardlink') linkSync(source, target);
    else return { contentHash: copyWhole(source, target, placing, expectedHash) };
    syncDirectory(dirname(target));
    return { contentHash: null };
  } catch (error) {
    throw placingError(error, source, target, placing);
  }
}

function copyWhole(
  source: string,
  target: string,
  placing: Placing,
  expectedHash: string | undefined,
): string {
  const temporary = temporaryNameBeside(target);
  const flags = placing === 'reflink' ? constants.COPYFILE_FICLONE_FORCE : constants.COPYFILE_FICLONE;
  try {
    copyFileSync(source, temporary, flags | constants.COPYFILE_EXCL);
    const { atime, mtime, mode } = statSync(source);
    chmodSync(temporary, mode & 0o777);
    const handle = openSync(temporary, 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    utimesSync(temporary, atime, mtime);
    const contentHash = hashFile(temporary);
    if (expectedHash !== undefined && contentHash !== expectedHash) throw changed(source);
    takeName(temporary, target);
    return contentHash;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/**
 * Gives `from` the name `to` unless that is taken. A hard link fails when it is, which a rename does not;
 * file systems without them (FAT) get a look and a rename.
 */
export function takeName(from: string, to: string): void {
  try {
    linkSync(from, to);
    rmSync(from, { force: true });
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(systemCode(error))) throw error;
    if (isTaken(to)) throw wouldOverwrite(to);
    renameSync(from, to);
  }
  syncDirectory(dirname(to));
}

/** Whether anything, also a link that leads nowhere, has that name. */
export function isTaken(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function placingError(error: unknown, source: string, target: string, placing: Placing): NightsiftError {
  const code = systemCode(error);
  if (code === 'EEXIST') return wouldOverwrite(target);
  if (
    placing === 'reflink' &&
    ['ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EXDEV', 'EINVAL', 'ENOTTY'].includes(code)
  ) {
    return new NightsiftError(
      'unsupported',
      `The file system of ${target} cannot share blocks with ${source}.`,
      {
        hint: 'Use copy; reflinks need one Btrfs, XFS, APFS or ReFS volume for both.',
        details: { source, target },
        cause: error,
      },
    );
  }
  return storageError(error, code === 'ENOENT' ? source : target);
}

export function wouldOverwrite(target: string): NightsiftError {
  return new NightsiftError('wouldOverwrite', `${target} exists already; nothing is ever overwritten.`, {
    hint: 'Choose another folder, or move what is there.',
    details: { target },
  });
}

function changed(source: string): NightsiftError {
  return new NightsiftError('verifyFailed', `${source} no longer holds what was scanned.`, {
    hint: 'Scan the folder again.',
    details: { source },
  });
}
