/** Which pixels hold light of a star, so that the sky is measured on the others. */
import type { DetectedStar } from './detected-star.ts';

/** A slow fall-off of star light (Moffat exponent) assumed for how far a star's light reaches. */
const wingExponent = 2.5;
/** Star light below this share of the noise does not hide the sky; raised where too little sky would be left. */
const limits = [0.04, 0.1, 0.25, 0.6, 1.5, 4];
const leastSkyShare = 0.25;
/** Where found stars cover more than this of the frame, light of those too faint to be found covers the rest. */
const crowdedShare = 0.4;

export interface MaskInput {
  readonly width: number;
  readonly height: number;
  readonly stars: readonly DetectedStar[];
  readonly fwhm: number;
}

export interface StarMask {
  /** 1 where star light is above the limit. */
  readonly pixels: Uint8Array;
  /** True when stars cover so much that what is left holds star light, too. */
  readonly crowded: boolean;
}

/** Hides every star as far as its light matters, less far where the stars would hide the frame. */
export function maskStars(input: MaskInput): StarMask {
  const mask = new Uint8Array(input.width * input.height);
  let crowded = false;
  for (const limit of limits) {
    mask.fill(0);
    let covered = 0;
    for (const star of input.stars) covered += paint(mask, input, star, reachOf(star, input.fwhm, limit));
    if (!crowded) crowded = covered > crowdedShare * mask.length;
    if (covered < (1 - leastSkyShare) * mask.length) break;
  }
  return { pixels: mask, crowded };
}

function reachOf(star: DetectedStar, fwhm: number, limit: number): number {
  const ratio = Math.max(2, star.fit.amplitude / limit);
  const scaled = (ratio ** (1 / wingExponent) - 1) / (2 ** (1 / wingExponent) - 1);
  return Math.max(1.2 * fwhm, 0.5 * fwhm * Math.sqrt(scaled));
}

function paint(mask: Uint8Array, input: MaskInput, star: DetectedStar, radius: number): number {
  const { width, height } = input;
  const { x, y } = star.fit;
  let painted = 0;
  for (let j = Math.max(0, Math.ceil(y - radius)); j <= Math.min(height - 1, y + radius); j++) {
    const half = Math.sqrt(Math.max(0, radius * radius - (j - y) * (j - y)));
    for (let i = Math.max(0, Math.ceil(x - half)); i <= Math.min(width - 1, x + half); i++) {
      if (mask[j * width + i] !== 0) continue;
      mask[j * width + i] = 1;
      painted++;
    }
  }
  return painted;
}
