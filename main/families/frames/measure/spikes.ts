/** Single pixels that stand up alone, as no star can: hot pixels and small cosmic-ray hits. */
import type { Plane } from './maxima.ts';

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Pixels fainter than this many sigmas are left to the later fit. */
const leastSpike = 6;

/**
 * Takes out (sets undefined) every pixel of more than 6 sigma whose neighbours hold less than `share` of it, and says
 * where they were. `share` must lie below what the narrowest possible star gives its neighbours.
 */
export function removeSpikes(plane: Plane, share: number): Place[] {
  const { width, height, values } = plane;
  const spikes: Place[] = [];
  for (let y = 0; y < height; y++) {
    const base = y * width;
    for (let x = 0; x < width; x++) {
      const value = values[base + x];
      if (!(value > leastSpike)) continue;
      if (isSpike(plane, x, y, value, share)) spikes.push({ x, y });
    }
  }
  for (const { x, y } of spikes) values[y * width + x] = Number.NaN;
  return spikes;
}

function isSpike(plane: Plane, x: number, y: number, value: number, share: number): boolean {
  const { width, height, values } = plane;
  const index = y * width + x;
  let sum = 0;
  let count = 0;
  let greatest = Number.NEGATIVE_INFINITY;
  const look = (neighbour: number) => {
    const level = values[neighbour];
    if (Number.isNaN(level)) return;
    sum += level;
    count++;
    if (level > greatest) greatest = level;
  };
  if (x > 0) look(index - 1);
  if (x < width - 1) look(index + 1);
  if (y > 0) look(index - width);
  if (y < height - 1) look(index + width);
  // The mean of n neighbours has an error of 1 / sqrt(n); a star's must be missed by more than that.
  return count >= 2 && greatest < value && sum / count < share * value - 1 / Math.sqrt(count);
}
