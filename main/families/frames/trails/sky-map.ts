/** The frame as the line search sees it: binned, stars and defects blanked, level removed, clipped and quantised. */

import { binnedClip } from '../residual-pixels.ts';
import { emptyKernels } from './kernels/line-kernels.ts';
import type { Raster } from './raster.ts';
import type { TrailSearchInput } from './search-input.ts';

/** The search works on about this many cells at most. */
const wantedCells = 650_000;
/** Cells in a side of the squares whose mean level is removed. */
const levelCells = 32;

/** The most that a cell of `cell` pixels can hold after clipping. */
export function fullCell(cell: number): number {
  return binnedClip * cell;
}

/** Pixels in the side of a cell: 2 up to 2.6 megapixels, growing with the frame. */
export function binningFor(width: number, height: number): number {
  return Math.max(2, Math.ceil(Math.sqrt((width * height) / wantedCells)));
}

/** The frame in cells of unit noise, nothing blocked yet. */
export function binResidual(input: TrailSearchInput, cell: number): Raster {
  const { width, height, data } = input.pixels.binned(cell);
  return { width, height, data, blocked: new Uint8Array(width * height) };
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
  return { width, height, data, blocked };
}

/**
 * Removes the level and divides by the noise of each large square, in place: medians of 3 x 3 squares, the level
 * interpolated. Where unresolved stars or nebulae raise the scatter, lines have to be stronger to stand out.
 */
export function flatten(raster: Raster): void {
  const columns = Math.max(1, Math.round(raster.width / levelCells));
  const rows = Math.max(1, Math.round(raster.height / levelCells));
  const own = new Float32Array(columns * rows);
  for (let square = 0; square < own.length; square++)
    own[square] = levelOf(raster, squareAt(raster, square, columns, rows));
  const levels = medianOfNeighbours(own, columns, rows);
  subtractLevels(raster, levels, columns, rows);
  for (let square = 0; square < own.length; square++)
    own[square] = sigmaOf(raster, squareAt(raster, square, columns, rows));
  const sigmas = medianOfNeighbours(own, columns, rows);
  for (let square = 0; square < own.length; square++) {
    const { x1, x2, y1, y2 } = squareAt(raster, square, columns, rows);
    const scale = 1 / sigmas[square];
    for (let y = y1; y < y2; y++)
      scaleBy(raster.data.subarray(y * raster.width + x1, y * raster.width + x2), scale);
  }
}

function scaleBy(values: Float32Array, factor: number): void {
  for (let i = 0; i < values.length; i++) values[i] *= factor;
}

/** Cells on either side whose mean is taken off, and sigmas beyond which they count no more. */
const surroundingCells = 12;
const surroundingClip = 2.5;

/**
 * Takes the mean of the cells round it off every cell: nebulae and glows that are wider than any line of this map, which
 * loses a tenth of the light of a thin line.
 */
export function subtractSurroundings(raster: Raster): void {
  const { width, height } = raster;
  const cells = width * height;
  const space = emptyKernels();
  const data = space.allocate(4 * cells);
  const old = space.allocate(4 * cells);
  const blocked = space.allocate(cells);
  const room = space.allocate(8 * width);
  space.floats(old, cells).set(raster.data);
  space.floats(data, cells).set(raster.data);
  space.bytes(blocked, cells).set(raster.blocked);
  space.run.subtractSurroundings(data, old, blocked, width, height, surroundingCells, surroundingClip, room);
  raster.data.set(space.floats(data, cells));
}

interface Square {
  readonly x1: number;
  readonly x2: number;
  readonly y1: number;
  readonly y2: number;
}

function squareAt(raster: Raster, square: number, columns: number, rows: number): Square {
  const column = square % columns;
  const row = Math.floor(square / columns);
  return {
    x1: Math.floor((column * raster.width) / columns),
    x2: Math.floor(((column + 1) * raster.width) / columns),
    y1: Math.floor((row * raster.height) / rows),
    y2: Math.floor(((row + 1) * raster.height) / rows),
  };
}

/** Mean of the unblocked cells, each clamped to +-2.5 around the first estimate. */
function levelOf(raster: Raster, square: Square): number {
  const { width, data, blocked } = raster;
  let level = 0;
  for (let pass = 0; pass < 2; pass++) {
    let sum = 0;
    let count = 0;
    for (let y = square.y1; y < square.y2; y++) {
      for (let i = y * width + square.x1; i < y * width + square.x2; i++) {
        const off = data[i] - level;
        if (blocked[i] !== 0 || Number.isNaN(off)) continue;
        sum += Math.max(-2.5, Math.min(2.5, off));
        count++;
      }
    }
    if (count > 0) level += sum / count;
  }
  return level;
}

const histogramSteps = 32;
const histogram = new Uint32Array(16 * histogramSteps);

/** 1.4826 times the median absolute value of the unblocked cells; 1 where there are too few. */
function sigmaOf(raster: Raster, square: Square): number {
  const { width, data, blocked } = raster;
  histogram.fill(0);
  let count = 0;
  for (let y = square.y1; y < square.y2; y++) {
    for (let i = y * width + square.x1; i < y * width + square.x2; i++) {
      const value = Math.abs(data[i]);
      if (blocked[i] !== 0 || Number.isNaN(value)) continue;
      const bin = value * histogramSteps;
      histogram[bin < histogram.length ? bin | 0 : histogram.length - 1]++;
      count++;
    }
  }
  if (count < 64) return 1;
  let bin = 0;
  let passed = 0;
  while (passed + histogram[bin] < count / 2) passed += histogram[bin++];
  const median = (bin + (count / 2 - passed) / Math.max(1, histogram[bin])) / histogramSteps;
  return median > 0 ? 1.4826 * median : 1;
}

function subtractLevels(raster: Raster, levels: Float32Array, columns: number, rows: number): void {
  const { width, height, data } = raster;
  const line = new Float32Array(columns);
  for (let y = 0; y < height; y++) {
    const v = Math.min(rows - 1, Math.max(0, ((y + 0.5) * rows) / height - 0.5));
    const row = Math.floor(v);
    const below = Math.min(rows - 1, row + 1);
    for (let c = 0; c < columns; c++) {
      line[c] = levels[row * columns + c] * (1 - (v - row)) + levels[below * columns + c] * (v - row);
    }
    subtractLine(data.subarray(y * width, (y + 1) * width), line);
  }
}

/** Levels at the middles of equal stretches of a row, taken off its values. */
function subtractLine(values: Float32Array, line: Float32Array): void {
  const columns = line.length;
  for (let x = 0; x < values.length; x++) {
    const u = Math.min(columns - 1, Math.max(0, ((x + 0.5) * columns) / values.length - 0.5));
    const column = u | 0;
    const right = column + 1 < columns ? column + 1 : column;
    values[x] -= line[column] + (line[right] - line[column]) * (u - column);
  }
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
