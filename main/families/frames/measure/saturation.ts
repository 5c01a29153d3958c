/** At which value a pixel is full, and which are. */
import type { FrameImage } from '../record.ts';

export interface Saturation {
  /** ADU; infinity when nothing says so. */
  readonly level: number;
  /** Share of the defined pixels that are full. */
  readonly fraction: number;
  /** Indices of the full pixels in reading order; empty when the frame as a whole is full. */
  readonly indices: readonly number[];
}

/** Pixels that must share the greatest value before it counts as a clip rather than as a bright star. */
const clipPixels = 4;
/** More full pixels than this share of the frame are no longer cores of stars. */
const mostFullShare = 0.05;

/**
 * The level that the header or the stored type gives; where nothing reaches it, the observed clip: the greatest value
 * when at least four pixels share it and far fewer lie just below it.
 */
export function findSaturation(image: FrameImage): Saturation {
  const given = image.saturationLevel ?? Number.POSITIVE_INFINITY;
  const range = valueRange(image.pixels, given);
  if (range.valid === 0) return { level: given, fraction: 0, indices: [] };
  if (range.full > 0) {
    const few = range.full <= mostFullShare * image.pixels.length;
    return { level: given, fraction: range.full / range.valid, indices: few ? range.indices : [] };
  }
  const span = range.greatest - range.least;
  if (span > 0 && range.sharing >= clipPixels) {
    const clip = range.greatest - 1e-5 * span;
    const near = countAbove(image.pixels, range.greatest - 0.02 * span);
    const full = fullPixels(image.pixels, clip, range.valid);
    const atTop = full.fraction * range.valid;
    if (atTop > 2 * (near - atTop)) return full;
  }
  return { level: given, fraction: 0, indices: [] };
}

/**
 * Extremes of the defined pixels, how many share the greatest, and which reach the given level. Comparisons with NaN are
 * false, which leaves undefined pixels out.
 */
function valueRange(pixels: Float32Array, given: number) {
  const most = mostFullShare * pixels.length;
  const indices: number[] = [];
  let greatest = Number.NEGATIVE_INFINITY;
  let least = Number.POSITIVE_INFINITY;
  let undefinedPixels = 0;
  let sharing = 0;
  let full = 0;
  const { length } = pixels;
  for (let i = 0; i < length; i++) {
    const value = pixels[i];
    if (value < least) least = value;
    if (value >= greatest) {
      sharing = value > greatest ? 1 : sharing + 1;
      greatest = value;
    } else if (Number.isNaN(value)) undefinedPixels++;
    if (value >= given && ++full <= most) indices.push(i);
  }
  const valid = length - undefinedPixels;
  return { greatest, least, valid, sharing, full, indices };
}

function countAbove(pixels: Float32Array, level: number): number {
  let count = 0;
  for (let i = 0; i < pixels.length; i++) if (pixels[i] >= level) count++;
  return count;
}

function fullPixels(pixels: Float32Array, level: number, valid: number): Saturation {
  const most = mostFullShare * pixels.length;
  const indices: number[] = [];
  let count = 0;
  for (let i = 0; i < pixels.length; i++) {
    if (!(pixels[i] >= level)) continue;
    count++;
    if (count <= most) indices.push(i);
  }
  return { level, fraction: count / valid, indices: count <= most ? indices : [] };
}
