/** The frame as the line search sees it: binned, stars and defects blanked, level removed, clipped and quantised. */
import type { TrailSearchInput } from './find-trails.ts';
import { clipUnits, unitsPerSigma } from './line-transform.ts';
import type { Raster } from './raster.ts';

/** Sigma at which a single pixel is clipped before binning, so that hits and hot pixels stay small. */
const pixelClip = 5;
/** The search works on about this many cells at most. */
const wantedCells = 900_000;
/** Cells in a side of the squares whose mean level is removed. */
const levelCells = 32;

/** Pixels in the side of a cell: 2 up to 3.6 megapixels, growing with the frame. */
export function binningFor(width: number, height: number): number {
  return Math.max(2, Math.ceil(Math.sqrt((width * height) / wantedCells)));
}

/** Bins to cells of unit noise: sum of the valid pixels over the root of their number. */
export function binResidual(input: TrailSearchInput, cell: number): Raster {
  const width = Math.floor(input.width / cell);
  const height = Math.floor(input.height / cell);
  const data = new Float32Array(width * height);
  const counts = new Uint16Array(width);
  const least = Math.ceil((cell * cell) / 2);
  for (let row = 0; row < height; row++) {
    const out = row * width;
    counts.fill(0);
    for (let sub = 0; sub < cell; sub++)
      addRow(input, (row * cell + sub) * input.width, data, out, width, cell, counts);
    for (let column = 0; column < width; column++) {
      const count = counts[column];
      data[out + column] = count < least ? Number.NaN : data[out + column] / Math.sqrt(count);
    }
  }
  return {
    width,
    height,
    data,
    blocked: new Uint8Array(width * height),
    blockedWidth: width,
    blockedHeight: height,
    cell: 1,
  };
}

function addRow(
  input: TrailSearchInput,
  start: number,
  data: Float32Array,
  out: number,
  width: number,
  cell: number,
  counts: Uint16Array,
): void {
  const residual = input.residual;
  let at = start;
  for (let column = 0; column < width; column++) {
    let sum = 0;
    let count = 0;
    for (let k = 0; k < cell; k++) {
      const value = residual[at++];
      if (value > pixelClip) sum += pixelClip;
      else if (value > -pixelClip) sum += value;
      else if (value <= -pixelClip) sum -= pixelClip;
      else continue;
      count++;
    }
    data[out + column] += sum;
    counts[column] += count;
  }
}

/** Removes the level of each large square (median of 3 x 3 squares, interpolated) and brings the noise to 1, in place. */
export function flatten(raster: Raster): void {
  const columns = Math.max(1, Math.round(raster.width / levelCells));
  const rows = Math.max(1, Math.round(raster.height / levelCells));
  const levels = medianOfNeighbours(squareLevels(raster, columns, rows), columns, rows);
  const { width, height, data } = raster;
  for (let y = 0; y < height; y++) {
    const v = Math.min(rows - 1, Math.max(0, ((y + 0.5) * rows) / height - 0.5));
    const row = Math.min(rows - 1, Math.floor(v));
    const below = Math.min(rows - 1, row + 1);
    for (let x = 0; x < width; x++) {
      const u = Math.min(columns - 1, Math.max(0, ((x + 0.5) * columns) / width - 0.5));
      const column = Math.floor(u);
      const right = Math.min(columns - 1, column + 1);
      const top =
        levels[row * columns + column] * (1 - (u - column)) + levels[row * columns + right] * (u - column);
      const low =
        levels[below * columns + column] * (1 - (u - column)) +
        levels[below * columns + right] * (u - column);
      data[y * width + x] -= top * (1 - (v - row)) + low * (v - row);
    }
  }
  const sigma = robustSigma(raster);
  if (sigma > 0 && Number.isFinite(sigma)) for (let i = 0; i < data.length; i++) data[i] /= sigma;
}

/** Mean of the values clamped to +-3 around the first estimate, over unblocked cells. */
function squareLevels(raster: Raster, columns: number, rows: number): Float32Array {
  const { width, height, data, blocked } = raster;
  const levels = new Float32Array(columns * rows);
  for (let pass = 0; pass < 2; pass++) {
    const sums = new Float64Array(columns * rows);
    const counts = new Uint32Array(columns * rows);
    for (let y = 0; y < height; y++) {
      const base = Math.min(rows - 1, Math.floor((y * rows) / height)) * columns;
      for (let x = 0; x < width; x++) {
        const i = y * width + x;
        const value = data[i];
        if (blocked[i] !== 0 || Number.isNaN(value)) continue;
        const square = base + Math.min(columns - 1, Math.floor((x * columns) / width));
        sums[square] += Math.min(2.5, Math.max(-2.5, value - levels[square]));
        counts[square]++;
      }
    }
    for (let i = 0; i < levels.length; i++) if (counts[i] > 0) levels[i] += sums[i] / counts[i];
  }
  return levels;
}

function medianOfNeighbours(levels: Float32Array, columns: number, rows: number): Float32Array {
  const result = new Float32Array(levels.length);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const near: number[] = [];
      for (let j = Math.max(0, y - 1); j <= Math.min(rows - 1, y + 1); j++) {
        for (let i = Math.max(0, x - 1); i <= Math.min(columns - 1, x + 1); i++)
          near.push(levels[j * columns + i]);
      }
      near.sort((a, b) => a - b);
      result[y * columns + x] = near[near.length >> 1];
    }
  }
  return result;
}

/** 1.4826 times the median absolute value of a sample of the unblocked cells. */
function robustSigma(raster: Raster): number {
  const step = Math.max(1, Math.floor(raster.data.length / 20_000)) | 1;
  const sample: number[] = [];
  for (let i = 0; i < raster.data.length; i += step) {
    if (raster.blocked[i] === 0 && !Number.isNaN(raster.data[i])) sample.push(Math.abs(raster.data[i]));
  }
  if (sample.length < 16) return Number.NaN;
  sample.sort((a, b) => a - b);
  return 1.4826 * sample[sample.length >> 1];
}

/** Rounds to the units of the line search, blanked cells 0; `transposed` lets columns be contiguous. Returns the valid share. */
export function quantise(raster: Raster, rowsFirst: Int16Array, transposed: Int16Array): number {
  const { width, height, data, blocked } = raster;
  let valid = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      let units = 0;
      if (blocked[i] === 0 && !Number.isNaN(data[i])) {
        units = Math.round(Math.min(clipUnits, Math.max(-clipUnits, data[i] * unitsPerSigma)));
        valid++;
      }
      rowsFirst[i] = units;
      transposed[x * height + y] = units;
    }
  }
  return valid / (width * height);
}
