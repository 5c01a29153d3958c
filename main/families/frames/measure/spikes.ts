/** Single pixels that stand up alone, as no star can: hot pixels and small cosmic-ray hits. */
import type { ResidualFrame } from './residual-frame.ts';

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Pixels fainter than this many sigmas are left to the later fit. */
const leastSpike = 6;

/**
 * Takes out every pixel of more than 6 sigma whose side neighbours hold less than `share` of it, and says where they
 * were. `bright` lists the pixels above 6 sigma. `share` must lie below what the narrowest possible star gives its
 * neighbours.
 */
export function removeSpikes(residuals: ResidualFrame, share: number, bright: Int32Array): Place[] {
  const spikes = spikesAmong(residuals, share, bright);
  for (const { x, y } of spikes) residuals.takeOut(x, y);
  return [...spikes, ...followHits(residuals, spikes, share)];
}

const mostFollowed = 12;

/** What a taken-out pixel leaves of a hit of several pixels: its neighbours, while they stand alone in their turn. */
function followHits(residuals: ResidualFrame, spikes: readonly Place[], share: number): Place[] {
  const followed: Place[] = [];
  let front: readonly Place[] = spikes;
  for (let step = 0; step < mostFollowed && front.length > 0; step++) {
    const beside = new Set<number>();
    for (const { x, y } of front)
      for (let j = Math.max(0, y - 1); j <= Math.min(residuals.rows - 1, y + 1); j++)
        for (let i = Math.max(0, x - 1); i <= Math.min(residuals.width - 1, x + 1); i++)
          beside.add(j * residuals.width + i);
    const next = spikesAmong(residuals, share, Int32Array.from(beside));
    for (const { x, y } of next) residuals.takeOut(x, y);
    followed.push(...next);
    front = next;
  }
  return followed;
}

function spikesAmong(residuals: ResidualFrame, share: number, indices: Int32Array): Place[] {
  const { space, width, isMosaic } = residuals;
  return space.borrow(() => {
    const listed = space.allocate(4 * indices.length);
    const out = space.allocate(4 * indices.length);
    space.integers(listed, indices.length).set(indices);
    const count = space.run.spikes(listed, indices.length, leastSpike, share, isMosaic, out);
    return Array.from(space.integers(out, count), (index) => ({
      x: index % width,
      y: Math.floor(index / width),
    }));
  });
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
