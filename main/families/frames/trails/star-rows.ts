/** Finds long straight rows among the stars of the table: what a blinking aircraft leaves in it. */
import { peakAt } from './light.ts';
import type { TrailSearchInput } from './search-input.ts';

/** Brightest entries looked at, and the least peak (sigmas) of one. */
const mostEntries = 400;
const leastPeak = 8;
const directions = 240;
/** Entries in a row, over what the field has there anyway; and stretches (of this many FWHM) that they are spread over. */
const leastEntries = 10;
const leastExcess = 6;
const leastStretches = 8;
const stretchWidths = 8;

interface Entry {
  readonly index: number;
  readonly x: number;
  readonly y: number;
}

/** Indices of the entries that lie in a row with at least nine others, far more than chance puts there. */
export function starRows({ stars, ...input }: TrailSearchInput): Set<number> {
  const entries: Entry[] = [];
  for (let index = 0; index < stars.count && entries.length < mostEntries; index++) {
    const [x, y] = [stars.x[index], stars.y[index]];
    if (peakAt({ stars, ...input }, x, y) >= leastPeak) entries.push({ index, x, y });
  }
  const found = new Set<number>();
  if (entries.length < leastEntries) return found;
  const size = 2.2 * input.fwhm;
  const diagonal = Math.hypot(input.width, input.height);
  const lanes = Math.ceil((2 * diagonal) / size) + 2;
  const counts = new Uint16Array(lanes);
  // Of all entries those that two lanes of the frame hold by chance.
  const chance = (2 * entries.length * size) / Math.min(input.width, input.height);
  const least = Math.max(leastEntries, chance + leastExcess * Math.sqrt(chance + 1));
  for (let k = 0; k < directions; k++) {
    const nx = Math.cos((Math.PI * k) / directions);
    const ny = Math.sin((Math.PI * k) / directions);
    const laneOf = ({ x, y }: Entry): number => Math.floor((x * nx + y * ny + diagonal) / size);
    counts.fill(0);
    for (const entry of entries) counts[laneOf(entry)]++;
    // A row may lie across the border of two lanes.
    for (let lane = nextRow(counts, 1, least); lane < lanes; lane = nextRow(counts, lane + 1, least)) {
      const row = entries.filter((entry) => laneOf(entry) === lane || laneOf(entry) === lane - 1);
      if (isSpread(row, nx, ny, input.fwhm)) for (const { index } of row) found.add(index);
    }
  }
  return found;
}

/** The first lane from `from` on that holds `least` entries and more with the one before it, or their number. */
function nextRow(counts: Uint16Array, from: number, least: number): number {
  for (let lane = from; lane < counts.length; lane++)
    if (counts[lane] + counts[lane - 1] >= least) return lane;
  return counts.length;
}

/** True when the entries lie on one line, within a width, over many stretches of it. */
function isSpread(row: readonly Entry[], nx: number, ny: number, fwhm: number): boolean {
  const offsets = row.map(({ x, y }) => x * nx + y * ny).sort((a, b) => a - b);
  const middle = offsets[offsets.length >> 1];
  const near = row.filter(({ x, y }) => Math.abs(x * nx + y * ny - middle) < 1.3 * fwhm);
  const stretches = new Set(near.map(({ x, y }) => Math.floor((x * -ny + y * nx) / (stretchWidths * fwhm))));
  return near.length >= leastEntries && near.length > 0.6 * row.length && stretches.size >= leastStretches;
}
