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
 * where they were. `bright` lists the pixels above 6 sigma. `share` must lie below what the narrowest possible star gives its neighbours.
 */
export function removeSpikes(plane: Plane, share: number, bright: readonly number[]): Place[] {
  const { width, values } = plane;
  const spikes: Place[] = [];
  for (const index of bright) {
    const value = values[index];
    if (!(value > leastSpike)) continue;
    const x = index % width;
    const y = (index - x) / width;
    if (isSpike(plane, x, y, value, share)) spikes.push({ x, y });
  }
  for (const { x, y } of spikes) values[y * width + x] = Number.NaN;
  return [...spikes, ...followHits(plane, spikes, share)];
}

const mostFollowed = 12;

/** What a taken-out pixel leaves of a hit of several pixels: its neighbours, while they stand alone in their turn. */
function followHits(plane: Plane, spikes: readonly Place[], share: number): Place[] {
  const { width, height, values } = plane;
  const followed: Place[] = [];
  let front: readonly Place[] = spikes;
  for (let step = 0; step < mostFollowed && front.length > 0; step++) {
    const next: Place[] = [];
    for (const { x, y } of front)
      for (let j = Math.max(0, y - 1); j <= Math.min(height - 1, y + 1); j++)
        for (let i = Math.max(0, x - 1); i <= Math.min(width - 1, x + 1); i++) {
          const value = values[j * width + i];
          if (!(value > leastSpike) || !isSpike(plane, i, j, value, share)) continue;
          values[j * width + i] = Number.NaN;
          next.push({ x: i, y: j });
        }
    followed.push(...next);
    front = next;
  }
  return followed;
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

/** Sorts hits into single hot pixels and cosmic rays of several touching ones (one place, the first, for each). */
export function sortHits(hits: readonly Place[], width: number): { hotPixels: Place[]; cosmicRays: Place[] } {
  const waiting = new Map(hits.map((place) => [place.y * width + place.x, place]));
  const hotPixels: Place[] = [];
  const cosmicRays: Place[] = [];
  for (const start of hits) {
    const group = takeGroup(waiting, start, width);
    if (group === 1) hotPixels.push(start);
    else if (group > 1) cosmicRays.push(start);
  }
  return { hotPixels, cosmicRays };
}

/** Size of the group of touching hits round a place, all taken from the map; 0 when it is gone already. */
function takeGroup(waiting: Map<number, Place>, start: Place, width: number): number {
  if (!waiting.delete(start.y * width + start.x)) return 0;
  const members = [start];
  for (let k = 0; k < members.length; k++)
    for (let dy = -1; dy <= 1; dy++)
      for (let dx = -1; dx <= 1; dx++) {
        const key = (members[k].y + dy) * width + members[k].x + dx;
        const place = waiting.get(key);
        if (place === undefined) continue;
        waiting.delete(key);
        members.push(place);
      }
  return members.length;
}
