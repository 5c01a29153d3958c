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
  if (size === 2) joinPairs(bytes, words, out);
  else if (size === 4) joinQuads(bytes, words, out);
  else joinBytes(bytes, size, words, out);
  for (let rest = words * size; rest < bytes.byteLength; rest++) out[rest] = bytes[rest]!;
  return out;
}

const hostIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Whole words are written at once; which byte is the low one depends on the machine. */
function joinPairs(bytes: Uint8Array, words: number, out: Uint8Array): void {
  const pairs = new Uint16Array(out.buffer, 0, words);
  const [first, second] = hostIsLittleEndian ? [0, 8] : [8, 0];
  for (let i = 0; i < words; i++) pairs[i] = (bytes[i]! << first) | (bytes[words + i]! << second);
}

function joinQuads(bytes: Uint8Array, words: number, out: Uint8Array): void {
  const quads = new Uint32Array(out.buffer, 0, words);
  const [a, b, c, d] = hostIsLittleEndian ? [0, 8, 16, 24] : [24, 16, 8, 0];
  const [second, third, fourth] = [words, 2 * words, 3 * words];
  for (let i = 0; i < words; i++) {
    quads[i] =
      (bytes[i]! << a) | (bytes[second + i]! << b) | (bytes[third + i]! << c) | (bytes[fourth + i]! << d);
  }
}

function joinBytes(bytes: Uint8Array, size: number, words: number, out: Uint8Array): void {
  for (let byte = 0; byte < size; byte++) {
    const from = byte * words;
    for (let word = 0, to = byte; word < words; word++, to += size) out[to] = bytes[from + word]!;
  }
}
