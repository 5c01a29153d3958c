/** Tells stars from hot pixels and cosmic rays, once everything else is taken off. */
import type { DetectedStar } from './detect-stars.ts';
import { addStar, fitStar } from './fit-star.ts';
import type { FramePsf } from './frame-psf.ts';
import type { Plane } from './maxima.ts';

export type Verdict = 'star' | 'faint' | 'hot' | 'cosmic';

const faintestSnr = 7;
/** Share of the amplitude that may rest on one pixel. */
const hotShare = 0.5;
/** A star's profile may differ from the frame's by this share of its peak. */
const profileTolerance = 0.08;
/** Below this share of light in a star's neighbouring pixels a track cannot be told by its sharpness. */
const undersampledShare = 0.45;
const sharpnessTolerance = 0.12;

/** Fits a star again with all others taken off and says what it is. The plane is left as it was but for the new fit. */
export function verifyStar(plane: Plane, psf: FramePsf, star: DetectedStar): Verdict {
  const { model } = psf;
  addStar(plane, model.psf, star.fit, 1);
  const fit =
    fitStar(plane, model, star.fit.x, star.fit.y, star.sky, Math.max(1, 0.5 * psf.shape.fwhm)) ?? star.fit;
  star.fit = fit;
  const excess = sharpness(plane, fit.x, fit.y, psf.shape.fwhm, star.sky);
  addStar(plane, model.psf, fit, -1);
  if (fit.snr < faintestSnr) return 'faint';
  if (fit.worstExcess > hotShare) return 'hot';
  const allowed = 1 + 6 * Math.sqrt(2 / Math.max(1, fit.pixels)) + (profileTolerance * fit.amplitude) ** 2;
  if (fit.misfit <= allowed) return 'star';
  const sharp = excess > 1 - psf.neighbourShare + sharpnessTolerance + 3 / fit.amplitude;
  return sharp || psf.neighbourShare < undersampledShare ? 'cosmic' : 'star';
}

/**
 * How far the brightest pixel of a star's core stands above its four neighbours, as a share of it: at most what the
 * sharpest point of the profile allows for a star, or for several close ones.
 */
function sharpness(plane: Plane, x: number, y: number, fwhm: number, sky: number): number {
  const { width, height, values } = plane;
  const reach = Math.max(1, Math.round(0.6 * fwhm));
  let brightest = Number.NEGATIVE_INFINITY;
  let place = -1;
  for (let j = Math.max(1, Math.round(y) - reach); j <= Math.min(height - 2, Math.round(y) + reach); j++)
    for (let i = Math.max(1, Math.round(x) - reach); i <= Math.min(width - 2, Math.round(x) + reach); i++)
      if (values[j * width + i] > brightest) {
        brightest = values[j * width + i];
        place = j * width + i;
      }
  if (place < 0 || !(brightest > sky)) return 0;
  let sum = 0;
  let count = 0;
  for (const neighbour of [place - 1, place + 1, place - width, place + width]) {
    if (Number.isNaN(values[neighbour])) continue;
    sum += values[neighbour] - sky;
    count++;
  }
  return count === 0 ? 0 : 1 - sum / count / (brightest - sky);
}
