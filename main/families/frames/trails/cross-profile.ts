/** How wide and how bright a line is across its strip. */
import { medianInPlace } from '../measure/robust.ts';
import { collectBlocks, type Strip } from './strip.ts';

/** Gaussian weights of a profile of this FWHM (px), centre first. */
export function gaussianWeights(fwhm: number): Float32Array {
  const reach = Math.max(1, Math.ceil(fwhm * 1.2));
  const weights = new Float32Array(reach + 1);
  for (let u = 0; u <= reach; u++) weights[u] = Math.exp(-4 * Math.LN2 * (u / fwhm) ** 2);
  return weights;
}

/** Mean profile across the line over a range of steps, the level beside it removed. */
export interface Profile {
  readonly half: number;
  /** Mean over the length, sigmas per pixel. */
  readonly mean: Float32Array;
  /** Expected noise of `mean` for white noise of 1 sigma. */
  readonly noise: Float32Array;
}

export function meanProfile(strip: Strip, ranges: readonly { from: number; to: number }[]): Profile {
  const span = 2 * strip.half + 1;
  const mean = new Float32Array(span);
  const numbers = new Float32Array(span);
  for (const range of ranges) {
    const blocks = collectBlocks(strip, 1, range.from, range.to);
    for (let u = 0; u < span; u++) {
      mean[u] += blocks.sums[u];
      numbers[u] += blocks.numbers[u];
    }
  }
  const noise = new Float32Array(span);
  for (let u = 0; u < span; u++) {
    mean[u] = numbers[u] > 0 ? mean[u] / numbers[u] : Number.NaN;
    noise[u] = numbers[u] > 0 ? 1 / Math.sqrt(numbers[u]) : Number.NaN;
  }
  return { half: strip.half, mean, noise };
}

export interface ProfileFit {
  /** FWHM of the best Gaussian, px, the unrolling's own half pixel included. */
  readonly fwhm: number;
  readonly amplitude: number;
  /** Level beside the line that was removed. */
  readonly level: number;
  /** Matched signal to noise over the fitted range. */
  readonly z: number;
}

/** Best centred Gaussian among widths from `narrowest` to `widest`, each against the level beside it. */
export function fitProfile(profile: Profile, narrowest: number, widest: number): ProfileFit {
  let best: ProfileFit = { fwhm: narrowest, amplitude: 0, level: 0, z: Number.NEGATIVE_INFINITY };
  for (let fwhm = narrowest; fwhm <= widest * 1.001; fwhm *= 1.08) {
    const level = levelBeside(profile, fwhm);
    if (Number.isNaN(level)) continue;
    const fit = matchAt(profile, 0, fwhm, level);
    if (fit.z > best.z) best = { fwhm, level, amplitude: fit.amplitude, z: fit.z };
  }
  return best;
}

/** Median of the profile from 1.7 widths outwards, at least 4 px wide on each side. */
export function levelBeside(profile: Profile, fwhm: number): number {
  const { half, mean } = profile;
  const inner = Math.min(half - 4, Math.ceil(1.7 * fwhm + 1));
  const most = 2 * Math.max(0, half - inner + 1);
  if (besideRoom.length < most) besideRoom = new Float64Array(2 * most);
  let count = 0;
  for (let u = inner; u <= half; u++) {
    const right = mean[half + u];
    const left = mean[half - u];
    if (!Number.isNaN(right)) besideRoom[count++] = right;
    if (!Number.isNaN(left)) besideRoom[count++] = left;
  }
  return medianInPlace(besideRoom, count);
}

let besideRoom = new Float64Array(256);

/** Least-squares amplitude of a Gaussian at `offset` px and its signal to noise. */
export function matchAt(
  profile: Profile,
  offset: number,
  fwhm: number,
  level: number,
): { amplitude: number; z: number } {
  let top = 0;
  let bottom = 0;
  const reach = Math.ceil(fwhm * 1.2);
  for (let u = -reach; u <= reach; u++) {
    const at = profile.half + Math.round(offset) + u;
    if (at < 0 || at >= profile.mean.length || Number.isNaN(profile.mean[at])) continue;
    const weight = Math.exp(-4 * Math.LN2 * ((u + Math.round(offset) - offset) / fwhm) ** 2);
    const precision = 1 / profile.noise[at] ** 2;
    top += weight * (profile.mean[at] - level) * precision;
    bottom += weight * weight * precision;
  }
  return bottom > 0 ? { amplitude: top / bottom, z: top / Math.sqrt(bottom) } : { amplitude: 0, z: 0 };
}

/**
 * How far the line stands above the higher of its two sides, over its amplitude: near 1 for a line, near 0 for an edge,
 * a rim or a step. A side counts by its lowest stretch of a width, so that a second line beside does not matter. 0 when
 * a side lies outside the frame.
 */
export function contrastToSides(profile: Profile, fit: ProfileFit): number {
  const size = Math.max(3, Math.round(fit.fwhm));
  let lowest = 1;
  for (const side of [-1, 1]) {
    let lowestSide = Number.POSITIVE_INFINITY;
    const last = Math.min(profile.half - size, Math.ceil(3.5 * fit.fwhm + 6));
    for (let u = Math.ceil(1.2 * fit.fwhm); u <= last; u++) {
      let sum = 0;
      let count = 0;
      for (let k = 0; k < size; k++) {
        const value = profile.mean[profile.half + side * (u + k)];
        if (Number.isNaN(value)) continue;
        sum += value;
        count++;
      }
      if (2 * count > size) lowestSide = Math.min(lowestSide, sum / count);
    }
    if (lowestSide === Number.POSITIVE_INFINITY) return 0;
    lowest = Math.min(lowest, (fit.amplitude + fit.level - lowestSide) / fit.amplitude);
  }
  return lowest;
}
