/** How sure it is that there is a line, whatever else is in the field, and that it is the same line all along. */
import { levelBeside, matchAt, meanProfile, type Profile, type ProfileFit } from './cross-profile.ts';
import { medianOf, type Strip } from './strip.ts';

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

/**
 * Matched sums at places beside the line. Light that rises evenly from one side to the other is no ripple: the line's own
 * sum, taken evenly from both sides, does not feel it.
 */
function addBeside(profile: Profile, fwhm: number, level: number, values: number[]): void {
  const reach = profile.half - Math.ceil(fwhm * 0.6);
  const step = Math.max(1, fwhm / 2);
  const slope = slopeBeside(profile, fwhm);
  for (let u = Math.max(3, 2.2 * fwhm); u <= reach; u += step) {
    for (const offset of [u, -u])
      values.push(Math.abs(matchAt(profile, offset, fwhm, level + slope * offset).z));
  }
}

/** Rise of the level for each px across the line, from the medians of its two sides; 0 where one of them is hidden. */
function slopeBeside({ half, mean }: Profile, fwhm: number): number {
  const inner = Math.min(half - 4, Math.ceil(1.7 * fwhm + 1));
  const sides = [-1, 1].map((side) => {
    const values: number[] = [];
    for (let u = inner; u <= half; u++)
      if (!Number.isNaN(mean[half + side * u])) values.push(mean[half + side * u]);
    return values.length < 4 ? Number.NaN : medianOf(values);
  });
  const slope = (sides[1] - sides[0]) / (inner + half);
  return Number.isNaN(slope) ? 0 : slope;
}

const triedWidths: readonly number[] = [0.5, 0.71, 1, 1.41, 2];

/**
 * Share of the parts of a line (each with about `partZ` signal to noise) that by themselves show the same line: centred
 * and as wide as the whole, with at least 0.3 of its brightness. Rims, clouds and rows of stars wander.
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

/**
 * True when the line's own place and width explain the profile about as well as the best of others near by: as well as
 * noise allows, or nearly so where the line is bright.
 */
function showsLine(profile: Profile, fit: ProfileFit): boolean {
  const level = levelBeside(profile, fit.fwhm);
  if (Number.isNaN(level)) return false;
  const own = matchAt(profile, 0, fit.fwhm, level);
  if (!(own.amplitude > 0.3 * fit.amplitude)) return false;
  let top = own.z;
  for (const ratio of triedWidths) {
    const width = Math.max(1, fit.fwhm * ratio);
    for (let k = -4; k <= 4; k++) top = Math.max(top, matchAt(profile, (k * fit.fwhm) / 4, width, level).z);
  }
  return own.z > nearlyAsWell * top || own.z ** 2 > top ** 2 - noiseAdvantage;
}

/** Share of the best explanation that will do however bright the line: where it lies is known to a fraction of a pixel. */
const nearlyAsWell = 0.85;
/** By how much the best of places and widths near the true ones may win in z squared: 1 in 100 by chance. */
const noiseAdvantage = 9;
