/** What kind of file this is, by its first bytes and, where those say nothing, by its name. */
import { isGzip, peekGzip } from './fits/gzip-file.ts';
import { looksLikeFits } from './fits/hdus.ts';

export type FileKind = 'fits' | 'xisf' | 'raster' | 'other';

/** Bytes that `identifyFile` and `sniffBytes` want to see; fewer only for shorter files. */
export const identifyLength = 2880;

export type RasterFormat = 'png' | 'jpeg' | 'tiff';

function startsWith(head: Uint8Array, ...bytes: readonly number[]): boolean {
  return head.length >= bytes.length && bytes.every((byte, index) => head[index] === byte);
}

export function rasterFormat(head: Uint8Array): RasterFormat | null {
  if (startsWith(head, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'png';
  if (startsWith(head, 0xff, 0xd8, 0xff)) return 'jpeg';
  const classic = startsWith(head, 0x49, 0x49, 0x2a, 0x00) || startsWith(head, 0x4d, 0x4d, 0x00, 0x2a);
  const big = startsWith(head, 0x49, 0x49, 0x2b, 0x00) || startsWith(head, 0x4d, 0x4d, 0x00, 0x2b);
  return classic || big ? 'tiff' : null;
}

export function isXisf(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(0, 8)).toString('latin1') === 'XISF0100';
}

/** True where a name promises FITS or XISF, which no picture (PNG, JPEG, TIFF) is. */
export function isAstronomersName(name: string): boolean {
  return fitsName.test(name) || xisfName.test(name);
}

/** A wrapping that we do not open, named for the message; null for none. */
export function foreignCompression(head: Uint8Array): string | null {
  if (startsWith(head, 0x42, 0x5a, 0x68)) return 'bzip2';
  if (startsWith(head, 0x1f, 0x9d)) return 'compress (.Z)';
  if (startsWith(head, 0xfd, 0x37, 0x7a, 0x58, 0x5a)) return 'xz';
  if (startsWith(head, 0x28, 0xb5, 0x2f, 0xfd)) return 'zstd';
  if (startsWith(head, 0x50, 0x4b, 0x03, 0x04)) return 'zip';
  return null;
}

/** By the bytes alone; a gzip is what is inside it. */
export function sniffBytes(head: Uint8Array): FileKind {
  if (isXisf(head)) return 'xisf';
  if (rasterFormat(head) !== null) return 'raster';
  return looksLikeFits(isGzip(head) ? peekGzip(head) : head) ? 'fits' : 'other';
}

const fitsName = /\.(fits?|fts|fz)(\.(gz|fz|bz2|z|xz|zst|zip))?$/i;
const xisfName = /\.xisf$/i;
/** Raw photographs are TIFF by their first bytes, but what can be read of them is a preview. */
const rawPhotographName = /\.(cr2|cr3|nef|arw|dng|orf|rw2|raf|pef|srw)$/i;
const rasterName = /\.(png|jpe?g|tiff?)$/i;

/**
 * Sorts a file for a scan. `other` is no image by bytes nor by name and is skipped; a file under an image's name
 * with bytes of another kind keeps the kind of its name, so that decoding can refuse it with a reason.
 * @param head its first `identifyLength` bytes (fewer for a shorter file)
 */
export function identifyFile(name: string, head: Uint8Array): FileKind {
  if (rawPhotographName.test(name)) return 'other';
  const kind = sniffBytes(head);
  if (kind !== 'other') return kind;
  if (fitsName.test(name)) return 'fits';
  if (xisfName.test(name)) return 'xisf';
  return rasterName.test(name) ? 'raster' : 'other';
}
