/** First look at the stars of a frame: where the bright ones are and how large, before the profile is known. */
import { findMaxima, gaussianKernel, halve, type Plane } from './maxima.ts';

export interface BrightSpot {
  x: number;
  y: number;
  /** Gaussian sigma that fits best, px. */
  sigma: number;
  /** Matched-filter strength at that sigma, in sigmas of the noise. */
  strength: number;
}

const spotsPerLevel = 400;
/** Star images between about 1.2 and 50 px across are looked for. */
const smallestSigma = 0.5;
const largestSigma = 20;

/** Bright spots at any scale, strongest first, one for each place. */
export function findBrightSpots(plane: Plane): BrightSpot[] {
  const spots: BrightSpot[] = [];
  let level = plane;
  for (let factor = 1; factor <= 8 && Math.min(level.width, level.height) >= 8; factor *= 2) {
    const maxima = findMaxima(level, gaussianKernel(1), 9);
    const order = maxima.strength.map((_, i) => i).sort((a, b) => maxima.strength[b] - maxima.strength[a]);
    for (const i of order.slice(0, spotsPerLevel)) {
      const place = (at: number) => (at + 0.5) * factor - 0.5;
      spots.push(climbScale(plane, place(maxima.x[i]), place(maxima.y[i]), factor));
    }
    level = halve(level);
  }
  spots.sort((a, b) => b.strength - a.strength);
  return dropRepeats(spots);
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
  for (let iteration = 0; iteration < 4; iteration++) {
    const sums = windowSums(plane, x, y, spot.sigma);
    strength = sums.strength;
    if (!(sums.total > 0)) break;
    const limit = spot.sigma;
    const dx = Math.max(-limit, Math.min(limit, (2 * sums.x) / sums.total));
    const dy = Math.max(-limit, Math.min(limit, (2 * sums.y) / sums.total));
    x += dx;
    y += dy;
    if (Math.abs(dx) + Math.abs(dy) < 0.002 * spot.sigma) break;
  }
  return { x, y, sigma: spot.sigma, strength };
}

export function windowSums(plane: Plane, x: number, y: number, sigma: number) {
  const reach = Math.max(2, Math.ceil(3 * sigma));
  const left = Math.max(0, Math.round(x) - reach);
  const right = Math.min(plane.width - 1, Math.round(x) + reach);
  const top = Math.max(0, Math.round(y) - reach);
  const bottom = Math.min(plane.height - 1, Math.round(y) + reach);
  const factor = -0.5 / (sigma * sigma);
  let total = 0;
  let energy = 0;
  let sumX = 0;
  let sumY = 0;
  for (let j = top; j <= bottom; j++) {
    const weightY = Math.exp(factor * (j - y) * (j - y));
    for (let i = left; i <= right; i++) {
      const value = plane.values[j * plane.width + i];
      if (Number.isNaN(value)) continue;
      const weight = weightY * Math.exp(factor * (i - x) * (i - x));
      energy += weight * weight;
      total += weight * value;
      sumX += weight * value * (i - x);
      sumY += weight * value * (j - y);
    }
  }
  return { total, x: sumX, y: sumY, strength: energy > 0 ? total / Math.sqrt(energy) : 0 };
}

/** Of spots that lie within each other the strongest stays. */
function dropRepeats(spots: readonly BrightSpot[]): BrightSpot[] {
  const kept: BrightSpot[] = [];
  for (const spot of spots) {
    const repeated = kept.some((other) => {
      const reach = 1.5 * Math.max(other.sigma, 1);
      return Math.abs(other.x - spot.x) < reach && Math.abs(other.y - spot.y) < reach;
    });
    if (!repeated) kept.push(spot);
    if (kept.length >= 1500) break;
  }
  return kept;
}
