/** Sky in a ring round a star. */
import { type MoffatShape, moffatValue } from './moffat.ts';
import type { Patch } from './patch.ts';
import { medianInPlace } from './robust.ts';

/** Ring that a star's sky is measured in, FWHM; at least 5 to 9 px. */
const innerFwhm = 2.5;
const outerFwhm = 4;

/** Half width of the patch that the ring needs, px. */
export function annulusReach(fwhm: number): number {
  return Math.max(9, outerFwhm * fwhm) + 1;
}

/**
 * Clipped mean of the residual in a ring from 2.5 to 4 FWHM, in sigmas. The star's own wings there are part of it: take
 * off `ringShare` times its amplitude. The patch must reach as far as `annulusReach`.
 */
export function annulusSky(patch: Patch, x: number, y: number, fwhm: number): number {
  const inner = Math.max(5, innerFwhm * fwhm);
  const outer = Math.max(9, outerFwhm * fwhm);
  const stride = outer > 24 ? 2 : 1;
  let count = 0;
  for (
    let j = Math.max(patch.top, Math.ceil(y - outer));
    j <= Math.min(patch.bottom - 1, y + outer);
    j += stride
  )
    for (
      let i = Math.max(patch.left, Math.ceil(x - outer));
      i <= Math.min(patch.right - 1, x + outer);
      i += stride
    ) {
      const square = (i - x) * (i - x) + (j - y) * (j - y);
      const value = patch.values[(j - patch.top) * patch.width + i - patch.left];
      if (square < inner * inner || square > outer * outer || Number.isNaN(value) || count >= ring.length)
        continue;
      ring[count++] = value;
    }
  return count < 20 ? 0 : clippedMean(ring, count);
}

const ring = new Float32Array(16_384);
const clipSigmas = 2.5;

function clippedMean(values: Float32Array, n: number): number {
  let centre = medianInPlace(values, n);
  for (let iteration = 0; iteration < 3; iteration++) {
    let sum = 0;
    let count = 0;
    for (let i = 0; i < n; i++) {
      if (Math.abs(values[i] - centre) >= clipSigmas) continue;
      sum += values[i];
      count++;
    }
    if (count < 10) return centre;
    centre = sum / count;
  }
  return centre;
}

/** Mean light of a unit star in that ring, by its Moffat profile. */
export function ringShare(moffat: MoffatShape, fwhm: number): number {
  const inner = Math.max(5, innerFwhm * fwhm);
  const outer = Math.max(9, outerFwhm * fwhm);
  const rings = 6;
  let light = 0;
  let area = 0;
  for (let k = 0; k < rings; k++) {
    const radius = inner + ((outer - inner) * (k + 0.5)) / rings;
    for (let direction = 0; direction < 8; direction++) {
      const angle = (Math.PI * direction) / 8;
      light += radius * moffatValue(moffat, radius * Math.cos(angle), radius * Math.sin(angle));
      area += radius;
    }
  }
  return light / area;
}
