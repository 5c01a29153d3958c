/** Decides whether a claimed image size is worth taking memory for. */
import type { ByteSource } from '../byte-source.ts';
import { refusal } from '../refusal.ts';
import { fitsLimits } from './limits.ts';

/** What a caller may say about the memory of decoded pixels. */
export interface PixelOptions {
  /** Refuse larger planes as `tooLarge`; `fitsLimits.pixels` unless told. */
  readonly maximumPixels?: number;
  /** Gives the array to decode into, for callers that use one again; every element is written. */
  readonly allocate?: (length: number) => Float32Array;
  /** For callers that take integers of up to 16 bits as they are stored; unless given, all pixels become floats. */
  readonly words?: WordTarget;
}

/** Where integers of up to 16 bits go, 32768 higher than they are stored, so that none is below 0. */
export interface WordTarget {
  allocate(length: number): Uint16Array;
  /** Turns `count` words from index `at` on, big-endian and signed as FITS stores them, into such. */
  convert(at: number, count: number): void;
}

/** Words as decoded: physical value = word * scale + zero. */
export interface StoredWords {
  readonly samples: Uint16Array;
  readonly scale: number;
  readonly zero: number;
}

export interface PixelBudget extends PixelOptions {
  /** Decoded bytes for each byte of the file, once beyond the free bytes. */
  readonly ratio: number;
}

/** Holds a claimed size against the caps and against the length of the file. @throws `tooLarge` */
export function checkClaim(source: ByteSource, width: number, height: number, budget: PixelBudget): void {
  const pixels = width * height;
  const maximumPixels = Math.min(budget.maximumPixels ?? fitsLimits.pixels, fitsLimits.pixels);
  if (!Number.isSafeInteger(pixels) || pixels > maximumPixels) {
    throw refusal(
      'tooLarge',
      source,
      `${width} x ${height} pixels are more than the ${maximumPixels} that may be decoded`,
      'Raise the limit if the frame is really that large; otherwise its header is damaged.',
      { width, height },
    );
  }
  checkBytes(source, pixels * 4, budget.ratio, `${width} x ${height} pixels`);
}

/** Holds the bytes that a decoder is about to fill against the length of the file. @throws `tooLarge` */
export function checkBytes(source: ByteSource, bytes: number, ratio: number, claim: string): void {
  const storedLength = source.storedLength ?? source.byteLength;
  if (bytes <= Math.max(fitsLimits.freeBytes, ratio * storedLength)) return;
  throw refusal(
    'tooLarge',
    source,
    `the header claims ${claim}, but the file has only ${storedLength} bytes`,
    'The file was cut off near its start or its header is damaged; take another copy.',
    { bytes, storedLength },
  );
}

/** A float32 plane after `checkClaim`, its content without meaning. @throws `tooLarge` */
export function allocatePlane(
  source: ByteSource,
  width: number,
  height: number,
  budget: PixelBudget,
): Float32Array {
  checkClaim(source, width, height, budget);
  return budget.allocate?.(width * height) ?? new Float32Array(width * height);
}
