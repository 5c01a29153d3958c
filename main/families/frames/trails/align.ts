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
