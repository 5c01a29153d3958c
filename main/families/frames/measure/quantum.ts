/** The step between neighbouring stored values. */
import { type StoredFrame, samplesOf } from '../stored-frame.ts';

const samples = 4000;

/**
 * Smallest difference between sampled values, physical units: BSCALE for integers, whatever bits they were scaled from; 0 for
 * floating-point frames, and for integers when the sample holds a single value.
 */
export function stepOf(frame: StoredFrame): number {
  if (frame.bitpix < 0) return 0;
  const stored = samplesOf(frame).subarray(0, frame.validRows * frame.width);
  const stride = Math.max(1, Math.floor(stored.length / samples)) | 1;
  const picked: number[] = [];
  for (let i = 0; i < stored.length; i += stride) if (!Number.isNaN(stored[i])) picked.push(stored[i]);
  const sorted = Float64Array.from(picked).sort();
  let step = Number.POSITIVE_INFINITY;
  for (let i = 1; i < sorted.length; i++) {
    const difference = sorted[i] - sorted[i - 1];
    // Float32 rounds large values: what lies below its own step is no difference.
    if (difference > 1e-6 * Math.abs(sorted[i]) && difference < step) step = difference;
  }
  return Number.isFinite(step) ? step * frame.scale : 0;
}
