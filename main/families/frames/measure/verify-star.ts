/** Tells stars from hot pixels and cosmic rays, once everything else is taken off. */
import type { DetectedStar } from './detected-star.ts';
import { fitStar, type StarFit } from './fit-star.ts';
import type { FramePsf } from './frame-psf.ts';
import type { Patch } from './patch.ts';
import { growthOf } from './shape-field.ts';
import { annulusReach } from './star-sky.ts';
import type { Starless } from './starless.ts';

export type Verdict = 'star' | 'faint' | 'hot' | 'cosmic' | 'extended';

const faintestSnr = 7;
/** Share of the amplitude that may rest on one pixel. */
const hotShare = 0.5;
/** A star's profile may differ from the frame's by this share of its peak. */
const profileTolerance = 0.08;
/** A misfit beyond this share of the peak is no star, nor two close ones. */
const strangeShare = 0.3;
const sharpnessTolerance = 0.15;
/** Objects this much larger than stars are galaxies, knots of a nebula, or lumps of a halo. */
const mostGrowth = 0.35;

/** Fits a star again with all others taken off and says what it is. The star is left with the new fit. */
export function verifyStar(starless: Starless, psf: FramePsf, star: DetectedStar): Verdict {
  const { model } = psf;
  const maxShift = Math.max(1, 0.5 * psf.shape.fwhm);
  // With nobody's light to be taken off, the fit is what it was.
  if (isNoiseAlone(star.fit) && starless.standsAlone(star, model.radius)) return atFirstSight(star.fit);
  const reach = model.radius + maxShift + 2;
  const patch = starless.patch(star.fit.x, star.fit.y, reach, star);
  const fit = fitStar(patch, model, star.fit.x, star.fit.y, star.sky, maxShift) ?? star.fit;
  star.fit = fit;
  if (isNoiseAlone(fit) || fit.snr < faintestSnr || fit.worstExcess > hotShare) return atFirstSight(fit);
  const allowed = 1 + 6 * Math.sqrt(2 / Math.max(1, fit.pixels)) + (profileTolerance * fit.amplitude) ** 2;
  const excess = sharpness(patch, psf, fit.x, fit.y, star.sky);
  const alone = starless.patch(fit.x, fit.y, annulusReach(psf.shape.fwhm));
  if (growthOf(alone, psf, star) > mostGrowth) return 'extended';
  if (fit.misfit <= allowed) return 'star';
  // Two stars that could not be parted differ from one less than this.
  if (Math.sqrt(fit.misfit - 1) > strangeShare * fit.amplitude) return 'cosmic';
  return excess > sharpnessTolerance + 3 / fit.amplitude ? 'cosmic' : 'star';
}

/** True when noise explains all that the profile leaves of a star. */
function isNoiseAlone({ misfit, pixels }: StarFit): boolean {
  return misfit <= 1 + 4 * Math.sqrt(2 / Math.max(1, pixels));
}

function atFirstSight({ snr, worstExcess }: StarFit): Verdict {
  if (snr < faintestSnr) return 'faint';
  return worstExcess > hotShare ? 'hot' : 'star';
}

/**
 * How much narrower than the profile a star's core is across its narrower axis: the share that the pixels on either
 * side lack of the brightest one, less what they may lack at best centring. 0 or less for stars, also close ones; a
 * track across the frame lacks almost all on two sides.
 */
function sharpness(patch: Patch, psf: FramePsf, x: number, y: number, sky: number): number {
  const { width, values } = patch;
  const height = patch.bottom - patch.top;
  const middleX = Math.round(x) - patch.left;
  const middleY = Math.round(y) - patch.top;
  const reach = Math.max(1, Math.round(0.6 * psf.shape.fwhm));
  let brightest = Number.NEGATIVE_INFINITY;
  let place = -1;
  for (let j = Math.max(1, middleY - reach); j <= Math.min(height - 2, middleY + reach); j++)
    for (let i = Math.max(1, middleX - reach); i <= Math.min(width - 2, middleX + reach); i++)
      if (values[j * width + i] > brightest) {
        brightest = values[j * width + i];
        place = j * width + i;
      }
  if (place < 0 || !(brightest > sky)) return 0;
  const lack = (step: number, share: number) => {
    const sides = [values[place - step] - sky, values[place + step] - sky].filter(
      (value) => !Number.isNaN(value),
    );
    if (sides.length === 0) return Number.NEGATIVE_INFINITY;
    return share - sides.reduce((sum, value) => sum + value, 0) / sides.length / (brightest - sky);
  };
  return Math.max(lack(1, psf.sideShares.x), lack(width, psf.sideShares.y));
}
