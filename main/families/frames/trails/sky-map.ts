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

/** The most that a cell of `cell` pixels can hold after clipping. */
export function fullCell(cell: number): number {
  return pixelClip * cell;
}

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

/** Bins a unit-noise raster once more, by `factor`, from its unblocked cells. */
export function binAgain(raster: Raster, factor: number): Raster {
  const width = Math.floor(raster.width / factor);
  const height = Math.floor(raster.height / factor);
  const data = new Float32Array(width * height);
  const blocked = new Uint8Array(width * height);
  const least = (factor * factor) / 2;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      let count = 0;
      for (let j = 0; j < factor; j++) {
        const row = (y * factor + j) * raster.width + x * factor;
        for (let i = row; i < row + factor; i++) {
          if (raster.blocked[i] !== 0 || Number.isNaN(raster.data[i])) continue;
          sum += raster.data[i];
          count++;
        }
      }
      data[y * width + x] = count > 0 ? sum / Math.sqrt(count) : Number.NaN;
      blocked[y * width + x] = count < least ? 1 : 0;
    }
  }
  return { width, height, data, blocked, blockedWidth: width, blockedHeight: height, cell: 1 };
}

/**
 * Removes the level and divides by the noise of each large square, in place: medians of 3 x 3 squares, the level
 * interpolated. Where unresolved stars or nebulae raise the scatter, lines have to be stronger to stand out.
 */
export function flatten(raster: Raster): void {
  const columns = Math.max(1, Math.round(raster.width / levelCells));
  const rows = Math.max(1, Math.round(raster.height / levelCells));
  const levels = medianOfNeighbours(squareLevels(raster, columns, rows), columns, rows);
  subtractLevels(raster, levels, columns, rows);
  const sigmas = medianOfNeighbours(squareSigmas(raster, columns, rows), columns, rows);
  const { width, height, data } = raster;
  for (let y = 0; y < height; y++) {
    const base = squareOf(y, rows, height) * columns;
    for (let x = 0; x < width; x++) data[y * width + x] /= sigmas[base + squareOf(x, columns, width)];
  }
}

function squareOf(position: number, squares: number, size: number): number {
  return Math.min(squares - 1, Math.floor((position * squares) / size));
}

function subtractLevels(raster: Raster, levels: Float32Array, columns: number, rows: number): void {
  const { width, height, data } = raster;
  for (let y = 0; y < height; y++) {
    const v = Math.min(rows - 1, Math.max(0, ((y + 0.5) * rows) / height - 0.5));
    const row = Math.floor(v);
    const below = Math.min(rows - 1, row + 1);
    for (let x = 0; x < width; x++) {
      const u = Math.min(columns - 1, Math.max(0, ((x + 0.5) * columns) / width - 0.5));
      const column = Math.floor(u);
      const right = Math.min(columns - 1, column + 1);
      const part = u - column;
      const top = levels[row * columns + column] * (1 - part) + levels[row * columns + right] * part;
      const low = levels[below * columns + column] * (1 - part) + levels[below * columns + right] * part;
      data[y * width + x] -= top * (1 - (v - row)) + low * (v - row);
    }
  }
}

/** 1.4826 times the median absolute value of each square's unblocked cells; squares with too few take 1. */
function squareSigmas(raster: Raster, columns: number, rows: number): Float32Array {
  const { width, height, data, blocked } = raster;
  const sigmas = new Float32Array(columns * rows).fill(1);
  const sample = new Float32Array(Math.ceil(width / columns + 1) * Math.ceil(height / rows + 1));
  for (let square = 0; square < sigmas.length; square++) {
    const x1 = Math.floor(((square % columns) * width) / columns);
    const x2 = Math.floor((((square % columns) + 1) * width) / columns);
    const y1 = Math.floor((Math.floor(square / columns) * height) / rows);
    const y2 = Math.floor(((Math.floor(square / columns) + 1) * height) / rows);
    let count = 0;
    for (let y = y1; y < y2; y++) {
      for (let x = x1; x < x2; x++) {
        const value = data[y * width + x];
        if (blocked[y * width + x] === 0 && !Number.isNaN(value)) sample[count++] = Math.abs(value);
      }
    }
    if (count < 64) continue;
    const sigma = 1.4826 * sample.subarray(0, count).sort()[count >> 1];
    if (sigma > 0) sigmas[square] = sigma;
  }
  return sigmas;
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
