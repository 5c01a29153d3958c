/** First look at the stars of a frame: where the bright ones are and how large, before the profile is known. */
import { coarsePlane, halve, type Plane } from './coarse-planes.ts';
import type { ResidualFrame } from './residual-frame.ts';
import { StarPlaces } from './star-places.ts';

export interface BrightSpot {
  readonly x: number;
  readonly y: number;
  /** Gaussian sigma that fits best, px. */
  readonly sigma: number;
  /** Matched-filter strength at that sigma, in sigmas of the noise. */
  readonly strength: number;
}

/** Most peaks looked at among single pixels, and among blocks of 4 and 8 px. */
const mostPeaks = 400;
const mostBlocks = { 4: 200, 8: 60 };
/** Star images between about 1.2 and 50 px across are looked for. */
const smallestSigma = 0.5;
const largestSigma = 20;
/** A pixel, or a block of 4 or 8 px, that stands this many sigmas above the sky is looked at. */
const leastPeak = 6;

/** Bright spots at any scale, strongest first, one for each place. `bright` lists the pixels above 6 sigma. */
export function findBrightSpots(
  residuals: ResidualFrame,
  bright: Int32Array,
  isSaturated: (index: number) => boolean,
): BrightSpot[] {
  const spots: BrightSpot[] = [];
  const taken = new StarPlaces<BrightSpot>(residuals.width, 16);
  const look = (peaks: readonly Peak[], block: number) => {
    for (const peak of peaks) {
      const x = (peak.x + 0.5) * block - 0.5;
      const y = (peak.y + 0.5) * block - 0.5;
      if (isTaken(taken, x, y, block)) continue;
      const spot = climbScale(residuals, x, y, Math.max(1, 0.7 * block));
      if (isTaken(taken, spot.x, spot.y, 1)) continue;
      spots.push(spot);
      taken.add(spot);
    }
  };
  look(brightestPixels(residuals, bright, isSaturated), 1);
  if (Math.min(residuals.width, residuals.rows) >= 32) {
    const fours = coarsePlane(residuals);
    look(brightestPeaks(fours, mostBlocks[4]), 4);
    const eights = halve(fours);
    if (Math.min(eights.width, eights.height) >= 8) look(brightestPeaks(eights, mostBlocks[8]), 8);
  }
  return spots.sort((a, b) => b.strength - a.strength);
}

function isTaken(taken: StarPlaces<BrightSpot>, x: number, y: number, block: number): boolean {
  const near = taken.within(x, y, 30 + block);
  return near.some((spot) => Math.hypot(spot.x - x, spot.y - y) < Math.max(1.5 * spot.sigma, 1.5, block));
}

interface Peak {
  readonly x: number;
  readonly y: number;
  /** Sum over 3 x 3 pixels: a star's is more than a hit's of the same height. */
  readonly light: number;
}

/**
 * Bright pixels that none of their eight neighbours exceeds, those with the most light round them first. Full ones count
 * apart: where a file clips low they would leave no room for stars that show their profile.
 */
function brightestPixels(
  residuals: ResidualFrame,
  bright: Int32Array,
  isSaturated: (index: number) => boolean,
): Peak[] {
  const { space, width, isMosaic } = residuals;
  return space.borrow(() => {
    const listed = space.allocate(4 * bright.length);
    const out = space.allocate(8 * bright.length);
    space.integers(listed, bright.length).set(bright);
    const count = space.run.peaks(listed, bright.length, leastPeak, isMosaic, out);
    const indices = space.integers(out, 2 * count);
    const lights = space.floats(out, 2 * count);
    const order = Array.from({ length: count }, (_, k) => k).sort(
      (a, b) => lights[2 * b + 1] - lights[2 * a + 1],
    );
    let [full, open] = [0, 0];
    const kept = order.filter((k) =>
      open < mostPeaks && isSaturated(indices[2 * k]) ? full++ < mostPeaks : open++ < mostPeaks,
    );
    return kept.map((k) => {
      const index = indices[2 * k];
      return { x: index % width, y: Math.floor(index / width), light: lights[2 * k + 1] };
    });
  });
}

