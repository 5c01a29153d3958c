/** Width and brightness of a line, from its whole cross profile, wings and all. */
import type { Profile } from './cross-profile.ts';

/** Exponents of the line-spread functions that are tried: from heavy wings to almost a Gaussian. */
const exponents: readonly number[] = [1.25, 1.5, 2, 2.5, 3, 4, 6, 12];
/** The exponent of lines too faint to show their own: that of a Moffat star with beta 3. */
const usualExponent = 2.5;
/** Signal to noise from which a line shows its own wings. */
const showsWings = 60;
/** Offsets (px) within a pixel over which unrolling by nearest pixels averages. */
const withinPixel: readonly number[] = [-0.4, -0.2, 0, 0.2, 0.4];

export interface CrossFit {
  /** FWHM, px, as sampled (pixel included). */
  readonly width: number;
  /** Peak, sigmas per pixel. */
  readonly peak: number;
}

/**
 * Least-squares fit of (1 + (u / a)^2)^-n over a constant level, the width (and n, for clear lines) on a grid round the
 * first estimate. Null when too little of the profile is defined.
 */
export function fitCross(profile: Profile, fwhm: number, significance: number): CrossFit | null {
  let best: Trial | null = null;
  for (const exponent of significance > showsWings ? exponents : [usualExponent]) {
    for (let step = -16; step <= 16; step++) {
      const width = fwhm * 1.045 ** step;
      const trial =
        width < 0.8 ? null : fitShape(profile, width, exponent, Math.min(profile.half, 5 * fwhm + 4));
      if (trial !== null && trial.peak > 0 && (best === null || trial.misfit < best.misfit)) best = trial;
    }
  }
  return best;
}

interface Trial extends CrossFit {
  readonly misfit: number;
}

function fitShape(profile: Profile, width: number, exponent: number, reach: number): Trial | null {
  const scale = width / (2 * Math.sqrt(2 ** (1 / exponent) - 1));
  let sw = 0;
  let sm = 0;
  let smm = 0;
  let sv = 0;
  let smv = 0;
  let svv = 0;
  for (let u = -Math.floor(reach); u <= reach; u++) {
    const value = profile.mean[profile.half + u];
    if (Number.isNaN(value)) continue;
    let shape = 0;
    for (const offset of withinPixel) shape += (1 + ((u + offset) / scale) ** 2) ** -exponent;
    shape /= withinPixel.length;
    const weight = 1 / profile.noise[profile.half + u] ** 2;
    sw += weight;
    sm += weight * shape;
    smm += weight * shape * shape;
    sv += weight * value;
    smv += weight * shape * value;
    svv += weight * value * value;
  }
  const determinant = sw * smm - sm * sm;
  if (!(determinant > 1e-9 * sw * smm)) return null;
  const peak = (sw * smv - sm * sv) / determinant;
  const level = (smm * sv - sm * smv) / determinant;
  return { width, peak, misfit: svv - peak * smv - level * sv };
}
