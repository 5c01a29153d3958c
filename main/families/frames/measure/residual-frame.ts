/** The residuals of a stored frame, made where they are looked at: (sample - sky) / noise. */
import type { KernelSpace } from '../kernels/kernels.ts';
import type { BackgroundMesh } from '../record.ts';
import { type BinnedResidual, binnedClip, type ResidualPixels } from '../residual-pixels.ts';
import type { StoredFrame } from '../stored-frame.ts';
import type { Patch } from './patch.ts';

/** Side of the patches that there is room for at the start. */
const usualPatch = 160;
const leastSigma = 1e-30;
/** Up to here a loop copies a row sooner than a view of it is made. */
const fewValues = 128;

export class ResidualFrame implements ResidualPixels {
  readonly width: number;
  readonly height: number;
  /** Rows that hold samples. */
  readonly rows: number;
  readonly isMosaic: boolean;
  readonly space: KernelSpace;
  readonly #frame: StoredFrame;
  readonly #holes: number;
  readonly #holeWords: number;
  #patchAt: number;
  #patchRoom: number;
  #patchValues: Float32Array;
  #cells: { readonly cell: number; readonly at: number } | null = null;

  constructor(frame: StoredFrame) {
    this.#frame = frame;
    this.space = frame.space;
    this.width = frame.width;
    this.height = frame.height;
    this.rows = frame.validRows;
    this.isMosaic = frame.mosaic !== null;
    this.#holeWords = (frame.width + 31) >> 5;
    const holeBytes = 4 * this.#holeWords * frame.height;
    this.#holes = this.space.allocate(holeBytes);
    this.space.bytes(this.#holes, holeBytes).fill(0);
    this.#patchRoom = usualPatch * usualPatch;
    this.#patchAt = this.space.allocate(4 * this.#patchRoom);
    this.#patchValues = this.space.floats(this.#patchAt, this.#patchRoom);
    const line = this.space.allocate(4 * frame.width + 256);
    this.space.run.setFrame(frame.at, frame.kind === 'floats', this.width, this.height, this.#holes);
    this.space.run.setLine(line);
  }

  /** The sky that is taken off: one mesh, or four of a mosaic, none with undefined cells; physical units. */
  setSky(meshes: readonly BackgroundMesh[], floorSigma: number): void {
    const { scale, zero } = this.#frame;
    const { columns, rows, cellPixels } = meshes[0];
    const size = columns * rows;
    const levels = this.space.allocate(4 * size * meshes.length);
    const inverses = this.space.allocate(4 * size * meshes.length);
    meshes.forEach((mesh, k) => {
      const level = this.space.floats(levels + 4 * size * k, size);
      const inverse = this.space.floats(inverses + 4 * size * k, size);
      for (let i = 0; i < size; i++) {
        level[i] = (mesh.level[i] - zero) / scale;
        inverse[i] = scale / Math.max(mesh.sigma[i], floorSigma, leastSigma);
      }
    });
    this.space.run.setMesh(columns, rows, cellPixels, meshes.length, levels, inverses);
  }

  /** Leaves a pixel out of everything; what it holds gives way to the mean of its neighbours. */
  takeOut(x: number, y: number): void {
    this.space.run.setHole(x, y, true);
    this.space.run.heal(x, y, this.rows);
  }

  /** Leaves a pixel out, or takes it in again, as it is. */
  hide(x: number, y: number, hidden: boolean): void {
    this.space.run.setHole(x, y, hidden);
  }

  at(x: number, y: number): number {
    if (x < 0 || y < 0 || x >= this.width || y >= this.rows) return Number.NaN;
    this.#reserve(1);
    this.space.run.residualWindow(x, y, x + 1, y + 1, this.#patchAt);
    return this.#patchValues[0];
  }

  /** The pixels within `radius` of (x, y) along both axes, as far as the frame reaches. The next call overwrites it. */
  patch(x: number, y: number, radius: number): Patch {
    return this.patchOf(
      Math.ceil(x - radius),
      Math.ceil(y - radius),
      Math.floor(x + radius) + 1,
      Math.floor(y + radius) + 1,
    );
  }

  patchOf(fromX: number, fromY: number, toX: number, toY: number): Patch {
    const left = Math.max(0, Math.min(this.width, fromX));
    const top = Math.max(0, Math.min(this.rows, fromY));
    const right = Math.max(left, Math.min(this.width, toX));
    const bottom = Math.max(top, Math.min(this.rows, toY));
    const width = right - left;
    this.#reserve(width * (bottom - top));
    if (width > 0) this.space.run.residualWindow(left, top, right, bottom, this.#patchAt);
    return { left, top, right, bottom, width, values: this.#patchValues };
  }

  #reserve(pixels: number): void {
    if (pixels > this.#patchRoom) {
      this.#patchRoom = 2 * pixels;
      this.#patchAt = this.space.allocate(4 * this.#patchRoom);
    } else if (this.#patchValues.length > 0) return;
    // Empty after the memory grew: that ends all views of it.
    this.#patchValues = this.space.floats(this.#patchAt, this.#patchRoom);
  }

  copy(left: number, top: number, width: number, height: number, out: Float32Array): void {
    const patch = this.patchOf(left, top, left + width, top + height);
    const missing = patch.width < width || patch.bottom - patch.top < height;
    if (missing) out.fill(Number.NaN, 0, width * height);
    for (let y = patch.top; y < patch.bottom; y++) {
      const from = (y - patch.top) * patch.width;
      const to = (y - top) * width + patch.left - left;
      // A view for a few values costs more than they do.
      if (patch.width < fewValues) for (let i = 0; i < patch.width; i++) out[to + i] = patch.values[from + i];
      else out.set(patch.values.subarray(from, from + patch.width), to);
    }
  }

  /** Room for the binned residuals, which the smoothing pass fills: its address. */
  reserveCells(cell: number): number {
    const count = Math.floor(this.width / cell) * Math.floor(this.height / cell);
    const at = this.space.allocate(4 * count);
    this.space.floats(at, count).fill(Number.NaN);
    this.#cells = { cell, at };
    return at;
  }

  binned(cell: number): BinnedResidual {
    const width = Math.floor(this.width / cell);
    const height = Math.floor(this.height / cell);
    if (this.#cells?.cell === cell)
      return { width, height, data: this.space.floats(this.#cells.at, width * height).slice() };
    return { width, height, data: this.#bin(cell, width, height) };
  }

  #bin(cell: number, width: number, height: number): Float32Array {
    const data = new Float32Array(width * height);
    const counts = new Uint16Array(width);
    for (let row = 0; row < height; row++) {
      counts.fill(0);
      for (let y = row * cell; y < (row + 1) * cell; y++) {
        const { values } = this.patchOf(0, y, width * cell, y + 1);
        for (let x = 0; x < width * cell && y < this.rows; x++) {
          if (Number.isNaN(values[x])) continue;
          const column = Math.floor(x / cell);
          data[row * width + column] += Math.max(-binnedClip, Math.min(binnedClip, values[x]));
          counts[column]++;
        }
      }
      for (let column = 0; column < width; column++)
        data[row * width + column] =
          counts[column] < (cell * cell) / 2
            ? Number.NaN
            : data[row * width + column] / Math.sqrt(counts[column]);
    }
    return data;
  }
}
