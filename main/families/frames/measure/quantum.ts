/** The step between neighbouring stored values. */
import type { FrameImage } from '../record.ts';

const samples = 4000;

/**
 * Smallest difference between sampled values, physical units: BSCALE for integers, whatever bits they were scaled from; 0 for
 * floating-point frames, and for integers when the sample holds a single value.
 */
export function stepOf(image: Pick<FrameImage, 'pixels' | 'bitpix'>): number {
  if (image.bitpix < 0) return 0;
  const stride = Math.max(1, Math.floor(image.pixels.length / samples)) | 1;
  const picked: number[] = [];
  for (let i = 0; i < image.pixels.length; i += stride)
    if (!Number.isNaN(image.pixels[i])) picked.push(image.pixels[i]);
  const sorted = Float64Array.from(picked).sort();
  let step = Number.POSITIVE_INFINITY;
  for (let i = 1; i < sorted.length; i++) {
    const difference = sorted[i] - sorted[i - 1];
    // Float32 rounds large values: what lies below its own step is no difference.
    if (difference > 1e-6 * Math.abs(sorted[i]) && difference < step) step = difference;
  }
  return Number.isFinite(step) ? step : 0;
}
