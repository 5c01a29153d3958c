/**
 * A file on its way: bytes are added to `KEY.part`, and `KEY.json` says what the source called them, so that a later
 * process goes on where this one was killed.
 */
import { createHash, type Hash } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { storing } from '../storage-errors.ts';
import { makeFolder, writeWholeFile } from '../whole-files.ts';

export interface PartialFile {
  readonly path: string;
  readonly byteLength: number;
  readonly validator: string | null;
  name(validator: string | null): void;
  /** Errors: diskFull, cannotOpen. */
  append(bytes: Uint8Array): void;
  restart(): void;
  /** Makes the bytes durable; SHA-256 of all of them. The file stays where it is. */
  finish(): string;
  /** Gives the file up for now; what is there stays. */
  close(): void;
  /** Forgets it. */
  remove(): void;
}

/** Errors: diskFull, cannotOpen. */
export function openPartialFile(folder: string, key: string): PartialFile {
  const path = join(folder, `${key}.part`);
  const notes = join(folder, `${key}.json`);
  const handle = storing(path, () => {
    makeFolder(folder);
    return openSync(path, 'a+');
  });
  let byteLength = statSync(path).size;
  let validator = validatorIn(notes);
  // hashed from the start at the first byte that is added, and only then
  let hash: Hash | null = byteLength === 0 ? createHash('sha256') : null;
  let isOpen = true;
  const close = () => {
    if (isOpen) closeSync(handle);
    isOpen = false;
  };
  return {
    path,
    get byteLength() {
      return byteLength;
    },
    get validator() {
      return validator;
    },
    name(given) {
      validator = given;
      writeWholeFile(notes, new TextEncoder().encode(JSON.stringify({ validator })));
    },
    append(bytes) {
      hash ??= hashOf(handle, byteLength);
      storing(path, () => {
        for (let offset = 0; offset < bytes.byteLength; ) offset += writeSync(handle, bytes, offset);
      });
      hash.update(bytes);
      byteLength += bytes.byteLength;
    },
    restart() {
      storing(path, () => ftruncateSync(handle, 0));
      byteLength = 0;
      hash = createHash('sha256');
    },
    finish() {
      const digest = (hash ?? hashOf(handle, byteLength)).copy().digest('hex');
      storing(path, () => fsyncSync(handle));
      return digest;
    },
    close,
    remove() {
      close();
      rmSync(path, { force: true });
      rmSync(notes, { force: true });
    },
  };
}

function validatorIn(notes: string): string | null {
  try {
    const { validator } = JSON.parse(readFileSync(notes, 'utf8')) as { validator?: unknown };
    return typeof validator === 'string' ? validator : null;
  } catch {
    return null;
  }
}

/** SHA-256 of a whole file, a piece at a time: a log may be larger than what can be read at once. */
export function hashOfFile(path: string): string {
  const handle = openSync(path, 'r');
  try {
    return hashOf(handle, fstatSync(handle).size).digest('hex');
  } finally {
    closeSync(handle);
  }
}

function hashOf(handle: number, byteLength: number): Hash {
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(Math.min(1024 * 1024, Math.max(1, byteLength)));
  for (let offset = 0; offset < byteLength; ) {
    const count = readSync(handle, chunk, 0, chunk.byteLength, offset);
    if (count === 0) break;
    hash.update(chunk.subarray(0, count));
    offset += count;
  }
  return hash;
}
