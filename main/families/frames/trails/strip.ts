/** The pixels along a line, unrolled: one row for each step along it, one column for each pixel across it. */
import type { Picture } from './picture.ts';
import { type Segment, segmentLength } from './raster.ts';

export interface Strip {
  /** Number of steps along the line. */
  readonly length: number;
  /** Pixels on either side of the line. */
  readonly half: number;
  /** `length` rows of `2 half + 1` values; NaN outside, where undefined or blocked. */
  readonly values: Float32Array;
  readonly segment: Segment;
  /** Pixels of the raster for one step along the line, just under 1. */
  readonly step: number;
}

/** Steps whose surroundings are read from the picture at once. */
const stepsAtOnce = 32;

/** Unrolls by nearest pixels, which keeps their noise independent. Values beyond `clip` (sigmas) are set to it. */
export function unroll(
  picture: Picture,
  segment: Segment,
  half: number,
  clip: number,
  buffer: Float32Array,
): Strip {
  const distance = segmentLength(segment);
  const length = Math.max(2, Math.ceil(distance) + 1);
  const span = 2 * half + 1;
  const values = buffer.length >= length * span ? buffer : new Float32Array(length * span);
  const lattice = {
    x: segment.x1 + 0.5,
    y: segment.y1 + 0.5,
    dx: (segment.x2 - segment.x1) / (length - 1),
    dy: (segment.y2 - segment.y1) / (length - 1),
    nx: -(segment.y2 - segment.y1) / distance,
    ny: (segment.x2 - segment.x1) / distance,
  };
  for (let from = 0; from < length; from += stepsAtOnce)
    unrollPiece(picture, lattice, half, clip, values, from, Math.min(length, from + stepsAtOnce));
  return { length, half, values, segment, step: distance / (length - 1) };
}

interface Lattice {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
  readonly nx: number;
  readonly ny: number;
}

function unrollPiece(
  picture: Picture,
  lattice: Lattice,
  half: number,
  clip: number,
  values: Float32Array,
  from: number,
  to: number,
): void {
  const { dx, dy, nx, ny } = lattice;
  const x1 = lattice.x + dx * from;
  const y1 = lattice.y + dy * from;
  const reachX = half * Math.abs(nx);
  const reachY = half * Math.abs(ny);
  const steps = to - 1 - from;
  const left = Math.floor(Math.min(x1, x1 + dx * steps) - reachX);
  const top = Math.floor(Math.min(y1, y1 + dy * steps) - reachY);
  const columns = Math.floor(Math.max(x1, x1 + dx * steps) + reachX) - left + 1;
  const rows = Math.floor(Math.max(y1, y1 + dy * steps) + reachY) - top + 1;
  const window = picture.windowAt(left, top, columns, rows);
  const { data } = window;
  const { width, height, blocked, blockedWidth, blockedHeight, cell } = picture;
  const perCell = 1 / cell;
  let at = from * (2 * half + 1);
  for (let t = from; t < to; t++) {
    const cx = lattice.x + dx * t;
    const cy = lattice.y + dy * t;
    for (let u = -half; u <= half; u++, at++) {
      const x = Math.floor(cx + nx * u);
      const y = Math.floor(cy + ny * u);
      if (x < 0 || y < 0 || x >= width || y >= height) {
        values[at] = Number.NaN;
        continue;
      }
      const bx = Math.min(blockedWidth - 1, (x * perCell) | 0);
      const by = Math.min(blockedHeight - 1, (y * perCell) | 0);
      const value = data[(y - window.top) * window.width + x - window.left];
      // NaN stays NaN through both.
      values[at] =
        blocked[by * blockedWidth + bx] !== 0 ? Number.NaN : Math.max(-clip, Math.min(clip, value));
    }
  }
}

/** Cross profiles of consecutive parts of a strip: sums and numbers of valid pixels. */
export interface Blocks {
  readonly count: number;
  readonly span: number;
  readonly sums: Float32Array;
  readonly numbers: Float32Array;
}

export function collectBlocks(strip: Strip, wanted: number, from = 0, to = strip.length): Blocks {
  const span = 2 * strip.half + 1;
  const count = Math.max(1, Math.min(wanted, to - from));
  const sums = new Float32Array(count * span);
  const numbers = new Float32Array(count * span);
  for (let t = from; t < to; t++) {
    const base = Math.min(count - 1, Math.floor(((t - from) * count) / (to - from))) * span;
    const row = t * span;
    for (let u = 0; u < span; u++) {
      const value = strip.values[row + u];
      if (Number.isNaN(value)) continue;
      sums[base + u] += value;
      numbers[base + u]++;
    }
  }
  return { count, span, sums, numbers };
}

let sortRoom = new Float64Array(64);

/** Median; NaN when empty. */
export function medianOf(values: readonly number[]): number {
  const { length } = values;
  if (length === 0) return Number.NaN;
  if (sortRoom.length < length) sortRoom = new Float64Array(2 * length);
  const sorted = sortRoom.subarray(0, length);
  for (let i = 0; i < length; i++) sorted[i] = values[i];
  sorted.sort();
  const middle = length >> 1;
  return length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
