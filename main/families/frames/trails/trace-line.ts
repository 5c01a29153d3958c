/** From a rough piece of a line to the whole of it: position, width, brightness and ends. */
import { align } from './align.ts';
import {
  contrastToSides,
  fitProfile,
  gaussianWeights,
  meanProfile,
  type Profile,
  type ProfileFit,
} from './cross-profile.ts';
import { settleEnds } from './ends.ts';
import { exactExtent } from './exact-ends.ts';
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
  /** How often the line is lengthened at most. */
  readonly rounds: number;
  /** FWHM that is assumed to begin with. */
  readonly likeliest: number;
  /** Brightness (sigmas) that it is not believed to exceed to begin with. */
  readonly brightness: number;
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
  /** See `significanceOf`. */
  readonly significance: number;
  /** Matched signal to noise were the sky beside it plain noise. */
  readonly plain: number;
  /** 1 for a line that stands free, 0 for an edge; see `contrastToSides`. */
  readonly contrast: number;
  /** Share of the parts that show the same line by themselves; see `steadiness`. */
  readonly steady: number;
  /** Level beside the line, sigmas: the sky is 0. */
  readonly level: number;
  /** Share of the length that is lit. */
  readonly fill: number;
  /** Length of the lit parts that can be seen, px: what stars and defects hide is no evidence. */
  readonly seen: number;
  /** Lit parts, in steps from (x1, y1). */
  readonly runs: readonly Run[];
  readonly profile: Profile;
  readonly amplitudes: Amplitudes;
  /** First and last lit step within `amplitudes`. */
  readonly from: number;
  readonly to: number;
}

/** Where a line lies and where along it there is light. */
export interface FollowedLine {
  readonly segment: Segment;
  readonly strip: Strip;
  readonly runs: readonly Run[];
  readonly profile: Profile;
  readonly fit: ProfileFit;
  readonly amplitudes: Amplitudes;
}

/** Follows the line outwards from `start` until its ends stay where they are. Null when there is no light. */
export function followLine(picture: Picture, start: Segment, options: TraceOptions): FollowedLine | null {
  let segment = start;
  let fwhm = Math.max(options.likeliest, options.narrowest);
  let amplitude = options.brightness;
  let line: FollowedLine | null = null;
  for (let round = 0; round < options.rounds; round++) {
    segment = realign(picture, segment, fwhm, round === 0 ? options.reach : 3, amplitude, options);
    const before = segmentLength(segment);
    const wide = extendWithin(segment, Math.max(24, 0.6 * before), picture.width, picture.height);
    if (wide === null) return null;
    line = followOnce(picture, wide, segment, amplitude, options);
    if (line === null) return null;
    const next = line.segment;
    const settled =
      Math.hypot(next.x1 - segment.x1, next.y1 - segment.y1) < 1.5 &&
      Math.hypot(next.x2 - segment.x2, next.y2 - segment.y2) < 1.5 &&
      Math.abs(line.fit.fwhm / fwhm - 1) < 0.3;
    if (settled && clipFor(amplitude) >= 0.9 * clipFor(line.fit.amplitude)) return line;
    amplitude = line.fit.amplitude;
    fwhm = line.fit.fwhm;
    segment = next;
  }
  return line;
}

/** Follows a line and says all that is needed to judge it. The strip behind it is used up by the next one. */
export function traceLine(picture: Picture, start: Segment, options: TraceOptions): TracedLine | null {
  const line = followLine(picture, start, options);
  return line === null ? null : describe(line);
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
  const half = Math.min(options.half, Math.ceil(reach + 1.5 * fwhm + 3));
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

function followOnce(
  picture: Picture,
  wide: Segment,
  inner: Segment,
  amplitude: number,
  options: TraceOptions,
): FollowedLine | null {
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
  const segment = between(strip, runs[0].from, runs[runs.length - 1].to - 1);
  return { segment, strip, runs, profile, fit, amplitudes };
}

function litRuns(amplitudes: Amplitudes, amplitude: number, fwhm: number, starFwhm: number): Run[] {
  const perStep = amplitude * Math.sqrt(0.75 * fwhm);
  const assumed = amplitude * (perStep > 3 ? 0.5 : 0.8);
  return settleEnds(amplitudes, runsOfLight(amplitudes, assumed, changeCost), fwhm, starFwhm);
}

/** Matched signal to noise of the lit parts, reduced where the surroundings fluctuate more than noise. */
export function significanceOf(line: Pick<FollowedLine, 'strip' | 'runs' | 'profile' | 'fit'>): number {
  const bands = spreadBeside(line.profile, line.fit.fwhm);
  const banding = Math.max(1, Number.isNaN(bands) ? 1 : 0.8 * bands);
  return significanceInParts(line.strip, line.runs, 8, line.fit.fwhm) / banding;
}

function describe({ strip, runs, profile, fit, amplitudes }: FollowedLine): TracedLine {
  const from = runs[0].from;
  const to = runs[runs.length - 1].to;
  let lit = 0;
  for (const run of runs) lit += run.to - run.from;
  const significance = significanceOf({ strip, runs, profile, fit });
  const extent = exactExtent(amplitudes, runs, fit.fwhm);
  return {
    segment: between(strip, extent.from, extent.to),
    fwhm: fit.fwhm,
    amplitude: fit.amplitude,
    significance,
    plain: fit.z,
    steady: steadiness(strip, runs, fit, significance),
    contrast: contrastToSides(profile, fit),
    level: fit.level,
    fill: lit / (to - from),
    seen: strip.step * seenSteps(amplitudes, runs, fit.fwhm),
    runs,
    profile,
    amplitudes,
    from,
    to,
  };
}

/** Lit steps, each by the share of its cross profile that is not hidden. */
function seenSteps({ weight }: Amplitudes, runs: readonly Run[], fwhm: number): number {
  const weights = gaussianWeights(fwhm);
  const whole = weights.reduce((sum, value, u) => sum + (u === 0 ? 1 : 2) * value * value, 0);
  let steps = 0;
  for (const run of runs) for (let t = run.from; t < run.to; t++) steps += Math.min(1, weight[t] / whole);
  return steps;
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
