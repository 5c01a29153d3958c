/** Sky level and noise of the whole frame, sources masked. */
import type { BackgroundMesh } from '../record.ts';
import type { DetectedStar } from './detected-star.ts';
import { fillMesh, smoothMesh, spreadRow } from './mesh.ts';
import type { ResidualFrame } from './residual-frame.ts';
import { medianInPlace, medianOf, normalFromMoments } from './robust.ts';
import type { Sky } from './sky.ts';
import { coverStars, type StarCover } from './star-cover.ts';

export interface SkyFigures {
  readonly mesh: BackgroundMesh;
  /** The mesh that the residual was made with: its sigma turns residuals into ADU. */
  readonly residualMesh: BackgroundMesh;
  readonly background: number | null;
  readonly noise: number | null;
}

/** Pixels that settle the figures of a frame; of larger frames only every n-th row is looked at, at least 16 in a cell of 64. */
const enoughPixels = 6e6;
const sparsest = 4;

/**
 * Corrects the first mesh by what the residual between the stars still shows: its level in every cell, and its scatter,
 * free of the sky's slope within a cell. Background and noise are the medians over the cells that hold sky.
 */
export function skyFigures(
  residuals: ResidualFrame,
  sky: Sky,
  stars: readonly DetectedStar[],
  fwhm: number,
): SkyFigures {
  const first = sky.measured;
  const spread = smoothMesh(fillMesh(first));
  const stride = Math.max(
    1,
    Math.min(sparsest, Math.floor((residuals.width * residuals.rows) / enoughPixels)),
  );
  const rows = Math.ceil(residuals.rows / stride);
  const cover = coverStars({ width: residuals.width, rows, stride, stars, fwhm });
  const corrections = correctCells(residuals, { rows, stride, cover }, first, sky.lattices.parity);
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
    background: finite(medianLevel(mesh, residuals)),
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
/** Cells with less sky than this share of what is looked at are filled from their neighbours. */
const leastSky = 0.02;

/** Level and scatter of the residual between the stars in each cell; NaN in cells with too little sky. */
function correctCells(
  residuals: ResidualFrame,
  { rows, stride, cover }: { readonly rows: number; readonly stride: number; readonly cover: StarCover },
  mesh: BackgroundMesh,
  parity: -1 | 0 | 1,
): { readonly shift: Float64Array; readonly ratio: Float64Array } {
  const { space, width } = residuals;
  const { columns, cellPixels } = mesh;
  const cells = columns * mesh.rows;
  const high = cover.crowded ? highestCrowded : highest;
  const shift = new Float64Array(cells).fill(Number.NaN);
  const ratio = new Float64Array(cells).fill(Number.NaN);
  const looked = (cellPixels * cellPixels * rows) / Math.max(1, residuals.rows);
  const least = Math.max(6, (leastSky * looked) / (parity < 0 ? 1 : 2));
  space.borrow(() => {
    const maskAt = space.allocate(width);
    const sumsAt = space.allocate(24 * cells);
    const mask = space.bytes(maskAt, width);
    const sums = space.doubles(sumsAt, 3 * cells).fill(0);
    for (let k = 0; k < rows; k++) {
      const y = k * stride;
      mask.fill(0);
      // Of a mosaic only the green pixels count.
      if (parity >= 0) for (let x = (y & 1) === parity ? 1 : 0; x < width; x += 2) mask[x] = 1;
      cover.paint(k, mask);
      const row = Math.min(mesh.rows - 1, Math.floor(y / cellPixels));
      space.run.skySums(y, maskAt, lowest, high, columns, cellPixels, sumsAt + 24 * row * columns);
    }
    for (let cell = 0; cell < cells; cell++) {
      const count = sums[3 * cell];
      if (count < least) continue;
      const found = normalFromMoments(count, sums[3 * cell + 1], sums[3 * cell + 2], lowest, high);
      shift[cell] = found.level;
      ratio[cell] = found.sigma;
    }
  });
  return { shift, ratio };
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
