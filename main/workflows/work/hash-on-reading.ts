/** A file whose bytes are hashed as they pass to a reader, so that they are read once. */
import { createHash } from 'node:crypto';
import type { ByteSource } from '../../formats/byte-source.ts';
import { readInto } from '../../formats/read-window.ts';

export interface HashedSource extends ByteSource {
  /** SHA-256 of the whole file, hexadecimal; reads what the reader left out. Errors: those of the source. */
  digest(): string;
}

const chunkBytes = 256 * 1024;
/** Readers that skip no more than this are caught up with at once, while the pages are near. */
const catchUpBytes = 4 * 1024 * 1024;

export function hashOnReading(source: ByteSource): HashedSource {
  const hash = createHash('sha256');
  let hashed = 0;
  let chunk: Uint8Array | null = null;
  let digest: string | null = null;

  const note = (offset: number, bytes: Uint8Array): void => {
    if (digest !== null) return;
    if (offset > hashed && offset - hashed <= catchUpBytes) readUpTo(offset);
    if (offset > hashed || offset + bytes.byteLength <= hashed) return;
    hash.update(offset === hashed ? bytes : bytes.subarray(hashed - offset));
    hashed = offset + bytes.byteLength;
  };
  const readUpTo = (end: number): void => {
    chunk ??= new Uint8Array(Math.min(chunkBytes, Math.max(1, source.byteLength)));
    while (hashed < end) {
      const count = readInto(source, hashed, chunk.subarray(0, Math.min(chunk.byteLength, end - hashed)));
      if (count === 0) break;
      hash.update(chunk.subarray(0, count));
      hashed += count;
    }
  };

  return {
    name: source.name,
    byteLength: source.byteLength,
    ...(source.storedLength !== undefined && { storedLength: source.storedLength }),
    read(offset, length) {
      const bytes = source.read(offset, length);
      note(offset, bytes);
      return bytes;
    },
    readInto(offset, target) {
      const count = readInto(source, offset, target);
      note(offset, target.subarray(0, count));
      return count;
    },
    digest() {
      if (digest !== null) return digest;
      readUpTo(Number.POSITIVE_INFINITY);
      digest = hash.digest('hex');
      return digest;
    },
  };
}
