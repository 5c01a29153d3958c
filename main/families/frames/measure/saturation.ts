/** At which value a pixel is full, and how many are. */
import type { FrameImage } from '../record.ts';

export interface Saturation {
  /** ADU; infinity when nothing says so. */
  readonly level: number;
  readonly fraction: number;
}

/** Pixels that must share the greatest value before it counts as a clip rather than as a bright star. */
const clipPixels = 4;

/**
 * The level that the header or the stored type gives; else, or where pixels pile up below it, the observed clip:
 * the greatest value when at least four pixels share it and far fewer lie just below it.
 */
export function findSaturation(image: FrameImage): Saturation {
  const { pixels } = image;
  let greatest = Number.NEGATIVE_INFINITY;
  let least = Number.POSITIVE_INFINITY;
  let valid = 0;
  for (let i = 0; i < pixels.length; i++) {
    const value = pixels[i];
    if (Number.isNaN(value)) continue;
    valid++;
    if (value > greatest) greatest = value;
    if (value < least) least = value;
  }
  if (valid === 0 || greatest === least) return constantFrame(image, greatest, valid);
  const given = image.saturationLevel;
  if (given !== null && greatest >= given)
    return { level: given, fraction: shareAbove(pixels, given, valid) };
  const span = greatest - least;
  let atTop = 0;
  let below = 0;
  const tolerance = 1e-5 * span;
  for (let i = 0; i < pixels.length; i++) {
    if (pixels[i] >= greatest - tolerance) atTop++;
    else if (pixels[i] >= greatest - 0.02 * span) below++;
  }
  if (atTop >= clipPixels && atTop > 2 * below)
    return { level: greatest - tolerance, fraction: atTop / valid };
  return { level: given ?? Number.POSITIVE_INFINITY, fraction: 0 };
}

function constantFrame(image: FrameImage, value: number, valid: number): Saturation {
  const given = image.saturationLevel;
  const full = valid > 0 && given !== null && value >= given;
  return { level: given ?? Number.POSITIVE_INFINITY, fraction: full ? 1 : 0 };
}

function shareAbove(pixels: Float32Array, level: number, valid: number): number {
  let count = 0;
  for (let i = 0; i < pixels.length; i++) if (pixels[i] >= level) count++;
  return count / valid;
}

/** More full pixels than this share of the frame are no longer cores of stars. */
const mostFullShare = 0.05;

/** Indices of the full pixels in reading order; none when the frame as a whole is full. */
export function fullPixels(image: FrameImage, saturation: Saturation): number[] {
  if (saturation.fraction === 0 || saturation.fraction > mostFullShare) return [];
  const indices: number[] = [];
  for (let i = 0; i < image.pixels.length; i++) if (image.pixels[i] >= saturation.level) indices.push(i);
  return indices;
}
