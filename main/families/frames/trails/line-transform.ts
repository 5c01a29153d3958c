/**
 * Sums along all digital lines of a map, by halves: a line over 2^k columns is a line over the left half followed by
 * one over the right half (Götz and Druck 1996; Brady 1998, "A fast discrete approximation algorithm for the Radon
 * transform"). Every level is searched, so that pieces of a line are found as well as whole ones.
 */

/** Whole units for one sigma in the quantised map: sums over 1,024 cells clipped at 3.875 sigma stay within 16 bits. */
export const unitsPerSigma = 8;
export const clipUnits = 31;
const highestLevel = 10;

/** A line over dyadic columns: `along` is the axis of the columns, `across` the other one. */
export interface LinePeak {
  /** Sum over the expected noise of the sum. */
  z: number;
  along1: number;
  across1: number;
  along2: number;
  across2: number;
}

export interface LineSearch {
  /** Quantised map, `along` columns of `across` cells each, the cells of a column contiguous. */
  readonly map: Int16Array;
  readonly along: number;
  readonly across: number;
  /** Share of cells that are valid, 0..1. */
  readonly validShare: number;
  /** Least z worth reporting for pieces of 2^level columns; levels without an entry are not searched. */
  readonly thresholds: readonly number[];
  /** Two buffers of at least `lineBufferLength` entries. */
  readonly buffers: readonly [Int16Array, Int16Array];
}

export function lineBufferLength(along: number, across: number): number {
  const levels = topLevel(along);
  return (Math.ceil(along / 2 ** levels) * 2 ** levels + 2 ** levels) * across;
}

function topLevel(along: number): number {
  return Math.max(1, Math.min(highestLevel, Math.floor(Math.log2(along))));
}

/** Strongest lines whose `across` grows (`sign` 1) or falls (-1) by at most one cell for each column. */
export function searchLines(search: LineSearch, sign: 1 | -1, peaks: LinePeak[]): void {
  const { along, across, thresholds } = search;
  let previous: Int16Array = search.map;
  const levels = topLevel(along);
  for (let level = 1; level <= levels; level++) {
    const next = search.buffers[level & 1];
    const columns = 2 ** level;
    const strips = Math.ceil(along / columns);
    const threshold = thresholds[level] ?? Number.POSITIVE_INFINITY;
    for (let strip = 0; strip < strips; strip++) {
      const first = strip * columns;
      const present = Math.min(columns, along - first);
      const perUnit = 1 / (unitsPerSigma * Math.sqrt(present * search.validShare));
      const leftBase = 2 * strip * (columns / 2) * across;
      const hasRight = first + columns / 2 < along;
      for (let slope = 0; slope < columns; slope++) {
        const left = leftBase + (slope >> 1) * across;
        const right = left + (columns / 2) * across;
        const out = (strip * columns + slope) * across;
        const shift = (slope + 1) >> 1;
        if (threshold === Number.POSITIVE_INFINITY) {
          addHalves(previous, next, left, hasRight ? right : -1, out, shift * sign, across);
          continue;
        }
        const best = hasRight
          ? joinHalves(previous, next, left, right, out, shift * sign, across)
          : copyHalf(previous, next, left, out, across);
        const z = next[out + best] * perUnit;
        if (z < threshold) continue;
        const reach = (slope * (present - 1)) / (columns - 1);
        peaks.push({
          z,
          along1: first,
          across1: best,
          along2: first + present - 1,
          across2: best + sign * reach,
        });
      }
    }
    previous = next;
  }
}

/** Adds the shifted right half (none if negative) to the left one. */
function addHalves(
  from: Int16Array,
  to: Int16Array,
  left: number,
  right: number,
  out: number,
  shift: number,
  across: number,
): void {
  const begin = right < 0 ? across : Math.min(across, Math.max(0, -shift));
  const end = Math.max(begin, Math.min(across, across - shift));
  for (let y = 0; y < begin; y++) to[out + y] = from[left + y];
  for (let y = end; y < across; y++) to[out + y] = from[left + y];
  const shifted = right + shift;
  for (let y = begin; y < end; y++) to[out + y] = from[left + y] + from[shifted + y];
}

/** Adds the shifted right half to the left one; returns the position of the largest sum. */
function joinHalves(
  from: Int16Array,
  to: Int16Array,
  left: number,
  right: number,
  out: number,
  shift: number,
  across: number,
): number {
  const begin = Math.min(across, Math.max(0, -shift));
  const end = Math.max(begin, Math.min(across, across - shift));
  let best = 0;
  let top = -32768;
  for (let y = 0; y < begin; y++) to[out + y] = from[left + y];
  for (let y = end; y < across; y++) to[out + y] = from[left + y];
  const shifted = right + shift;
  for (let y = begin; y < end; y++) {
    const sum = from[left + y] + from[shifted + y];
    to[out + y] = sum;
    if (sum > top) {
      top = sum;
      best = y;
    }
  }
  return best;
}

function copyHalf(from: Int16Array, to: Int16Array, left: number, out: number, across: number): number {
  let best = 0;
  let top = -32768;
  for (let y = 0; y < across; y++) {
    const sum = from[left + y];
    to[out + y] = sum;
    if (sum > top) {
      top = sum;
      best = y;
    }
  }
  return best;
}
