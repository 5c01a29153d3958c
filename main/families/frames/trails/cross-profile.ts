/** Where a line lies across its strip, how wide and how bright it is. */
import { type Blocks, collectBlocks, medianOf, type Strip } from './strip.ts';

/** Gaussian weights of a profile of this FWHM (px), centre first. */
export function gaussianWeights(fwhm: number): Float32Array {
  const reach = Math.max(1, Math.ceil(fwhm * 1.2));
  const weights = new Float32Array(reach + 1);
  for (let u = 0; u <= reach; u++) weights[u] = Math.exp(-4 * Math.LN2 * (u / fwhm) ** 2);
  return weights;
}

/** Sideways shifts (px) of the two ends that put the line onto the light. */
export interface Alignment {
  readonly shift1: number;
  readonly shift2: number;
}

/**
 * Tries straight lines within +-`reach` px at both ends and keeps the one with the largest matched sum over all blocks,
 * first in whole pixels, then in eighths.
 */
export function align(strip: Strip, from: number, to: number, fwhm: number, reach: number): Alignment {
  const blocks = collectBlocks(strip, 48, from, to);
  const smooth = smoothBlocks(blocks, gaussianWeights(Math.max(1.5, fwhm)));
  let best = { shift1: 0, shift2: 0 };
  let top = Number.NEGATIVE_INFINITY;
  for (const [step, range] of [
    [1, reach],
    [0.5, 1],
    [0.125, 0.5],
  ] as const) {
    const centre = best;
    for (let a = -range; a <= range; a += step) {
      for (let b = -range; b <= range; b += step) {
        const trial = { shift1: centre.shift1 + a, shift2: centre.shift2 + b };
        const score = sumAlong(smooth, blocks, strip.half, trial);
        if (score > top) {
          top = score;
          best = trial;
        }
      }
    }
  }
  return best;
}

/** Each block's profile convolved with the weights (masked pixels simply add nothing). */
function smoothBlocks(blocks: Blocks, weights: Float32Array): Float32Array {
  const { count, span, sums } = blocks;
  const result = new Float32Array(count * span);
  for (let j = 0; j < count; j++) {
    for (let u = 0; u < span; u++) {
      let sum = 0;
      for (let k = 1 - weights.length; k < weights.length; k++) {
        const at = u + k;
        if (at >= 0 && at < span) sum += sums[j * span + at] * weights[k < 0 ? -k : k];
      }
      result[j * span + u] = sum;
    }
  }
  return result;
}

function sumAlong(smooth: Float32Array, blocks: Blocks, half: number, trial: Alignment): number {
  const { count, span } = blocks;
  let sum = 0;
  for (let j = 0; j < count; j++) {
    const u = half + trial.shift1 + ((trial.shift2 - trial.shift1) * (j + 0.5)) / count;
    const low = Math.floor(u);
    if (low < 0 || low + 1 >= span) return Number.NEGATIVE_INFINITY;
    const part = u - low;
    sum += smooth[j * span + low] * (1 - part) + smooth[j * span + low + 1] * part;
  }
  return sum;
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
  const values: number[] = [];
  const inner = Math.min(profile.half - 4, Math.ceil(1.7 * fwhm + 1));
  for (let u = inner; u <= profile.half; u++) {
    for (const at of [profile.half + u, profile.half - u]) {
      if (!Number.isNaN(profile.mean[at])) values.push(profile.mean[at]);
    }
  }
  return medianOf(values);
}

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
 * Spread of matched sums at other places across the strip, 1 for white noise: bands, ripples and unresolved stars make
 * it larger. From the median absolute deviation, places within two widths of the line left out.
 */
export function spreadBeside(profile: Profile, fwhm: number): number {
  const values: number[] = [];
  addBeside(profile, fwhm, levelBeside(profile, fwhm), values);
  return values.length < 6 ? Number.NaN : 1.4826 * medianOf(values);
}

/**
 * Matched signal to noise of a line whose surroundings change along it: each of `parts` equal parts counts by its own
 * amplitude and by the spread beside it (averaged with its neighbours), never less than white noise.
 */
