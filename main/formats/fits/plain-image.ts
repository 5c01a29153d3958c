/** Reads an uncompressed image strip by strip, so that the raw bytes never stand in memory beside the pixels. */
import type { ByteSource } from '../byte-source.ts';
import { readInto } from '../read-window.ts';
import { refusal } from '../refusal.ts';
import { fitsLimits } from './limits.ts';
import { allocatePlane, checkClaim, type PixelOptions, type StoredWords, type WordTarget } from './memory.ts';
import { convertSamples } from './samples.ts';
import type { Scaling } from './scaling.ts';
import type { ImageHdu } from './select-image.ts';

/** Large enough to amortise a system call, small enough for the second-level cache. */
const stripBytes = 256 * 1024;

export interface PlaneResult {
  readonly pixels: Float32Array;
  readonly words?: StoredWords;
  readonly truncated: { readonly validRows: number } | null;
}

/** The plane that is measured: the only one, or the second (green) of three while the file reaches that far. */
function chooseOffset(image: ImageHdu, planeBytes: number, warnings: string[]): number {
  if (image.shape.planes === 1) return 0;
  if (image.hdu.availableLength > planeBytes) return planeBytes;
  warnings.push('the file ends before its second colour plane; the first one was taken');
  return 0;
}

/** @throws `tooLarge`; `damagedData` when not one row is there. */
export function readPlainImage(
  source: ByteSource,
  image: ImageHdu,
  scaling: Scaling,
  options: PixelOptions,
  warnings: string[],
): PlaneResult {
  const { width, height } = image.shape;
  const sampleBytes = Math.abs(image.bitpix) / 8;
  const rowBytes = width * sampleBytes;
  const planeBytes = rowBytes * height;
  const start = chooseOffset(image, planeBytes, warnings);
  const available = Math.min(planeBytes, image.hdu.availableLength - start);
  const validRows = Math.floor(available / rowBytes);
  if (validRows < 1) {
    throw refusal(
      'damagedData',
      source,
      `the file ends before the first row of its ${width} x ${height} image is complete`,
      'The file was cut off while it was written or copied; take another copy.',
      { availableBytes: Math.max(0, available), rowBytes },
    );
  }
  const budget = { ...options, ratio: fitsLimits.plainRatio };
  const firstByte = image.hdu.dataOffset + start;
  const truncatedAt = (readRows: number) => {
    const short = image.hdu.availableLength < image.hdu.shape.byteLength || readRows < validRows;
    return short ? { validRows: readRows } : null;
  };
  if (options.words !== undefined && image.bitpix === 16 && keepsOrder(scaling)) {
    checkClaim(source, width, height, budget);
    const samples = options.words.allocate(width * height);
    const read = fillWords(source, firstByte, validRows * width, samples, options.words);
    return {
      pixels: new Float32Array(0),
      words: storedWords(samples, scaling),
      truncated: truncatedAt(Math.floor(read / width)),
    };
  }
  const pixels = allocatePlane(source, width, height, budget);
  const samples = fillPixels(source, firstByte, validRows * width, sampleBytes, (bytes, at) =>
    convertSamples(bytes, image.bitpix, scaling, pixels, at),
  );
  const readRows = Math.floor(samples / width);
  pixels.fill(Number.NaN, readRows * width);
  return { pixels, truncated: truncatedAt(readRows) };
}

/** Whether words hold all there is of such integers: none of them undefined, and greater ones brighter. */
export function keepsOrder(scaling: Scaling): boolean {
  return scaling.blank === null && scaling.scale > 0;
}

export function storedWords(samples: Uint16Array, { scale, zero }: Scaling): StoredWords {
  return { samples, scale, zero: zero - 32_768 * scale };
}

/** Reads 16-bit integers to where they stay and turns them round there; returns how many the file still held. */
function fillWords(
  source: ByteSource,
  offset: number,
  count: number,
  samples: Uint16Array,
  target: WordTarget,
): number {
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  for (let at = 0; at < count; at += stripBytes / 2) {
    const wanted = Math.min(stripBytes / 2, count - at);
    const read = readInto(source, offset + 2 * at, bytes.subarray(2 * at, 2 * (at + wanted)));
    target.convert(at, Math.floor(read / 2));
    if (read < 2 * wanted) return at + Math.floor(read / 2);
  }
  return count;
}

/** Streams `count` samples from `offset` on through one aligned buffer; returns how many the file still held. */
function fillPixels(
  source: ByteSource,
  offset: number,
  count: number,
  sampleBytes: number,
  convert: (bytes: Uint8Array, at: number) => void,
): number {
  const strip = new Uint8Array(Math.min(stripBytes, count * sampleBytes));
  const samplesPerStrip = strip.byteLength / sampleBytes;
  for (let at = 0; at < count; at += samplesPerStrip) {
    const wanted = Math.min(samplesPerStrip, count - at) * sampleBytes;
    const read = readInto(source, offset + at * sampleBytes, strip.subarray(0, wanted));
    convert(strip.subarray(0, read), at);
    if (read < wanted) return at + Math.floor(read / sampleBytes);
  }
  return count;
}
