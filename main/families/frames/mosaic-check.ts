/**
 * Holds a claimed Bayer pattern against the pixels. Programs disagree on whether BAYERPAT describes the picture or
 * the stored rows of a bottom-up frame, and the two differ in where green lies: the two greens of a true pattern see
 * the same sky, red and blue hardly ever do.
 */
import { swapRows } from './header-mosaic.ts';
import type { BayerPattern } from './record.ts';

/** 2 x 2 cells along each axis from which the sky of the four colours is taken. */
const cellsPerAxis = 64;
/** Standard errors beyond which two medians differ, and below which they agree. */
const differs = 8;
const agrees = 4;

interface PhaseLevel {
  readonly median: number;
  /** Standard error of the median, from the median absolute deviation. */
  readonly error: number;
}

function medianOf(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function levelOf(values: number[]): PhaseLevel {
  values.sort((a, b) => a - b);
  const median = medianOf(values);
  const deviations = values.map((value) => Math.abs(value - median)).sort((a, b) => a - b);
  // 1.4826: deviation to sigma; 1.2533: a median is that much noisier than a mean (both for Gaussian noise).
  return { median, error: (1.4826 * 1.2533 * medianOf(deviations)) / Math.sqrt(Math.max(1, values.length)) };
}

/** Levels of the phases in the order of the pattern's letters: (0,0), (1,0), (0,1), (1,1). */
function phaseLevels(pixels: Float32Array | Uint16Array, width: number, height: number): PhaseLevel[] {
  const values: number[][] = [[], [], [], []];
  const stepX = Math.max(2, 2 * Math.floor(width / 2 / cellsPerAxis));
  const stepY = Math.max(2, 2 * Math.floor(height / 2 / cellsPerAxis));
  for (let y = 0; y + 1 < height; y += stepY) {
    for (let x = 0; x + 1 < width; x += stepX) {
      for (let phase = 0; phase < 4; phase++) {
        const value = pixels[(y + (phase >> 1)) * width + x + (phase & 1)]!;
        if (!Number.isNaN(value)) values[phase]!.push(value);
      }
    }
  }
  return values.map(levelOf);
}

/** Cells that a decision needs at least. */
const fewestCells = 200;

/**
 * The pattern itself, or with its rows swapped where the pixels say so: the claimed greens see different skies and
 * the other two the same.
 */
export function confirmedPattern(
  pattern: BayerPattern,
  pixels: Float32Array | Uint16Array,
  width: number,
  height: number,
): BayerPattern {
  if ((width * height) / 4 < fewestCells) return pattern;
  const levels = phaseLevels(pixels, width, height);
  const onMainDiagonal = pattern[0] !== 'G';
  const difference = (a: number, b: number) => {
    const [first, second] = [levels[a]!, levels[b]!];
    return Math.abs(first.median - second.median) / Math.hypot(first.error, second.error);
  };
  const [mainDiagonal, otherDiagonal] = [difference(0, 3), difference(1, 2)];
  const claimedGreens = onMainDiagonal ? otherDiagonal : mainDiagonal;
  const others = onMainDiagonal ? mainDiagonal : otherDiagonal;
  return claimedGreens > differs && others < agrees ? swapRows(pattern) : pattern;
}
