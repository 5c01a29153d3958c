/**
 * One process writes a library. The lock that holds is the kernel's, taken through SQLite on an empty
 * database: it vanishes with its process, so there is no race in taking over after a crash. The file
 * `library.lock` beside it says who holds it, for people and for file systems whose kernel locks do nothing.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { NightsiftError } from '../../contract/errors.ts';
import { isRunning, type ProcessIdentity, thisProcess } from './process-identity.ts';
import { storageError, systemCode } from './storage-errors.ts';
import { writeWholeFile } from './whole-files.ts';

export interface LibraryLock {
  /** True when the last holder ended without giving the lock back: killed, or the power failed. */
  readonly afterUncleanExit: boolean;
  release(): void;
}

/** Takes the lock of a library directory, waiting at most `waitMilliseconds`. Errors: libraryBusy. */
export function acquireLock(directory: string, waitMilliseconds: number): LibraryLock {
  const ownerFile = join(directory, 'library.lock');
  const kernelLock = takeKernelLock(directory, ownerFile, waitMilliseconds);
  try {
    const before = readOwner(ownerFile);
    const self = thisProcess();
    const isOther = before !== null && (before.pid !== self.pid || before.started !== self.started);
    if (before !== null && isOther && isRunning(before)) throw busy(directory, before);
    writeWholeFile(ownerFile, Buffer.from(`${JSON.stringify(self)}\n`));
    return {
      afterUncleanExit: before !== null,
      release() {
        rmSync(ownerFile, { force: true });
        kernelLock.close();
      },
    };
  } catch (error) {
    kernelLock.close();
    throw error;
  }
}

function takeKernelLock(directory: string, ownerFile: string, waitMilliseconds: number): Database.Database {
  const path = join(directory, 'lock.db');
  let handle: Database.Database | undefined;
  try {
    handle = new Database(path, { timeout: waitMilliseconds });
    handle.pragma('journal_mode = MEMORY'); // nothing is ever written: no journal file
    handle.exec('BEGIN EXCLUSIVE');
    return handle;
  } catch (error) {
    handle?.close();
    if (systemCode(error).startsWith('SQLITE_BUSY')) throw busy(directory, readOwner(ownerFile));
    throw storageError(error, path);
  }
}

/** The error of a library that another process has. */
export function busyLibrary(directory: string): NightsiftError {
  return busy(directory, readOwner(join(directory, 'library.lock')));
}

/** Who wrote the lock file; null when there is none or it says nothing usable. */
function readOwner(ownerFile: string): ProcessIdentity | null {
  try {
    const value: unknown = JSON.parse(readFileSync(ownerFile, 'utf8'));
    if (typeof value !== 'object' || value === null) return null;
    const { pid, started, host } = value as Record<string, unknown>;
    if (typeof pid !== 'number' || typeof started !== 'string' || typeof host !== 'string') return null;
    return { pid, started, host };
  } catch {
    return null;
  }
}

function busy(directory: string, owner: ProcessIdentity | null): NightsiftError {
  const who = owner === null ? 'another process' : `process ${owner.pid}`;
  return new NightsiftError('libraryBusy', `The library ${directory} is in use by ${who}.`, {
    hint: 'Close the other Nightsift, wait for it, or choose another library with --library.',
    details: { directory, owner },
  });
}
