/** The pixels along a line, unrolled: one row for each step along it, one column for each pixel across it. */
import { medianInPlace } from '../measure/robust.ts';
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
  const pitch = window.width;
  const origin = window.top * pitch + window.left;
  const cellOfColumn = cellsOf(columnCells, left, columns, cell, blockedWidth, 1);
  const cellOfRow = cellsOf(rowCells, top, rows, cell, blockedHeight, blockedWidth);
  let at = from * (2 * half + 1);
  for (let t = from; t < to; t++) {
    // Counted from the window's corner on all numbers are positive, and cutting off the fraction rounds down.
    const cx = lattice.x + dx * t - left;
    const cy = lattice.y + dy * t - top;
    for (let u = -half; u <= half; u++, at++) {
      const i = (cx + nx * u) | 0;
      const j = (cy + ny * u) | 0;
      const x = i + left;
      const y = j + top;
      if (x < 0 || y < 0 || x >= width || y >= height || blocked[cellOfRow[j] + cellOfColumn[i]] !== 0) {
        values[at] = Number.NaN;
        continue;
      }
      const value = data[y * pitch + x - origin];
      values[at] = Math.max(-clip, Math.min(clip, value));
    }
  }
}

interface CellTable {
  room: Int32Array;
}
const columnCells: CellTable = { room: new Int32Array(512) };
const rowCells: CellTable = { room: new Int32Array(512) };

/** For each of `count` pixels from `first` on the cell of `cell` px that it lies in, times `step`; the last holds the rest. */
function cellsOf(
  table: CellTable,
  first: number,
  count: number,
  cell: number,
  cells: number,
  step: number,
): Int32Array {
  // Two more at the end: rounding may lead a pixel beyond the window.
  if (table.room.length < count + 2) table.room = new Int32Array(2 * count + 2);
  for (let k = 0; k < count + 2; k++)
    table.room[k] = step * Math.max(0, Math.min(cells - 1, Math.floor((first + k) / cell)));
  return table.room;
}

/** Cross profiles of consecutive parts of a strip: sums and numbers of valid pixels. */
export interface Blocks {
  readonly count: number;
  readonly span: number;
  readonly sums: Float64Array;
  readonly numbers: Float64Array;
}

export function collectBlocks(strip: Strip, wanted: number, from = 0, to = strip.length): Blocks {
  const span = 2 * strip.half + 1;
  const count = Math.max(1, Math.min(wanted, to - from));
  const { values } = strip;
  const sums = new Float64Array(count * span);
  const numbers = new Float64Array(count * span);
  for (let t = from; t < to; t++) {
    const base = Math.min(count - 1, Math.floor(((t - from) * count) / (to - from))) * span;
    for (let at = t * span, out = base; out < base + span; at++, out++) {
      const value = values[at];
      if (Number.isNaN(value)) continue;
      sums[out] += value;
      numbers[out]++;
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
  for (let i = 0; i < length; i++) sortRoom[i] = values[i];
  return medianInPlace(sortRoom, length);
}
