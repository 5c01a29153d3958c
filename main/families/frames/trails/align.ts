/** Where a line lies across its strip. */
import { gaussianWeights } from './cross-profile.ts';
import { type Blocks, collectBlocks, type Strip } from './strip.ts';

/** Sideways shifts (px) of the two ends that put the line onto the light. */
export interface Alignment {
  readonly shift1: number;
  readonly shift2: number;
}

/**
 * Tries straight lines within +-`reach` px at both ends and keeps the one with the largest matched sum over all blocks,
 * first in whole pixels, then in halves of the step before, down to eighths.
 */
export function align(strip: Strip, from: number, to: number, fwhm: number, reach: number): Alignment {
  const blocks = collectBlocks(strip, 32, from, to);
  const smooth = smoothBlocks(blocks, gaussianWeights(Math.max(1.5, fwhm)), strip.half, reach);
  let best1 = 0;
  let best2 = 0;
  let top = Number.NEGATIVE_INFINITY;
  for (const [step, range] of steps(reach)) {
    const centre1 = best1;
    const centre2 = best2;
    for (let a = centre1 - range; a <= centre1 + range; a += step) {
      for (let b = centre2 - range; b <= centre2 + range; b += step) {
        const score = sumAlong(smooth, blocks, strip.half, a, b);
        if (score > top) {
          top = score;
          best1 = a;
          best2 = b;
        }
      }
    }
  }
  return { shift1: best1, shift2: best2 };
}

/** Steps and ranges of the search, px. */
function steps(reach: number): readonly (readonly [number, number])[] {
  return [
    [1, reach],
    [0.5, 0.5],
    [0.25, 0.25],
    [0.125, 0.125],
  ];
}

/**
 * Each block's profile convolved with the weights (masked pixels simply add nothing), as far from the middle as lines are
 * tried.
 */
function smoothBlocks(blocks: Blocks, weights: Float32Array, half: number, reach: number): Float32Array {
  const { count, span, sums } = blocks;
  const result = new Float32Array(count * span);
  // Shifts go on by less than 1 px beyond the first range, and a value is looked up between two columns.
  const least = Math.max(0, half - reach - 1);
  const most = Math.min(span - 1, half + reach + 2);
  for (let j = 0; j < count; j++) {
    const row = j * span;
    for (let u = least; u <= most; u++) {
      const from = Math.max(1 - weights.length, -u);
      const to = Math.min(weights.length - 1, span - 1 - u);
      let sum = 0;
      for (let k = from; k < 0; k++) sum += sums[row + u + k] * weights[-k];
      for (let k = 0; k <= to; k++) sum += sums[row + u + k] * weights[k];
      result[row + u] = sum;
    }
  }
  return result;
}

function sumAlong(
  smooth: Float32Array,
  blocks: Blocks,
  half: number,
  shift1: number,
  shift2: number,
): number {
  const { count, span } = blocks;
  const slope = (shift2 - shift1) / count;
  let u = half + shift1 + 0.5 * slope;
  if (Math.min(u, half + shift2) < 0 || Math.max(u, half + shift2) >= span - 1)
    return Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let j = 0, row = 0; j < count; j++, row += span, u += slope) {
    const low = Math.floor(u);
    const part = u - low;
    const at = row + low;
    sum += smooth[at] * (1 - part) + smooth[at + 1] * part;
  }
  return sum;
}
