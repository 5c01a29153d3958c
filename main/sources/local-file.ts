/** A file of this machine as a byte source. Opened read-only: nothing here can change an original. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { NightsiftError } from '../../contract/errors.ts';
import type { ByteSource } from '../formats/byte-source.ts';

/** What tells whether a file is still the one that was opened. */
export interface FileState {
  readonly byteLength: number;
  /** Decimal nanoseconds; they do not fit a double. */
  readonly modifiedNanoseconds: string;
  readonly inode: string;
}

export interface LocalFile extends ByteSource {
  /** The state now, of the very file that is open. */
  state(): FileState;
  close(): void;
}

/** Opens a regular file. `name` is shown in errors. Errors: cannotOpen. */
export function openLocalFile(path: string, name: string = path): LocalFile {
  const handle = opening(name, () => openSync(path, 'r'));
  const state = (): FileState => {
    const { size, mtimeNs, ino } = fstatSync(handle, { bigint: true });
    return { byteLength: Number(size), modifiedNanoseconds: String(mtimeNs), inode: String(ino) };
  };
  const readInto = (offset: number, target: Uint8Array): number =>
    opening(name, () => readFully(handle, offset, target));
  const byteLength = state().byteLength;
  return {
    name,
    byteLength,
    readInto,
    read(offset, length) {
      const target = new Uint8Array(Math.max(0, Math.min(length, byteLength - offset)));
      const filled = readInto(offset, target);
      return filled === target.byteLength ? target : target.subarray(0, filled);
    },
    state,
    close: () => closeSync(handle),
  };
}

/** One read may return less than asked for, on network folders for one. */
function readFully(handle: number, offset: number, target: Uint8Array): number {
  let filled = 0;
  while (filled < target.byteLength) {
    const count = readSync(handle, target, filled, target.byteLength - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}

function opening<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new NightsiftError('cannotOpen', `${name}: the system does not let it be read (${said}).`, {
      hint: 'Check that the file is still there and that you may read it.',
      details: { file: name },
      cause: error,
    });
  }
}
