/** The frame in blocks of several pixels, for stars too wide to stand out in one. */
import type { ResidualFrame } from './residual-frame.ts';

export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
  /** True for rows that are left out: all 0. */
  readonly leavesOut: (row: number) => boolean;
}

/** Of larger frames an even share is looked at: bands of rows from top to bottom. */
const enoughPixels = 5e6;
const bandRows = 64;

/** Residuals in blocks of 4 x 4 px, of unit noise. Bands of large frames are left out: 0. */
export function coarsePlane({ space, width: pixels, rows }: ResidualFrame): Plane {
  const width = pixels >> 2;
  const height = rows >> 2;
  const values = new Float32Array(width * height);
  const every = Math.ceil((pixels * rows) / enoughPixels);
  const leavesOut = (row: number) => Math.floor((4 * row) / bandRows) % every !== 0;
  space.borrow(() => {
    const sums = space.allocate(16 * width);
    const out = space.allocate(4 * width);
    const line = space.floats(out, width);
    for (let row = 0; row < height; row++) {
      if (leavesOut(row)) continue;
      space.run.coarseRow(row, sums, out);
      values.set(line, row * width);
    }
  });
  return { width, height, values, leavesOut };
}

/** Sums 2 x 2 values and halves the sum: unit noise stays unit noise. Undefined values count as sky. */
export function halve(plane: Plane): Plane {
  const width = plane.width >> 1;
  const height = plane.height >> 1;
  const source = plane.values;
  const values = new Float32Array(width * height);
  // Bands hold an even number of rows: both of a pair are left out or none.
  const leavesOut = (row: number) => plane.leavesOut(2 * row);
  for (let y = 0; y < height; y++)
    if (!leavesOut(y))
      halveRow(source, 2 * y * plane.width, plane.width, values.subarray(y * width, (y + 1) * width));
  return { width, height, values, leavesOut };
}

function halveRow(source: Float32Array, from: number, pitch: number, values: Float32Array): void {
  let upper = from;
  let lower = from + pitch;
  for (let out = 0; out < values.length; out++, upper += 2, lower += 2) {
    const sum = source[upper] + source[upper + 1] + source[lower] + source[lower + 1];
    values[out] = Number.isNaN(sum)
      ? (defined(source[upper]) +
          defined(source[upper + 1]) +
          defined(source[lower]) +
          defined(source[lower + 1])) /
        2
      : sum / 2;
  }
}

function defined(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}