/** The same among the values of a coarser plane. */
function brightestPeaks(plane: Plane, most: number): Peak[] {
  const peaks: Peak[] = [];
  for (let y = 1; y < plane.height - 1; y++) if (!plane.leavesOut(y)) addPeaks(plane, y, peaks);
  return peaks.sort((a, b) => b.light - a.light).slice(0, most);
}

/** Those of a row: a function of its own, which the engine compiles once and well. */
function addPeaks({ width, values }: Plane, y: number, peaks: Peak[]): void {
  for (let x = 1; x < width - 1; x++) {
    const index = y * width + x;
    const value = values[index];
    if (!(value > leastPeak) || !isHighest(values, index, width, value)) continue;
    peaks.push({ x, y, light: lightAround(values, index, width) });
  }
}

function isHighest(values: Float32Array, index: number, width: number, value: number): boolean {
  for (const row of [index - width, index, index + width])
    for (let k = row - 1; k <= row + 1; k++) if (values[k] > value) return false;
  return true;
}

function lightAround(values: Float32Array, index: number, width: number): number {
  let sum = 0;
  for (const row of [index - width, index, index + width])
    for (let k = row - 1; k <= row + 1; k++) if (!Number.isNaN(values[k])) sum += values[k];
  return sum;
}

/** Widens or narrows the window round a spot until its matched-filter strength is greatest, recentring as it goes. */
function climbScale(residuals: ResidualFrame, x: number, y: number, sigma: number): BrightSpot {
  let best = recentre(residuals, { x, y, sigma, strength: 0 });
  for (const factor of [Math.SQRT2, Math.SQRT1_2, 2 ** 0.25, 2 ** -0.25]) {
    for (let step = 0; step < 12; step++) {
      const next = best.sigma * factor;
      if (next < smallestSigma || next > largestSigma) break;
      const trial = recentre(residuals, { ...best, sigma: next });
      if (trial.strength <= best.strength) break;
      best = trial;
    }
  }
  return best;
}

/** Windowed centroid: the offset of the Gaussian-weighted mean, doubled, repeated. */
export function recentre(residuals: ResidualFrame, spot: BrightSpot): BrightSpot {
  let { x, y } = spot;
  let strength = 0;
  for (let iteration = 0; iteration < 3; iteration++) {
    const sums = windowSums(residuals, x, y, spot.sigma);
    strength = sums.strength;
    if (!(sums.total > 0)) break;
    const limit = spot.sigma;
    const dx = Math.max(-limit, Math.min(limit, (2 * sums.x) / sums.total));
    const dy = Math.max(-limit, Math.min(limit, (2 * sums.y) / sums.total));
    x += dx;
    y += dy;
    if (Math.abs(dx) + Math.abs(dy) < 0.02 * spot.sigma) break;
  }
  return { x, y, sigma: spot.sigma, strength };
}

const mostReach = Math.ceil(3 * largestSigma) + 1;
const weightsX = new Float64Array(2 * mostReach + 1);

function windowSums(residuals: ResidualFrame, x: number, y: number, sigma: number) {
  const reach = Math.max(2, Math.ceil(3 * sigma));
  const patch = residuals.patch(Math.round(x), Math.round(y), reach);
  const { left, top, values } = patch;
  const right = patch.right - 1;
  const bottom = patch.bottom - 1;
  const factor = -0.5 / (sigma * sigma);
  // Wide windows are sampled: a few points per sigma hold all there is to know.
  const stride = Math.max(1, Math.floor(sigma / 2.5));
  for (let i = left; i <= right; i += stride) weightsX[i - left] = Math.exp(factor * (i - x) * (i - x));
  let total = 0;
  let energy = 0;
  let sumX = 0;
  let sumY = 0;
  for (let j = top; j <= bottom; j += stride) {
    const weightY = Math.exp(factor * (j - y) * (j - y));
    const base = (j - top) * patch.width - left;
    for (let i = left; i <= right; i += stride) {
      const value = values[base + i];
      if (Number.isNaN(value)) continue;
      const weight = weightY * weightsX[i - left];
      const light = weight * value;
      energy += weight * weight;
      total += light;
      sumX += light * (i - x);
      sumY += light * (j - y);
    }
  }
  return { total, x: sumX, y: sumY, strength: energy > 0 ? (stride * total) / Math.sqrt(energy) : 0 };
}
