/** Sky level and noise on a coarse grid, and the grid spread over the pixels. */
import type { BackgroundMesh } from '../record.ts';
import type { StoredFrame } from '../stored-frame.ts';
import { type LevelAndSigma, medianInPlace, selectInPlace, truncatedNormal } from './robust.ts';

/** The pixels of one colour of a mosaic: every `step`-th from (x0, y0). A mono frame is one lattice of step 1. */
export interface Lattice {
  readonly x0: number;
  readonly y0: number;
  readonly step: 1 | 2;
}
export const wholeLattice: Lattice = { x0: 0, y0: 0, step: 1 };

export interface MeshInput {
  readonly frame: StoredFrame;
  readonly lattice: Lattice;
  readonly cellPixels: number;
  /** Step of the stored values, physical units, 0 for continuous ones. */
  readonly quantum: number;
}

/** Pixels of a cell that are looked at: enough for a level within 5 % of the noise, which a later pass corrects. */
const samplesPerCell = 512;

/** Cells of 64 px, smaller on small frames so that a gradient is still seen; at least 8. */
export function chooseCellPixels(width: number, height: number): number {
  const shorter = Math.min(width, height);
  if (shorter >= 256) return 64;
  return Math.max(8, 2 * Math.round(shorter / 8));
}

/**
 * First level and sigma in every cell, stars not yet known, from every n-th row; NaN in cells with less than a twentieth
 * of their pixels defined. The frame must have been given to its kernels.
 */
export function measureMesh(input: MeshInput): BackgroundMesh {
  const { frame, cellPixels, lattice } = input;
  const columns = Math.max(1, Math.round(frame.width / cellPixels));
  const rows = Math.max(1, Math.round(frame.height / cellPixels));
  const level = new Float32Array(columns * rows).fill(Number.NaN);
  const sigma = new Float32Array(columns * rows).fill(Number.NaN);
  const span = 2 * cellPixels;
  const cell = openCell(frame, span * span, input.quantum / frame.scale);
  const perRow = cellPixels / lattice.step;
  const stride = Math.max(1, Math.floor((perRow * perRow) / samplesPerCell)) * lattice.step;
  let last: LevelAndSigma | null = null;
  for (let row = 0; row < rows; row++) {
    const top = row * cellPixels;
    const bottom = row === rows - 1 ? frame.height : top + cellPixels;
    for (let column = 0; column < columns; column++) {
      const left = column * cellPixels;
      const right = column === columns - 1 ? frame.width : left + cellPixels;
      const possible = Math.ceil((right - left) / lattice.step) * Math.ceil((bottom - top) / stride);
      const firstX = left + ((lattice.x0 + left) & (lattice.step - 1));
      const firstY = top + ((lattice.y0 + top) & (lattice.step - 1));
      const count = cell.gather(
        firstX,
        right,
        firstY,
        Math.min(bottom, frame.validRows),
        lattice.step,
        stride,
      );
      if (count < Math.max(6, 0.05 * possible)) continue;
      last = cell.statistics(count, last);
      level[row * columns + column] = last.level * frame.scale + frame.zero;
      sigma[row * columns + column] = last.sigma * frame.scale;
    }
  }
  return { columns, rows, cellPixels, level, sigma };
}

/** A window that ends early above the level keeps the stars out. */
const window = { lowSigmas: 3, highSigmas: 1.5 };

/** The samples of one cell at a time, in stored units. */
function openCell(frame: StoredFrame, room: number, quantum: number) {
  const { run } = frame.space;
  const at = frame.space.allocate(4 * room);
  const values = frame.space.floats(at, room);
  const results = frame.space.doubles(run.resultsAt(), 3);
  const normal = (n: number, start: LevelAndSigma) => {
    const sumsWithin = (low: number, high: number, level: number) => {
      const centre = Math.fround(level);
      run.windowSums(at, n, low, high, centre);
      const count = results[0];
      const sum = results[1];
      const squares = results[2];
      // The kernel's level is rounded; what that shifts is put back.
      const off = centre - level;
      return { count, sum: sum + count * off, squares: squares + 2 * off * sum + count * off * off };
    };
    return truncatedNormal(sumsWithin, n, start, { ...window, quantum, origin: values[0] });
  };
  return {
    gather: (left: number, right: number, top: number, bottom: number, step: number, stride: number) =>
      run.gather(left, right, top, bottom, step, stride, at, room),
    /** `neighbour` is tried as a start: where it leads to a core that holds most values, nothing needs sorting. */
    statistics: (n: number, neighbour: LevelAndSigma | null): LevelAndSigma => {
      if (neighbour !== null && neighbour.sigma > 0) {
        const found = normal(n, neighbour);
        const moved = Math.abs(found.level - neighbour.level) / neighbour.sigma;
        const alike = found.sigma < 1.2 * neighbour.sigma && found.sigma > neighbour.sigma / 1.2;
        if (moved < 0.7 && alike && found.inside > 0.75) return found;
      }
      if (allEqual(values, n)) return { level: values[0], sigma: 0 };
      const median = medianInPlace(values, n);
      const lower = selectInPlace(values, n, Math.max(0, Math.min(n - 1, Math.round(0.1587 * n))));
      const start = { level: median, sigma: Math.max(median - lower, quantum / 4) };
      return start.sigma > 0 ? normal(n, start) : { level: median, sigma: 0 };
    },
  };
}

