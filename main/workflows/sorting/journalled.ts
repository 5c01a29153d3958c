/** Carries out journalled operations, and takes them back: each file is noted before and after it is touched. */
import { lstatSync, readdirSync, readlinkSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { isNightsiftError, NightsiftError } from '../../../contract/errors.ts';
import type { Library } from '../../library/open-library.ts';
import type { FileStatus, Operation, OperationFile } from '../../library/operations.ts';
import { systemCode } from '../../library/storage-errors.ts';
import { isTemporaryName, sweepTemporaryFiles, syncDirectory } from '../../library/whole-files.ts';
import { hashFile } from '../files/hash-file.ts';
import { moveFile } from '../files/move-file.ts';
import { isTaken, placeFile } from '../files/place-file.ts';
import type { WorkOptions } from '../progress.ts';

/** Failures that stop the whole operation; others are of one file and noted beside it. */
const stopping: ReadonlySet<string> = new Set(['diskFull', 'libraryDamaged', 'libraryBusy', 'internal']);

export interface RefusedFile {
  readonly file: string;
  readonly reason: string;
}

/** Does what is still planned of an operation, half-done files first. Errors: cancelled, diskFull. */
export async function carryOut(
  library: Library,
  operation: Operation,
  options: WorkOptions = {},
): Promise<RefusedFile[]> {
  library.operations.setStatus(operation.id, 'running');
  const refused = await eachFile(library, operation, options, {
    phase: 'sorting',
    from: ['started', 'planned'],
    begun: 'started',
    ended: 'done',
    touch: (file, isBegun) => place(operation, file, isBegun),
  });
  library.operations.setStatus(operation.id, 'done');
  return refused;
}

/** Takes back what an operation did, last file first. What cannot go back safely stays and is named. */
export async function takeBack(
  library: Library,
  operation: Operation,
  options: WorkOptions = {},
): Promise<RefusedFile[]> {
  library.operations.setStatus(operation.id, 'undoing');
  settleStarted(library, operation);
  const refused = await eachFile(library, operation, options, {
    phase: 'undoing',
    from: ['undoing', 'done'],
    begun: 'undoing',
    ended: 'undone',
    touch: (file, isBegun) => unplace(operation, file, isBegun),
  });
  removeEmptyFolders(library, operation);
  const isAllBack = library.operations.files(operation.id).every((file) => file.status !== 'done');
  library.operations.setStatus(operation.id, isAllBack ? 'undone' : 'done');
  return refused;
}

/**
 * After a kill: finishes the files that were under way, removes temporary ones, leaves the rest planned.
 * Returns the operations that can be gone on with or undone.
 */
export function recoverOperations(library: Library): Operation[] {
  const open = library.operations.open();
  for (const operation of open) {
    sweepBeside(library, operation);
    settleStarted(library, operation);
  }
  return open;
}

interface Steps {
  readonly phase: string;
  /** Statuses to work on, the half-done one first. */
  readonly from: readonly [FileStatus, FileStatus];
  readonly begun: FileStatus;
  readonly ended: FileStatus;
  touch(file: OperationFile, isBegun: boolean): Touched;
}

interface Touched {
  readonly contentHash?: string;
}

async function eachFile(
  library: Library,
  operation: Operation,
  { signal, onProgress }: WorkOptions,
  steps: Steps,
): Promise<RefusedFile[]> {
  const files = library.operations.files(operation.id);
  const todo = files.filter((file) => steps.from.includes(file.status));
  if (steps.ended === 'undone') todo.reverse();
  let done = files.length - todo.length;
  const refused: RefusedFile[] = [];
  for (const file of todo) {
    if (signal?.aborted) throw new NightsiftError('cancelled', `Operation ${operation.id} was cancelled.`);
    const problem = touchOne(library, operation, file, steps);
    if (problem !== null) refused.push({ file: file.source, reason: problem });
    done += 1;
    onProgress?.({ phase: steps.phase, done, total: files.length, note: file.source });
    await new Promise((proceed) => setImmediate(proceed));
  }
  return refused;
}

/** The journal before, the file, the journal after. Returns why a file was left, null when all went well. */
function touchOne(library: Library, operation: Operation, file: OperationFile, steps: Steps): string | null {
  const { operations } = library;
  const isBegun = file.status === steps.from[0];
  try {
    let noted = file;
    if (
      !isBegun &&
      file.contentHash === null &&
      file.status === 'planned' &&
      operation.action !== 'symlink'
    ) {
      noted = { ...file, contentHash: hashFile(file.source), byteLength: statSync(file.source).size };
    }
    const facts = noted.contentHash === null ? {} : { contentHash: noted.contentHash };
    operations.setFile(operation.id, file.ordinal, { status: steps.begun, ...facts });
    const { contentHash } = steps.touch(noted, isBegun);
    operations.setFile(operation.id, file.ordinal, {
      status: steps.ended,
      ...(contentHash !== undefined && { contentHash }),
    });
    return null;
  } catch (error) {
    if (isNightsiftError(error) && stopping.has(error.code)) throw error;
    const missing = systemCode(error) === 'ENOENT';
    const reason = missing ? 'it is no longer there' : error instanceof Error ? error.message : String(error);
    // a file that could not be taken back stays done, so that undo can be tried again
    const status = steps.ended === 'undone' ? 'done' : 'refused';
    operations.setFile(operation.id, file.ordinal, { status, message: reason });
    return reason;
  }
}

function place({ action }: Operation, file: OperationFile, isBegun: boolean): Touched {
  const { source, target, contentHash } = file;
  if (action === 'move') {
    if (lstatSync(source, { throwIfNoEntry: false })?.isSymbolicLink()) {
      throw new NightsiftError('unsupported', `${source} is a link; links are not moved.`);
    }
    moveFile(source, target, { contentHash: contentHash!, resuming: isBegun });
    return {};
  }
  if (action === 'symlink') {
    if (!(isBegun && isLinkTo(target, source))) placeFile(source, target, 'symlink');
    return {};
  }
  if (isBegun && isTaken(target) && hashFile(target) === contentHash) return {};
  placeFile(source, target, 'copy', contentHash!);
  return {};
}

function unplace({ action }: Operation, file: OperationFile, isBegun: boolean): Touched {
  const { source, target } = file;
  if (action === 'move') {
    // the person may have edited the file since: it goes back as it is now
    const contentHash = isTaken(target) ? hashFile(target) : (file.contentHash ?? '');
    moveFile(target, source, { contentHash, resuming: isBegun });
    return { contentHash };
  }
  if (!isTaken(target)) return {};
  const isOurs = action === 'symlink' ? isLinkTo(target, source) : hashFile(target) === file.contentHash;
  if (!isOurs) {
    throw new NightsiftError('conflict', `${target} was changed since; it is left where it is.`);
  }
  rmSync(target);
  syncDirectory(dirname(target));
  return {};
}

function isLinkTo(path: string, source: string): boolean {
  return (
    lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true && readlinkSync(path) === source
  );
}

/** Files that were under way when the process ended: finished, or put back to where their turn comes again. */
function settleStarted(library: Library, operation: Operation): void {
  for (const file of library.operations.files(operation.id)) {
    if (file.status !== 'started' && file.status !== 'undoing') continue;
    const isForward = file.status === 'started';
    const isMoved = isForward ? isTaken(file.target) : operation.action === 'move' && isTaken(file.source);
    if (!isMoved) {
      const isRemoved = !isForward && operation.action !== 'move' && !isTaken(file.target);
      const status = isRemoved ? 'undone' : isForward ? 'planned' : 'done';
      library.operations.setFile(operation.id, file.ordinal, { status });
      continue;
    }
    touchOne(library, operation, file, {
      phase: '',
      from: isForward ? ['started', 'planned'] : ['undoing', 'done'],
      begun: isForward ? 'started' : 'undoing',
      ended: isForward ? 'done' : 'undone',
      touch: (each) => (isForward ? place(operation, each, true) : unplace(operation, each, true)),
    });
  }
}

function sweepBeside(library: Library, operation: Operation): void {
  const folders = new Set(
    library.operations
      .files(operation.id)
      .flatMap(({ source, target }) => [dirname(source), dirname(target)]),
  );
  for (const folder of folders) {
    try {
      sweepTemporaryFiles(folder);
    } catch {
      // the folder is not there (yet, or any more): nothing half-written in it
    }
  }
}

/** The label folders, when nothing is left in them. */
function removeEmptyFolders(library: Library, operation: Operation): void {
  for (const folder of new Set(library.operations.files(operation.id).map((file) => dirname(file.target)))) {
    try {
      if (readdirSync(folder).every(isTemporaryName)) rmdirSync(folder);
    } catch {
      // not empty, or gone: either is fine
    }
  }
}
