/** Half-flux radius. */

import { patchValue } from './patch.ts';
import type { ResidualFrame } from './residual-frame.ts';
import { annulusReach, annulusSky } from './star-sky.ts';

/**
 * Radius of the circle that holds half of a star's light, px: sky-subtracted aperture of 2.5 FWHM (at least 5 px), pixels
 * taken in order of distance, interpolated. NaN where the aperture leaves the frame or holds no light.
 */
export function halfFluxRadius(residuals: ResidualFrame, x: number, y: number, fwhm: number): number {
  const radius = Math.max(5, 2.5 * fwhm);
  if (x < radius || y < radius || x > residuals.width - 1 - radius || y > residuals.height - 1 - radius)
    return Number.NaN;
  const patch = residuals.patch(x, y, Math.max(radius, annulusReach(fwhm)));
  const sky = annulusSky(patch, x, y, fwhm);
  const bins = 8;
  const profile = new Float64Array(Math.ceil(radius * bins) + 1);
  let total = 0;
  for (let j = Math.ceil(y - radius); j <= y + radius; j++)
    for (let i = Math.ceil(x - radius); i <= x + radius; i++) {
      const value = patchValue(patch, i, j) - sky;
      if (Number.isNaN(value)) continue;
      total += spreadPixel(profile, i - x, j - y, value, radius, bins);
    }
  if (!(total > 0)) return Number.NaN;
  let sum = 0;
  for (let k = 0; k < profile.length; k++) {
    if (sum + profile[k] >= total / 2) return (k + (total / 2 - sum) / profile[k]) / bins;
    sum += profile[k];
  }
  return Number.NaN;
}

/** Shares a pixel out over 4 x 4 points, each at its own distance. */
function spreadPixel(
  profile: Float64Array,
  dx: number,
  dy: number,
  value: number,
  radius: number,
  bins: number,
): number {
  let taken = 0;
  for (let b = 0; b < 4; b++)
    for (let a = 0; a < 4; a++) {
      const x = dx + (a - 1.5) / 4;
      const y = dy + (b - 1.5) / 4;
      const distance = Math.sqrt(x * x + y * y);
      if (distance >= radius) continue;
      profile[Math.floor(distance * bins)] += value / 16;
      taken += value / 16;
    }
  return taken;
}
