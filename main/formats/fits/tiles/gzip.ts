/** GZIP_1 and GZIP_2 tiles (FITS Standard 4.0, 10.4.2): big-endian pixels, the second with their bytes shuffled. */
import { gunzipSync, inflateSync } from 'node:zlib';

/** A pooled or sliced buffer can start anywhere; typed views of words need an aligned start. */
function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
}

/**
 * Expands one tile, at most to `maximumLength` bytes.
 * @returns null when the bytes do not decode or would grow beyond that.
 */
export function gunzipTile(compressed: Uint8Array, maximumLength: number): Uint8Array | null {
  const options = { maxOutputLength: Math.max(1, maximumLength) };
  try {
    const isGzip = compressed[0] === 0x1f && compressed[1] === 0x8b;
    return aligned(isGzip ? gunzipSync(compressed, options) : inflateSync(compressed, options));
  } catch {
    return null;
  }
}

/** Puts the first bytes of all words, then all second bytes, … back together into words of `size` bytes. */
export function unshuffle(bytes: Uint8Array, size: number): Uint8Array {
  if (size === 1) return bytes;
  const words = Math.floor(bytes.byteLength / size);
  const out = new Uint8Array(bytes.byteLength);
  for (let byte = 0; byte < size; byte++) {
    const from = byte * words;
    for (let word = 0, to = byte; word < words; word++, to += size) out[to] = bytes[from + word]!;
  }
  for (let rest = words * size; rest < bytes.byteLength; rest++) out[rest] = bytes[rest]!;
  return out;
}
