/** Sky in a ring round a star. */
import type { Plane } from './maxima.ts';
import { medianOf } from './robust.ts';

/**
 * Clipped mean of the residual in a ring from 2.5 to 4 FWHM, in sigmas; 0 unless it differs from 0 by more than its
 * error allows, so that lone stars on an even sky take on no extra noise.
 */
export function annulusSky(plane: Plane, x: number, y: number, fwhm: number): number {
  const inner = Math.max(5, 2.5 * fwhm);
  const outer = Math.max(9, 4 * fwhm);
  const values: number[] = [];
  const stride = outer > 24 ? 2 : 1;
  for (let j = Math.max(0, Math.ceil(y - outer)); j <= Math.min(plane.height - 1, y + outer); j += stride)
    for (let i = Math.max(0, Math.ceil(x - outer)); i <= Math.min(plane.width - 1, x + outer); i += stride) {
      const square = (i - x) * (i - x) + (j - y) * (j - y);
      const value = plane.values[j * plane.width + i];
      if (square < inner * inner || square > outer * outer || Number.isNaN(value)) continue;
      values.push(value);
    }
  if (values.length < 20) return 0;
  let centre = medianOf(values);
  let error = 1;
  for (let iteration = 0; iteration < 3; iteration++) {
    let sum = 0;
    let count = 0;
    for (const value of values) {
      if (Math.abs(value - centre) >= 2.5) continue;
      sum += value;
      count++;
    }
    if (count < 10) return centre;
    centre = sum / count;
    error = 1 / Math.sqrt(count);
  }
  return Math.abs(centre) > 2.5 * error ? centre : 0;
}
