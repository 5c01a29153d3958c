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

/**
 * A float32 plane, still zero, after the claim was held against the caps and against the length of the file.
 * @throws `tooLarge`
 */
export function allocatePlane(
  source: ByteSource,
  width: number,
  height: number,
  budget: PixelBudget,
): Float32Array {
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
  const bytes = pixels * 4;
  if (bytes > Math.max(fitsLimits.freeBytes, budget.ratio * source.byteLength)) {
    throw refusal(
      'tooLarge',
      source,
      `the header claims ${width} x ${height} pixels, but the file has only ${source.byteLength} bytes`,
      'The file was cut off near its start or its header is damaged; take another copy.',
      { width, height, byteLength: source.byteLength },
    );
  }
  return new Float32Array(pixels);
}
