/**
 * What a network is told of the lines that a frame was suspected to have and that were not certain enough to be trails:
 * figures of the pixels along each one at the frame's own sampling, straightened, and of following it.
 */
import type { SuspectedLines } from '../record.ts';
import { align } from './align.ts';
import { gaussianWeights } from './cross-profile.ts';
import type { Picture } from './picture.ts';
import { extendWithin, type Segment, segmentLength } from './raster.ts';
import { hideStarsInStrip, type MaskedStar } from './star-mask.ts';
import { type Strip, unroll } from './strip.ts';
import { stripFigureCount, stripFigures, stripOf, stripReach } from './strip-figures.ts';
import type { TracedLine } from './trace-line.ts';
import type { Verdict } from './verify.ts';

/** Lines of a frame that are kept. */
export const suspectCount = 3;
/** Of each: whether there is one, where it lies and how it was followed, then those of its strip. */
const followedCount = 14;
const figureCount = followedCount + stripFigureCount;

/** Pixels beyond this many sigmas are cut: faint lines are faint in every pixel. */
const pixelClip = 4;
/** A line is shown with this share of its length beyond each of its ends. */
const shareBeyond = 0.5;
/** Largest sideways shift of a suspected line's ends, px, while it is put on the light. */
const reachPixels = 4;

/**
 * A line that was looked at and not told. One that was seen and refused (narrow, diffuse, banding, a spike) is hidden by
 * the time its figures are taken: star match and strip are of what is left beside it, mostly 0, and its ends lie up to
 * some px aside; its strength and what following it told are its own.
 */
export interface SuspectedLine {
  readonly segment: Segment;
  /** Matched signal to noise in the binned map without the strongest eighth; see `evenLight`. */
  readonly strength: number;
  /** Null where nothing could be followed. */
  readonly traced: TracedLine | null;
  readonly verdict: Verdict;
  /** Along a diffraction spike. */
  readonly spike: boolean;
}

export interface StripSource {
  readonly picture: Picture;
  readonly stars: readonly MaskedStar[];
  /** Of the frame's stars, px. */
  readonly starFwhm: number;
  readonly buffer: Float32Array;
}

/** Of a frame in which no line is suspected: figures of 0. */
export function noSuspects(): SuspectedLines {
  return {
    count: suspectCount,
    figures: new Float32Array(suspectCount * figureCount),
    ends: new Float32Array(suspectCount * 4),
  };
}

/** The first `suspectCount` of the lines; places without one are as in `noSuspects`. */
export function suspectedLines(source: StripSource, lines: readonly SuspectedLine[]): SuspectedLines {
  const kept = noSuspects();
  const { starFwhm } = source;
  lines.slice(0, suspectCount).forEach((line, place) => {
    const segment = onTheLight(source, line.segment);
    const { width, height } = source.picture;
    const shown = extendWithin(segment, shareBeyond * segmentLength(segment), width, height) ?? segment;
    const strip = stripOf(hidden(source, shown, stripReach(starFwhm)), starFwhm);
    const figures = [...lineFigures(source, line, segment), ...stripFigures(strip)];
    kept.figures.set(figures.map(bounded), place * figureCount);
    kept.ends.set([segment.x1, segment.y1, segment.x2, segment.y2], place * 4);
  });
  return kept;
}

const bounded = (value: number): number => (Number.isFinite(value) ? Math.max(-5, Math.min(5, value)) : 0);

function onTheLight(source: StripSource, segment: Segment): Segment {
  const { starFwhm } = source;
  const strip = hidden(source, segment, Math.ceil(reachPixels + 1.5 * starFwhm + 3));
  const { shift1, shift2 } = align(strip, 0, strip.length, starFwhm, reachPixels);
  const length = segmentLength(segment);
  const nx = -(segment.y2 - segment.y1) / length;
  const ny = (segment.x2 - segment.x1) / length;
  return {
    x1: segment.x1 + nx * shift1,
    y1: segment.y1 + ny * shift1,
    x2: segment.x2 + nx * shift2,
    y2: segment.y2 + ny * shift2,
  };
}

function hidden({ picture, stars, buffer }: StripSource, segment: Segment, half: number): Strip {
  const strip = unroll(picture, segment, half, pixelClip, buffer);
  hideStarsInStrip(strip, stars, 0, { from: 0, to: strip.length });
  return strip;
}

const squeeze = (value: number): number => Math.sign(value) * Math.log1p(Math.abs(value));

function lineFigures(source: StripSource, line: SuspectedLine, segment: Segment): number[] {
  const { width, height } = source.picture;
  const { traced } = line;
  const length = segmentLength(segment);
  const [dx, dy] = [Math.abs(segment.x2 - segment.x1) / length, Math.abs(segment.y2 - segment.y1) / length];
  return [
    1,
    line.strength / 5,
    starMatch(source, segment) / 8,
    length / Math.hypot(width, height),
    Math.min(dx, dy),
    line.spike ? 1 : 0,
    ...(traced === null ? [0, 0, 0, 0, 0, 0, 0, 0] : tracedFigures(source, line, traced)),
  ];
}

function tracedFigures(
  { picture, starFwhm }: StripSource,
  { verdict }: SuspectedLine,
  line: TracedLine,
): number[] {
  return [
    squeeze(line.plain / 8),
    squeeze(line.significance / 8),
    Math.log(line.fwhm / starFwhm),
    squeeze(line.amplitude),
    line.contrast,
    line.steady - 0.5,
    line.seen / Math.min(picture.width, picture.height),
    verdict === 'banding' ? 1 : 0,
  ];
}

/** Matched signal to noise of a line as wide as the stars along the segment, its sides taken off. */
function starMatch(source: StripSource, segment: Segment): number {
  const { starFwhm } = source;
  const weights = gaussianWeights(starFwhm);
  const half = stripReach(starFwhm);
  const { values, length } = hidden(source, segment, half);
  const span = 2 * half + 1;
  const means = new Float64Array(span);
  const numbers = new Float64Array(span);
  for (let t = 0; t < length; t++)
    for (let u = 0; u < span; u++) {
      const value = values[t * span + u];
      if (Number.isNaN(value)) continue;
      means[u] += value;
      numbers[u]++;
    }
  let beside = 0;
  let besideCount = 0;
  for (let u = 0; u < span; u++) {
    if (Math.abs(u - half) <= 2 * starFwhm) continue;
    beside += means[u];
    besideCount += numbers[u];
  }
  const level = besideCount > 0 ? beside / besideCount : 0;
  let top = 0;
  let bottom = 0;
  for (let u = -weights.length + 1; u < weights.length; u++) {
    const at = half + u;
    if (at < 0 || at >= span) continue;
    const weight = weights[Math.abs(u)];
    top += weight * (means[at] - level * numbers[at]);
    bottom += weight * weight * numbers[at];
  }
  return bottom > 0 ? top / Math.sqrt(bottom) : 0;
}
