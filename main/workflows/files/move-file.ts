/** Moves a file so that at every instant at least one whole copy has a name, and nothing is overwritten. */
import { closeSync, fsyncSync, linkSync, lstatSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { NightsiftError } from '../../../contract/errors.ts';
import { storageError, systemCode } from '../../library/storage-errors.ts';
import { makeFolder, syncDirectory } from '../../library/whole-files.ts';
import { hashFile } from './hash-file.ts';
import { isTaken, placeFile, wouldOverwrite } from './place-file.ts';

export interface MoveOptions {
  /** SHA-256 that the file must have; checked when bytes are copied or a half-done move is finished. */
  readonly contentHash: string;
  /** True when the journal says that this very move was begun: then a whole target is ours. */
  readonly resuming: boolean;
  /** Copies even on one device; tests reach the other way with it. */
  readonly alwaysCopy?: boolean;
}

/**
 * Moves `from` to `to`. On one device by a second name, then the first is taken away; across devices by a
 * verified copy. Done already (after a crash) it only tidies up.
 * Errors: notFound, wouldOverwrite, verifyFailed, diskFull, cannotOpen.
 */
export function moveFile(from: string, to: string, options: MoveOptions): void {
  try {
    const isSource = isTaken(from);
    const isTarget = isTaken(to);
    if (isSource && isTarget) finishHalf(from, to, options);
    else if (isSource) moveWhole(from, to, options);
    else if (!(isTarget && options.resuming)) throw missing(from);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw wouldOverwrite(to);
    throw storageError(error, from);
  }
}

function moveWhole(from: string, to: string, options: MoveOptions): void {
  makeFolder(dirname(to));
  const isCopied = options.alwaysCopy === true || !takeSecondName(from, to);
  if (isCopied) placeFile(from, to, 'copy', options.contentHash);
  // the new name must be on the disk before the old one goes
  syncDirectory(dirname(to));
  removeName(from);
}

/** False where the file system cannot give a second name: another device, or one without hard links. */
function takeSecondName(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code)) return renameFree(from, to);
    if (code === 'EXDEV') return false;
    throw error;
  }
}

/** A plain rename on file systems without hard links; what comes between the look and the rename is lost. */
function renameFree(from: string, to: string): boolean {
  if (isTaken(to)) throw wouldOverwrite(to);
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EXDEV') return false;
    throw error;
  }
}

/** Both names exist. That is a move cut off in the middle if it was begun and the target is whole. */
function finishHalf(from: string, to: string, { contentHash, resuming }: MoveOptions): void {
  if (!resuming) throw wouldOverwrite(to);
  const one = lstatSync(from, { bigint: true });
  const other = lstatSync(to, { bigint: true });
  const isSameFile = one.dev === other.dev && one.ino === other.ino;
  if (!isSameFile && hashFile(to) !== contentHash) throw wouldOverwrite(to);
  const handle = openSync(to, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  syncDirectory(dirname(to));
  removeName(from);
}

function removeName(path: string): void {
  rmSync(path, { force: true }); // gone already after a rename
  syncDirectory(dirname(path));
}

function missing(path: string): NightsiftError {
  return new NightsiftError('notFound', `${path} is no longer there.`, {
    hint: 'It was moved or removed since the scan; scan the folder again.',
    details: { path },
  });
}
