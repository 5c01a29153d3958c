/** The attached block of an XISF image: where it lies and how it is compressed (XISF 1.0, sections 10.3 to 10.6). */
import { inflateSync, zstdDecompressSync } from 'node:zlib';
import type { ByteSource } from '../byte-source.ts';
import { unshuffle } from '../fits/tiles/gzip.ts';
import { quoted, refusal } from '../refusal.ts';
import { decodeLz4Block } from './lz4.ts';

export interface BlockPlace {
  readonly offset: number;
  readonly length: number;
}

type BlockCodec = 'zlib' | 'lz4' | 'lz4hc' | 'zstd';

export interface BlockCompression {
  readonly codec: BlockCodec;
  readonly length: number;
  /** Bytes of one shuffled item; 1 for none. */
  readonly itemBytes: number;
  /** Compressed and plain lengths of the parts, one for an undivided block. */
  readonly parts: readonly (readonly [compressed: number, plain: number])[];
}

function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** @throws `unsupportedLayout` for data that are not attached, `badHeader` for places outside of all files. */
export function readPlace(source: ByteSource, location: string): BlockPlace {
  const [kind, first, second] = location.split(':');
  const offset = wholeNumber(first);
  const length = wholeNumber(second);
  if (kind === 'attachment' && offset !== null && length !== null) return { offset, length };
  throw refusal(
    kind === 'attachment' ? 'badHeader' : 'unsupportedLayout',
    source,
    `its pixels are at ${quoted(location)}`,
    'Only attached blocks are read; save the frame as one XISF or FITS file.',
  );
}

function isCodec(name: string): name is BlockCodec {
  return name === 'zlib' || name === 'lz4' || name === 'lz4hc' || name === 'zstd';
}

/** `zlib:12345`, `lz4+sh:12345:2`, with the parts of a divided block as `c,p:c,p`. @throws `unsupportedCompression`. */
export function readCompression(
  source: ByteSource,
  text: string,
  subblocks: string | undefined,
  storedLength: number,
): BlockCompression {
  const [name = '', lengthText, itemText] = text.toLowerCase().split(':');
  const codec = name.replace(/\+sh$/, '');
  const length = wholeNumber(lengthText);
  const itemBytes = name.endsWith('+sh') ? wholeNumber(itemText) : 1;
  if (!isCodec(codec) || length === null || itemBytes === null || itemBytes < 1 || itemBytes > 16) {
    throw refusal(
      'unsupportedCompression',
      source,
      `its pixels are compressed as ${quoted(text)}`,
      'Known are zlib, lz4, lz4hc and zstd, each also with byte shuffling.',
    );
  }
  const parts = (subblocks ?? '')
    .split(':')
    .filter((part) => part !== '')
    .map((part) => {
      const [compressed, plain] = part.split(',').map((count) => wholeNumber(count));
      return [compressed ?? 0, plain ?? 0] as const;
    });
  return { codec, length, itemBytes, parts: parts.length === 0 ? [[storedLength, length]] : parts };
}

function expand(codec: BlockCodec, bytes: Uint8Array, length: number): Uint8Array | null {
  if (codec === 'lz4' || codec === 'lz4hc') return decodeLz4Block(bytes, length);
  const options = { maxOutputLength: Math.max(1, length) };
  try {
    const out = codec === 'zlib' ? inflateSync(bytes, options) : zstdDecompressSync(bytes, options);
    return out.byteLength === length ? out : null;
  } catch {
    return null;
  }
}

/** Joins the parts of a block into `compression.length` plain bytes. @returns null when they do not decode. */
export function expandBlock(bytes: Uint8Array, compression: BlockCompression): Uint8Array | null {
  const { codec, length, itemBytes, parts } = compression;
  const total = parts.reduce((sum, [, plain]) => sum + plain, 0);
  if (total !== length) return null;
  const out = new Uint8Array(length);
  let from = 0;
  let to = 0;
  for (const [compressed, plain] of parts) {
    if (from + compressed > bytes.byteLength) return null;
    const part = bytes.subarray(from, from + compressed);
    // A part that would not shrink is stored as it is.
    const expanded = compressed === plain && parts.length > 1 ? part : expand(codec, part, plain);
    if (expanded === null) return null;
    out.set(expanded, to);
    from += compressed;
    to += plain;
  }
  return unshuffle(out, itemBytes);
}
