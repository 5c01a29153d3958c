/** SHA-256 of files, read in pieces. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

const pieceBytes = 1024 * 1024;

/** Hexadecimal SHA-256 of a file's bytes. Throws the system's error. */
export function hashFile(path: string): string {
  const handle = openSync(path, 'r');
  try {
    const hash = createHash('sha256');
    const piece = new Uint8Array(pieceBytes);
    for (;;) {
      const count = readSync(handle, piece, 0, piece.length, null);
      if (count === 0) return hash.digest('hex');
      hash.update(piece.subarray(0, count));
    }
  } finally {
    closeSync(handle);
  }
}
