/** Decides whether a claimed image size is worth taking memory for. */
import type { ByteSource } from '../byte-source.ts';
import { refusal } from '../refusal.ts';
import { fitsLimits } from './limits.ts';

export interface PixelBudget {
  /** Pixels of one plane, at most. */
  readonly maximumPixels: number;
  /** Decoded bytes for each byte of the file, once beyond the free bytes. */
  readonly ratio: number;
}

/** Holds a claimed size against the caps and against the length of the file. @throws `tooLarge` */
export function checkClaim(source: ByteSource, width: number, height: number, budget: PixelBudget): void {
  const pixels = width * height;
  if (!Number.isSafeInteger(pixels) || pixels > Math.min(budget.maximumPixels, fitsLimits.pixels)) {
    throw refusal(
      'tooLarge',
      source,
      `${width} x ${height} pixels are more than the ${budget.maximumPixels} that may be decoded`,
      'Raise the limit if the frame is really that large; otherwise its header is damaged.',
      { width, height },
    );
  }
  checkBytes(source, pixels * 4, budget.ratio, `${width} x ${height} pixels`);
}

/** Holds the bytes that a decoder is about to fill against the length of the file. @throws `tooLarge` */
export function checkBytes(source: ByteSource, bytes: number, ratio: number, claim: string): void {
  if (bytes <= Math.max(fitsLimits.freeBytes, ratio * source.byteLength)) return;
  throw refusal(
    'tooLarge',
    source,
    `the header claims ${claim}, but the file has only ${source.byteLength} bytes`,
    'The file was cut off near its start or its header is damaged; take another copy.',
    { bytes, byteLength: source.byteLength },
  );
}

/** A float32 plane, still zero, after `checkClaim`. @throws `tooLarge` */
export function allocatePlane(
  source: ByteSource,
  width: number,
  height: number,
  budget: PixelBudget,
): Float32Array {
  checkClaim(source, width, height, budget);
  return new Float32Array(width * height);
}
