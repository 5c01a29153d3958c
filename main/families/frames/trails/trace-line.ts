/** From a rough piece of a line to the whole of it: position, width, brightness and ends. */
import { align } from './align.ts';
import { contrastToSides, fitProfile, meanProfile, type Profile, type ProfileFit } from './cross-profile.ts';
import { settleEnds } from './ends.ts';
import { type Amplitudes, amplitudesAlong, type Run, runsOfLight } from './extent.ts';
import { significanceInParts, spreadBeside, steadiness } from './line-significance.ts';
import type { Picture } from './picture.ts';
import { extendWithin, type Segment, segmentLength } from './raster.ts';
import { hideStarsInStrip, type MaskedStar } from './star-mask.ts';
import { type Strip, unroll } from './strip.ts';

/** Log likelihood that a change between light and dark costs along a line. */
const changeCost = 5;

export interface TraceOptions {
  /** Pixels looked at on either side. */
  readonly half: number;
  readonly narrowest: number;
  readonly widest: number;
  /** Largest sideways shift of the ends in the first alignment, px. */
  readonly reach: number;
  /** FWHM of the stars, px of the picture. */
  readonly starFwhm: number;
  /** Stars to hide in the unrolled pixels, for pictures that do not hide them. */
  readonly stars: readonly MaskedStar[];
  /** Room for the unrolled pixels, reused from line to line. */
  readonly buffer: Float32Array;
}

export interface TracedLine {
  readonly segment: Segment;
  readonly fwhm: number;
  /** Peak of the mean cross profile, sigmas per pixel. */
  readonly amplitude: number;
  /** Matched signal to noise of the lit parts, reduced where the surroundings fluctuate more than noise. */
  readonly significance: number;
  /** 1 for a line that stands free, 0 for an edge; see `contrastToSides`. */
  readonly contrast: number;
  /** Share of the parts that show the same line by themselves; see `steadiness`. */
  readonly steady: number;
  /** Level beside the line, sigmas: the sky is 0. */
  readonly level: number;
  /** Share of the length that is lit. */
  readonly fill: number;
  /** Lit parts, in steps from (x1, y1). */
  readonly runs: readonly Run[];
  readonly profile: Profile;
  readonly amplitudes: Amplitudes;
  /** First and last lit step within `amplitudes`. */
  readonly from: number;
  readonly to: number;
}

/** Follows the line outwards from `start` until its ends stay where they are. Null when there is no light. */
export function traceLine(picture: Picture, start: Segment, options: TraceOptions): TracedLine | null {
  let segment = start;
  let fwhm = Math.max(2, options.narrowest);
  let amplitude = 0;
  let traced: TracedLine | null = null;
  for (let round = 0; round < 9; round++) {
    segment = realign(picture, segment, fwhm, round === 0 ? options.reach : 3, amplitude, options);
    const before = segmentLength(segment);
    const wide = extendWithin(segment, Math.max(24, 0.6 * before), picture.width, picture.height);
    if (wide === null) return null;
    const next = traceOnce(picture, wide, segment, amplitude, options);
    if (next === null) return null;
    const settled =
      traced !== null &&
      Math.hypot(next.segment.x1 - segment.x1, next.segment.y1 - segment.y1) < 1.5 &&
      Math.hypot(next.segment.x2 - segment.x2, next.segment.y2 - segment.y2) < 1.5;
    traced = next;
    if (settled && clipFor(amplitude) >= 0.9 * clipFor(next.amplitude)) return traced;
    amplitude = next.amplitude;
    fwhm = next.fwhm;
    segment = next.segment;
  }
  return traced;
}

/** Values of single pixels beyond this many sigmas are cut, well above the line itself. */
function clipFor(amplitude: number): number {
  return Math.max(5, 4 * amplitude);
}

function realign(
  picture: Picture,
  segment: Segment,
  fwhm: number,
  reach: number,
  amplitude: number,
  options: TraceOptions,
): Segment {
  const half = Math.min(options.half, 16);
  const strip = unroll(picture, segment, half, clipFor(amplitude), options.buffer);
  hideStarsInStrip(strip, options.stars, amplitude, { from: 0, to: strip.length });
  const shift = align(strip, 0, strip.length, fwhm, reach);
  const length = segmentLength(segment);
  const nx = -(segment.y2 - segment.y1) / length;
  const ny = (segment.x2 - segment.x1) / length;
  return {
    x1: segment.x1 + nx * shift.shift1,
    y1: segment.y1 + ny * shift.shift1,
    x2: segment.x2 + nx * shift.shift2,
    y2: segment.y2 + ny * shift.shift2,
  };
}

function traceOnce(
  picture: Picture,
  wide: Segment,
  inner: Segment,
  amplitude: number,
  options: TraceOptions,
): TracedLine | null {
  const strip = unroll(picture, wide, options.half, clipFor(amplitude), options.buffer);
  const first = Math.max(0, Math.round(Math.hypot(inner.x1 - wide.x1, inner.y1 - wide.y1) / strip.step));
  const last = Math.min(strip.length, first + Math.round(segmentLength(inner) / strip.step) + 1);
  if (last - first < 2) return null;
  hideStarsInStrip(strip, options.stars, amplitude, { from: first, to: last });
  const rough = fitProfile(
    meanProfile(strip, [{ from: first, to: last }]),
    options.narrowest,
    options.widest,
  );
  if (!(rough.amplitude > 0)) return null;
  const amplitudes = amplitudesAlong(strip, rough.fwhm);
  const runs = litRuns(amplitudes, rough.amplitude, rough.fwhm, options.starFwhm);
  if (runs.length === 0) return null;
  const profile = meanProfile(strip, runs);
  const fit = fitProfile(profile, options.narrowest, options.widest);
  if (!(fit.amplitude > 0)) return null;
  return describe(strip, runs, profile, fit, amplitudes);
}

function litRuns(amplitudes: Amplitudes, amplitude: number, fwhm: number, starFwhm: number): Run[] {
  const perStep = amplitude * Math.sqrt(0.75 * fwhm);
  const assumed = amplitude * (perStep > 3 ? 0.5 : 0.8);
  return settleEnds(amplitudes, runsOfLight(amplitudes, assumed, changeCost), fwhm, starFwhm);
}

function describe(
  strip: Strip,
  runs: readonly Run[],
  profile: Profile,
  fit: ProfileFit,
  amplitudes: Amplitudes,
): TracedLine {
  const from = runs[0].from;
  const to = runs[runs.length - 1].to;
  let lit = 0;
  for (const run of runs) lit += run.to - run.from;
  const bands = spreadBeside(profile, fit.fwhm);
  const banding = Math.max(1, Number.isNaN(bands) ? 1 : 0.8 * bands);
  const significance = significanceInParts(strip, runs, 8, fit.fwhm) / banding;
  return {
    segment: between(strip, from, to - 1),
    fwhm: fit.fwhm,
    amplitude: fit.amplitude,
    significance,
    steady: steadiness(strip, runs, fit, significance),
    contrast: contrastToSides(profile, fit),
    level: fit.level,
    fill: lit / (to - from),
    runs,
    profile,
    amplitudes,
    from,
    to,
  };
}

function between(strip: Strip, from: number, to: number): Segment {
  const { segment, length } = strip;
  const dx = (segment.x2 - segment.x1) / (length - 1);
  const dy = (segment.y2 - segment.y1) / (length - 1);
  return {
    x1: segment.x1 + dx * from,
    y1: segment.y1 + dy * from,
    x2: segment.x1 + dx * to,
    y2: segment.y1 + dy * to,
  };
}
