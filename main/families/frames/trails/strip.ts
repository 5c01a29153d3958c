/** The pixels along a line, unrolled: one row for each step along it, one column for each pixel across it. */
import { type Raster, type Segment, segmentLength } from './raster.ts';

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

/** Unrolls by nearest pixels, which keeps their noise independent. Values beyond `clip` (sigmas) are set to it. */
export function unroll(
  raster: Raster,
  segment: Segment,
  half: number,
  clip: number,
  buffer: Float32Array,
): Strip {
  const distance = segmentLength(segment);
  const length = Math.max(2, Math.ceil(distance) + 1);
  const span = 2 * half + 1;
  const values = buffer.length >= length * span ? buffer : new Float32Array(length * span);
  const dx = (segment.x2 - segment.x1) / (length - 1);
  const dy = (segment.y2 - segment.y1) / (length - 1);
  const nx = -(segment.y2 - segment.y1) / distance;
  const ny = (segment.x2 - segment.x1) / distance;
  const { width, height, data, blocked, blockedWidth, blockedHeight, cell } = raster;
  const perCell = 1 / cell;
  let at = 0;
  for (let t = 0; t < length; t++) {
    const cx = segment.x1 + dx * t + 0.5;
    const cy = segment.y1 + dy * t + 0.5;
    for (let u = -half; u <= half; u++, at++) {
      const x = Math.floor(cx + nx * u);
      const y = Math.floor(cy + ny * u);
      if (x < 0 || y < 0 || x >= width || y >= height) {
        values[at] = Number.NaN;
        continue;
      }
      const bx = Math.min(blockedWidth - 1, (x * perCell) | 0);
      const by = Math.min(blockedHeight - 1, (y * perCell) | 0);
      const value = data[y * width + x];
      // NaN stays NaN through both.
      values[at] =
        blocked[by * blockedWidth + bx] !== 0 ? Number.NaN : Math.max(-clip, Math.min(clip, value));
    }
  }
  return { length, half, values, segment, step: distance / (length - 1) };
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

/** Median; the list is sorted in place. NaN when empty. */
export function medianOf(values: number[]): number {
  if (values.length === 0) return Number.NaN;
  values.sort((a, b) => a - b);
  const middle = values.length >> 1;
  return values.length % 2 === 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}