export function significanceInParts(
  strip: Strip,
  runs: readonly { from: number; to: number }[],
  parts: number,
  fwhm: number,
): number {
  const from = runs[0].from;
  const to = runs[runs.length - 1].to;
  const amplitudes = new Float64Array(parts);
  const variances = new Float64Array(parts);
  const spreads = new Float64Array(parts);
  for (let part = 0; part < parts; part++) {
    const begin = from + Math.floor(((to - from) * part) / parts);
    const end = from + Math.floor(((to - from) * (part + 1)) / parts);
    const lit = runs
      .map((run) => ({ from: Math.max(begin, run.from), to: Math.min(end, run.to) }))
      .filter((run) => run.to > run.from);
    const profile = meanProfile(strip, lit.length > 0 ? lit : [{ from: begin, to: end }]);
    const level = levelBeside(profile, fwhm);
    const fit = matchAt(profile, 0, fwhm, Number.isNaN(level) ? 0 : level);
    amplitudes[part] = fit.amplitude;
    variances[part] = lit.length > 0 && fit.z !== 0 ? (fit.amplitude / fit.z) ** 2 : Number.POSITIVE_INFINITY;
    const values: number[] = [];
    if (!Number.isNaN(level)) addBeside(profile, fwhm, level, values);
    spreads[part] = values.length < 6 ? 1 : (1.4826 * medianOf(values)) ** 2;
  }
  let top = 0;
  let bottom = 0;
  for (let part = 0; part < parts; part++) {
    const near = spreads.subarray(Math.max(0, part - 1), part + 2);
    const spread = Math.max(1, near.reduce((sum, value) => sum + value, 0) / near.length);
    const precision = 1 / (variances[part] * spread);
    top += amplitudes[part] * precision;
    bottom += precision;
  }
  return bottom > 0 ? top / Math.sqrt(bottom) : 0;
}

function addBeside(profile: Profile, fwhm: number, level: number, values: number[]): void {
  const reach = profile.half - Math.ceil(fwhm * 0.6);
  const step = Math.max(1, fwhm / 2);
  for (let u = Math.max(3, 2.2 * fwhm); u <= reach; u += step) {
    values.push(Math.abs(matchAt(profile, u, fwhm, level).z), Math.abs(matchAt(profile, -u, fwhm, level).z));
  }
}

const triedWidths: readonly number[] = [0.5, 0.71, 1, 1.41, 2];

/**
 * Share of the parts of a line (each with about `partZ` signal to noise) that by themselves show the same line: centred
 * within half a width, of a similar width, with at least 0.3 of its brightness. Rims, clouds and rows of stars wander.
 */
export function steadiness(
  strip: Strip,
  runs: readonly { from: number; to: number }[],
  fit: ProfileFit,
  significance: number,
): number {
  const parts = Math.max(3, Math.min(12, Math.floor((significance / partZ) ** 2)));
  let lit = 0;
  for (const run of runs) lit += run.to - run.from;
  let steady = 0;
  let counted = 0;
  for (let part = 0; part < parts; part++) {
    const pieces = pieceOfRuns(
      runs,
      Math.floor((lit * part) / parts),
      Math.floor((lit * (part + 1)) / parts),
    );
    const profile = meanProfile(strip, pieces);
    if (Number.isNaN(profile.mean[profile.half])) continue;
    counted++;
    if (showsLine(profile, fit)) steady++;
  }
  return counted < 3 ? 1 : steady / counted;
}

const partZ = 5;

/** Lit steps number `begin` to `end` of all lit steps, as ranges. */
function pieceOfRuns(
  runs: readonly { from: number; to: number }[],
  begin: number,
  end: number,
): { from: number; to: number }[] {
  const pieces: { from: number; to: number }[] = [];
  let passed = 0;
  for (const run of runs) {
    const from = Math.max(run.from, run.from + begin - passed);
    const to = Math.min(run.to, run.from + end - passed);
    if (to > from) pieces.push({ from, to });
    passed += run.to - run.from;
  }
  return pieces;
}

function showsLine(profile: Profile, fit: ProfileFit): boolean {
  let top = Number.NEGATIVE_INFINITY;
  let good = false;
  const level = levelBeside(profile, fit.fwhm);
  if (Number.isNaN(level)) return false;
  for (const ratio of triedWidths) {
    const width = Math.max(1, fit.fwhm * ratio);
    for (let k = -4; k <= 4; k++) {
      const offset = (k * fit.fwhm) / 4;
      const match = matchAt(profile, offset, width, level);
      if (match.z <= top) continue;
      top = match.z;
      good = Math.abs(k) <= 2 && ratio > 0.5 && ratio < 2 && match.amplitude > 0.3 * fit.amplitude;
    }
  }
  return good;
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
