/** Columns and rows of the detector that differ from their neighbours along most of their length. */

import type { ResidualFrame } from './residual-frame.ts';

export interface BadLines {
  readonly badColumns: Uint16Array;
  readonly badRows: Uint16Array;
}

/** Values count up to this many sigmas, so that a star on a column does not make it a bad one. */
const clip = 2.5;
/** Neighbours on either side that a line is compared with. */
const reach = 4;

export function findBadLines(residuals: ResidualFrame): BadLines {
  const { width, height } = residuals;
  if (width < 16 || height < 16) return { badColumns: new Uint16Array(0), badRows: new Uint16Array(0) };
  const columns = residuals.space.borrow(() => columnMeans(residuals));
  const rows = rowMeans(residuals);
  return { badColumns: standOut(columns.mean, columns.count), badRows: standOut(rows.mean, rows.count) };
}

/** Pixels of a line that are looked at on large frames; of a row in this many pieces. */
const samples = 800;
const pieces = 4;

interface LineMeans {
  readonly mean: Float64Array;
  readonly count: Float64Array;
}

function columnMeans({ space, width, rows }: ResidualFrame): LineMeans {
  const sums = space.allocate(4 * width);
  const numbers = space.allocate(4 * width);
  space.floats(sums, width).fill(0);
  space.floats(numbers, width).fill(0);
  const stride = Math.max(1, Math.floor(rows / samples));
  for (let y = 0; y < rows; y += stride) space.run.columnSums(y, clip, sums, numbers);
  const count = Float64Array.from(space.floats(numbers, width));
  const sum = space.floats(sums, width);
  return { mean: count.map((number, x) => sum[x] / Math.max(1, number)), count };
}

function rowMeans({ space, width, height, rows }: ResidualFrame): LineMeans {
  const mean = new Float64Array(height);
  const count = new Float64Array(height);
  const results = space.doubles(space.run.resultsAt(), 2);
  const length = Math.min(width, samples) / pieces;
  for (let y = 0; y < rows; y++) {
    let sum = 0;
    for (let piece = 0; piece < pieces; piece++) {
      // Spread from border to border; together they are the whole row where it is short.
      const from = Math.round(piece * (length + Math.max(0, width - samples) / (pieces - 1)));
      space.run.rowSums(y, from, Math.min(width, Math.round(from + length)), clip);
      sum += results[0];
      count[y] += results[1];
    }
    mean[y] = sum / Math.max(1, count[y]);
  }
  return { mean, count };
}

/** Lines whose mean differs from the median of their neighbours by far more than its error, one or two abreast. */
function standOut(mean: Float64Array, count: Float64Array): Uint16Array {
  const found: number[] = [];
  const around = new Float64Array(2 * reach);
  for (let k = 0; k < mean.length; k++) {
    if (count[k] < 16) continue;
    const known = sortNeighbours(mean, count, k, around);
    if (known < 3) continue;
    const centre = around[known >> 1];
    const spread = around[Math.floor(0.75 * (known - 1))] - around[Math.ceil(0.25 * (known - 1))];
    const threshold = Math.max(6 / Math.sqrt(count[k]), 0.15, 4 * spread);
    if (Math.abs(mean[k] - centre) > threshold) found.push(k);
  }
  return Uint16Array.from(found.filter((k) => runLength(found, k) <= 2));
}

/** Means of the known lines beside one, ascending; returns how many. Sorted by insertion: they are few. */
function sortNeighbours(mean: Float64Array, count: Float64Array, k: number, out: Float64Array): number {
  let known = 0;
  for (let n = Math.max(0, k - reach); n <= Math.min(mean.length - 1, k + reach); n++) {
    if (n === k || count[n] < 16) continue;
    const value = mean[n];
    let at = known++;
    for (; at > 0 && out[at - 1] > value; at--) out[at] = out[at - 1];
    out[at] = value;
  }
  return known;
}

function runLength(sorted: readonly number[], value: number): number {
  const members = new Set(sorted);
  let length = 1;
  for (let k = value - 1; members.has(k); k--) length++;
  for (let k = value + 1; members.has(k); k++) length++;
  return length;
}
