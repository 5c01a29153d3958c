/** Turns what SQLite and the operating system say into errors that a person can act on. */
import { isNightsiftError, NightsiftError } from '../../contract/errors.ts';

const fullDiskCodes = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL']);
const deniedCodes = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOENT',
  'ENOTDIR',
  'SQLITE_READONLY',
  'SQLITE_CANTOPEN',
]);
const damagedCodes = new Set(['SQLITE_CORRUPT', 'SQLITE_NOTADB']);
const busyCodes = new Set(['SQLITE_BUSY', 'SQLITE_LOCKED', 'SQLITE_PROTOCOL']);

/** The system's or SQLite's code of an error, empty if it has none. */
export function systemCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

function inSet(set: ReadonlySet<string>, code: string): boolean {
  if (set.has(code)) return true;
  // extended result codes add a suffix: SQLITE_IOERR_WRITE, SQLITE_CANTOPEN_ISDIR
  return [...set].some((known) => known.startsWith('SQLITE_') && code.startsWith(`${known}_`));
}

/**
 * The NightsiftError for a failure of storage at `place`; errors that are ours already pass through.
 * Codes: diskFull, cannotOpen, libraryDamaged, libraryBusy, else internal.
 */
export function storageError(error: unknown, place: string): NightsiftError {
  if (isNightsiftError(error)) return error;
  const code = systemCode(error);
  const said = error instanceof Error ? error.message : String(error);
  const details = { place, systemCode: code };
  if (inSet(fullDiskCodes, code)) {
    return new NightsiftError('diskFull', `No space left to write ${place}.`, {
      hint: 'Free some space on that disk and start again: what was finished is kept.',
      details,
      cause: error,
    });
  }
  if (inSet(deniedCodes, code)) {
    return new NightsiftError('cannotOpen', `${place} cannot be opened or written (${said}).`, {
      hint: 'Check the permissions of that file and of the folders above it.',
      details,
      cause: error,
    });
  }
  if (inSet(damagedCodes, code)) {
    return new NightsiftError('libraryDamaged', `${place} is not a readable library database (${said}).`, {
      hint: 'Copies made before upgrades are in its backups folder; run nightsift doctor for details.',
      details,
      cause: error,
    });
  }
  if (inSet(busyCodes, code)) {
    return new NightsiftError('libraryBusy', `${place} is in use by another process.`, {
      hint: 'Close the other Nightsift, or choose another library with --library.',
      details,
      cause: error,
    });
  }
  return new NightsiftError('internal', `Storage failed at ${place}: ${said}`, { details, cause: error });
}

/** Runs `work`, translating what it throws. */
export function storing<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw storageError(error, place);
  }
}