function allEqual(values: Float32Array, n: number): boolean {
  for (let i = 1; i < n; i++) if (values[i] !== values[0]) return false;
  return true;
}

/** Fills NaN cells from their neighbours, ring by ring; all NaN stays so. */
export function fillMesh(mesh: BackgroundMesh): BackgroundMesh {
  const level = fillGrid(mesh.level, mesh.columns, mesh.rows);
  const sigma = fillGrid(mesh.sigma, mesh.columns, mesh.rows);
  return { ...mesh, level, sigma };
}

function fillGrid(grid: Float32Array, columns: number, rows: number): Float32Array {
  let current = grid;
  for (let round = 0; round < columns + rows; round++) {
    if (!current.some(Number.isNaN) || current.every(Number.isNaN)) break;
    const next = current.slice();
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        if (!Number.isNaN(current[row * columns + column])) continue;
        next[row * columns + column] = neighbourMean(current, columns, rows, column, row);
      }
    current = next;
  }
  return current === grid ? grid.slice() : current;
}

function neighbourMean(
  grid: Float32Array,
  columns: number,
  rows: number,
  column: number,
  row: number,
): number {
  let sum = 0;
  let count = 0;
  for (let r = Math.max(0, row - 1); r <= Math.min(rows - 1, row + 1); r++)
    for (let c = Math.max(0, column - 1); c <= Math.min(columns - 1, column + 1); c++) {
      const value = grid[r * columns + c];
      if (Number.isNaN(value)) continue;
      sum += value;
      count++;
    }
  return count > 0 ? sum / count : Number.NaN;
}

/**
 * Pulls back cells that stand out from their eight neighbours by far more than the neighbours scatter
 * (a bright star's halo, a galaxy): their level is that of the neighbours' median.
 */
export function smoothMesh(mesh: BackgroundMesh): BackgroundMesh {
  const { columns, rows } = mesh;
  const level = mesh.level.slice();
  const sigma = mesh.sigma.slice();
  const around = new Float64Array(8);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const index = row * columns + column;
      const count = collectNeighbours(mesh.level, columns, rows, column, row, around);
      if (count < 5) continue;
      const median = medianInPlace(around, count);
      for (let i = 0; i < count; i++) around[i] = Math.abs(around[i] - median);
      const scatter = Math.max(1.4826 * medianInPlace(around, count), 0.1 * mesh.sigma[index]);
      if (mesh.level[index] - median > 4 * scatter) {
        level[index] = median;
        const sigmaCount = collectNeighbours(mesh.sigma, columns, rows, column, row, around);
        sigma[index] = Math.min(mesh.sigma[index], medianInPlace(around, sigmaCount));
      }
    }
  return { ...mesh, level, sigma };
}

function collectNeighbours(
  grid: Float32Array,
  columns: number,
  rows: number,
  column: number,
  row: number,
  out: Float64Array,
): number {
  let count = 0;
  for (let r = Math.max(0, row - 1); r <= Math.min(rows - 1, row + 1); r++)
    for (let c = Math.max(0, column - 1); c <= Math.min(columns - 1, column + 1); c++) {
      if ((r === row && c === column) || Number.isNaN(grid[r * columns + c])) continue;
      out[count++] = grid[r * columns + c];
    }
  return count;
}

/**
 * Spreads one grid over row `y` of the frame: bilinear between cell centres, continued straight beyond the
 * outermost centres by at most half a cell.
 */
export function spreadRow(
  mesh: BackgroundMesh,
  grid: Float32Array,
  frame: { readonly width: number; readonly height: number },
  y: number,
  out: Float32Array,
): void {
  const { columns, rows } = mesh;
  const vertical = between(y, mesh.cellPixels, rows);
  const column = new Float32Array(columns);
  for (let c = 0; c < columns; c++) {
    const above = grid[vertical.first * columns + c];
    const below = grid[vertical.second * columns + c];
    column[c] = above + (below - above) * vertical.share;
  }
  if (columns === 1) {
    out.fill(column[0], 0, frame.width);
    return;
  }
  for (let c = 0; c < columns - 1; c++) {
    const centre = (c + 0.5) * mesh.cellPixels - 0.5;
    const start = c === 0 ? 0 : Math.ceil(centre);
    const end = c === columns - 2 ? frame.width : Math.ceil(centre + mesh.cellPixels);
    const slope = (column[c + 1] - column[c]) / mesh.cellPixels;
    for (let x = start; x < end; x++) out[x] = column[c] + slope * (x - centre);
  }
}

function between(position: number, cellPixels: number, cells: number) {
  if (cells === 1) return { first: 0, second: 0, share: 0 };
  const place = (position + 0.5) / cellPixels - 0.5;
  const first = Math.max(0, Math.min(cells - 2, Math.floor(place)));
  return { first, second: first + 1, share: place - first };
}
