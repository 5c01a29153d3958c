/** Sky level and noise of the whole frame, sources masked. */
import type { BackgroundMesh, FrameImage } from '../record.ts';
import { fillMesh, smoothMesh, spreadRow } from './mesh.ts';
import { representativeMesh, type Sky } from './residual.ts';
import { medianInPlace, medianOf, normalFromMoments } from './robust.ts';
import type { StarMask } from './star-mask.ts';

export interface SkyFigures {
  readonly mesh: BackgroundMesh;
  /** The mesh that the residual was made with: its sigma turns residuals into ADU. */
  readonly residualMesh: BackgroundMesh;
  readonly background: number | null;
  readonly noise: number | null;
}

/**
 * Corrects the first mesh by what the masked residual still shows: its level in every cell, and its scatter, free
 * of the sky's slope within a cell. Background and noise are the medians over the cells that hold sky.
 */
export function skyFigures(image: FrameImage, sky: Sky, residual: Float32Array, mask: StarMask): SkyFigures {
  const first = representativeMesh(sky);
  const spread = smoothMesh(fillMesh(first));
  const corrections = correctCells(image, residual, mask, first, sky.lattices.parity);
  const level = new Float32Array(first.level.length);
  const sigma = new Float32Array(first.level.length);
  for (let i = 0; i < level.length; i++) {
    const shift = corrections.shift[i];
    const ratio = corrections.ratio[i];
    level[i] = Number.isNaN(shift) ? Number.NaN : spread.level[i] + shift * spread.sigma[i];
    sigma[i] = spread.sigma[i] * ratio;
  }
  const hasSky = level.some((value) => !Number.isNaN(value));
  const mesh = fillMesh(hasSky ? { ...first, level, sigma } : first);
  return {
    mesh,
    residualMesh: spread,
    background: finite(medianLevel(mesh, image)),
    noise: finite(medianOf(hasSky ? sigma : first.sigma)),
  };
}

/**
 * Residuals beyond these are not sky, in sigmas of the first mesh. In a crowded field the light of stars too faint to be
 * found lifts and widens the upper side: there the lower side alone says what the sky is.
 */
const lowest = -3;
const highest = 3;
const highestCrowded = 0.3;

/** Level and scatter of the unmasked residual in each cell; NaN in cells with less than a fiftieth of their pixels. */
function correctCells(
  frame: { readonly width: number; readonly height: number },
  residual: Float32Array,
  mask: StarMask,
  mesh: BackgroundMesh,
  parity: -1 | 0 | 1,
): { readonly shift: Float64Array; readonly ratio: Float64Array } {
  const { columns, rows, cellPixels } = mesh;
  const cells = columns * rows;
  const high = mask.crowded ? highestCrowded : highest;
  const sums = {
    count: new Float64Array(cells),
    sum: new Float64Array(cells),
    squares: new Float64Array(cells),
  };
  for (let y = 0; y < frame.height; y++) {
    const row = Math.min(rows - 1, Math.floor(y / cellPixels));
    for (let column = 0; column < columns; column++) {
      const start = y * frame.width + column * cellPixels;
      const end = column === columns - 1 ? (y + 1) * frame.width : start + cellPixels;
      const first = parity < 0 ? start : start + (((column * cellPixels + y) & 1) === parity ? 0 : 1);
      addRun(residual, mask.pixels, first, end, parity < 0 ? 1 : 2, high, sums, row * columns + column);
    }
  }
  const shift = new Float64Array(cells).fill(Number.NaN);
  const ratio = new Float64Array(cells).fill(Number.NaN);
  const least = Math.max(6, (0.02 * cellPixels * cellPixels) / (parity < 0 ? 1 : 2));
  for (let cell = 0; cell < cells; cell++) {
    if (sums.count[cell] < least) continue;
    const found = normalFromMoments(sums.count[cell], sums.sum[cell], sums.squares[cell], lowest, high);
    shift[cell] = found.level;
    ratio[cell] = found.sigma;
  }
  return { shift, ratio };
}

interface CellSums {
  readonly count: Float64Array;
  readonly sum: Float64Array;
  readonly squares: Float64Array;
}

function addRun(
  residual: Float32Array,
  mask: Uint8Array,
  start: number,
  end: number,
  step: number,
  high: number,
  sums: CellSums,
  cell: number,
): void {
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (let i = start; i < end; i += step) {
    const value = residual[i];
    if (mask[i] !== 0 || !(value > lowest && value < high)) continue;
    count++;
    sum += value;
    squares += value * value;
  }
  sums.count[cell] += count;
  sums.sum[cell] += sum;
  sums.squares[cell] += squares;
}

/** Points along the longer side that the level is taken at. */
const pointsAcross = 240;

/** Median over the frame of the mesh as it is spread over the pixels: cells alone are too coarse under a gradient. */
function medianLevel(
  mesh: BackgroundMesh,
  frame: { readonly width: number; readonly height: number },
): number {
  const stride = Math.max(1, Math.floor(Math.max(frame.width, frame.height) / pointsAcross));
  const row = new Float32Array(frame.width);
  const values = new Float32Array(Math.ceil(frame.width / stride) * Math.ceil(frame.height / stride));
  let count = 0;
  for (let y = stride >> 1; y < frame.height; y += stride) {
    spreadRow(mesh, mesh.level, frame, y, row);
    for (let x = stride >> 1; x < frame.width; x += stride)
      if (!Number.isNaN(row[x])) values[count++] = row[x];
  }
  return medianInPlace(values, count);
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
