/** First look at the stars of a frame: where the bright ones are and how large, before the profile is known. */
import { halve, type Plane } from './maxima.ts';
import { StarPlaces } from './star-places.ts';

export interface BrightSpot {
  readonly x: number;
  readonly y: number;
  /** Gaussian sigma that fits best, px. */
  readonly sigma: number;
  /** Matched-filter strength at that sigma, in sigmas of the noise. */
  readonly strength: number;
}

/** Most peaks looked at, by block. */
const peaksPerBlock = [400, 200, 80, 40];
/** Star images between about 1.2 and 50 px across are looked for. */
const smallestSigma = 0.5;
const largestSigma = 20;
/** A pixel, or a block of 2, 4 or 8 px, that stands this many sigmas above the sky is looked at. */
const leastPeak = 6;
const blocks = [1, 2, 4, 8];

/** Bright spots at any scale, strongest first, one for each place. `bright` lists the pixels above 6 sigma. */
export function findBrightSpots(plane: Plane, bright: readonly number[]): BrightSpot[] {
  const spots: BrightSpot[] = [];
  const taken = new StarPlaces<BrightSpot>(plane.width, 16);
  let level = plane;
  for (const block of blocks) {
    if (Math.min(level.width, level.height) < 8) break;
    const indices = block === 1 ? bright : brightPixels(level);
    for (const peak of brightestPeaks(level, indices, peaksPerBlock[blocks.indexOf(block)])) {
      const x = (peak.x + 0.5) * block - 0.5;
      const y = (peak.y + 0.5) * block - 0.5;
      if (isTaken(taken, x, y, block)) continue;
      const spot = climbScale(plane, x, y, Math.max(1, 0.7 * block));
      if (isTaken(taken, spot.x, spot.y, 1)) continue;
      spots.push(spot);
      taken.add(spot);
    }
    if (block !== blocks.at(-1)) level = halve(level);
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

/** Pixels above the threshold that none of their eight neighbours exceeds, those with the most light round them first. */
function brightestPeaks(plane: Plane, indices: readonly number[], most: number): Peak[] {
  const { width, height, values } = plane;
  const peaks: Peak[] = [];
  for (const index of indices) {
    const x = index % width;
    const y = (index - x) / width;
    if (x < 1 || y < 1 || x > width - 2 || y > height - 2) continue;
    const value = values[index];
    if (!(value > leastPeak) || !isHighest(values, index, width, value)) continue;
    peaks.push({ x, y, light: lightAround(values, index, width) });
  }
  return peaks.sort((a, b) => b.light - a.light).slice(0, most);
}

function brightPixels({ values }: Plane): number[] {
  const indices: number[] = [];
  for (let i = 0; i < values.length; i++) if (values[i] > leastPeak) indices.push(i);
  return indices;
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
function climbScale(plane: Plane, x: number, y: number, sigma: number): BrightSpot {
  let best = recentre(plane, { x, y, sigma, strength: 0 });
  for (const factor of [Math.SQRT2, Math.SQRT1_2, 2 ** 0.25, 2 ** -0.25]) {
    for (let step = 0; step < 12; step++) {
      const next = best.sigma * factor;
      if (next < smallestSigma || next > largestSigma) break;
      const trial = recentre(plane, { ...best, sigma: next });
      if (trial.strength <= best.strength) break;
      best = trial;
    }
  }
  return best;
}

/** Windowed centroid: the offset of the Gaussian-weighted mean, doubled, repeated. */
export function recentre(plane: Plane, spot: BrightSpot): BrightSpot {
  let { x, y } = spot;
  let strength = 0;
  for (let iteration = 0; iteration < 3; iteration++) {
    const sums = windowSums(plane, x, y, spot.sigma);
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

function windowSums(plane: Plane, x: number, y: number, sigma: number) {
  const reach = Math.max(2, Math.ceil(3 * sigma));
  const left = Math.max(0, Math.round(x) - reach);
  const right = Math.min(plane.width - 1, Math.round(x) + reach);
  const top = Math.max(0, Math.round(y) - reach);
  const bottom = Math.min(plane.height - 1, Math.round(y) + reach);
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
    const base = j * plane.width;
    for (let i = left; i <= right; i += stride) {
      const value = plane.values[base + i];
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
