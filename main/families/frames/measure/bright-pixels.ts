/** The pixels that stand far above the sky: all that spikes and bright stars are looked for among. */
import type { BackgroundMesh } from '../record.ts';
import type { StoredFrame } from '../stored-frame.ts';
import { IndexList } from './index-list.ts';
import type { ResidualFrame } from './residual-frame.ts';

/** Pixels this many sigmas above the sky are few. */
export const brightSigmas = 6;
const bandRows = 64;

/** Indices of the pixels above 6 sigma in reading order. `meshes` and `floorSigma` are those of the frame's sky. */
export function findBrightPixels(
  frame: StoredFrame,
  residuals: ResidualFrame,
  meshes: readonly BackgroundMesh[],
  floorSigma: number,
): Int32Array {
  return frame.space.borrow(() => collect(frame, residuals, meshes, floorSigma));
}

function collect(
  frame: StoredFrame,
  residuals: ResidualFrame,
  meshes: readonly BackgroundMesh[],
  floorSigma: number,
): Int32Array {
  const { space, width } = frame;
  const { columns, rows, cellPixels } = meshes[0];
  const thresholds = space.allocate(4 * columns * rows);
  const room = bandRows * width;
  const out = space.allocate(4 * room);
  const limits = lowestBright(meshes, floorSigma).map((limit) => (limit - frame.zero) / frame.scale);
  space.floats(thresholds, columns * rows).set(limits);
  const found = space.integers(out, room);
  const bright = new IndexList();
  for (let top = 0; top < residuals.rows; top += bandRows) {
    const bottom = Math.min(residuals.rows, top + bandRows);
    const count = space.run.brightPixels(
      top,
      bottom,
      brightSigmas,
      thresholds,
      columns,
      rows,
      cellPixels,
      out,
      room,
    );
    bright.add(found.subarray(0, count));
  }
  return bright.values();
}

/** For each cell a value that no bright pixel of it stays below: the least of what holds at its neighbours' centres. */
function lowestBright(meshes: readonly BackgroundMesh[], floorSigma: number): Float64Array {
  const { columns, rows } = meshes[0];
  const limits = new Float64Array(columns * rows);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      limits[row * columns + column] = lowestBrightOf(meshes, column, row, floorSigma);
  return limits;
}

function lowestBrightOf(
  meshes: readonly BackgroundMesh[],
  column: number,
  row: number,
  floorSigma: number,
): number {
  const { columns, rows } = meshes[0];
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (const { level, sigma } of meshes)
    for (let r = Math.max(0, row - 1); r <= Math.min(rows - 1, row + 1); r++)
      for (let c = Math.max(0, column - 1); c <= Math.min(columns - 1, column + 1); c++) {
        const value = level[r * columns + c] + brightSigmas * Math.max(sigma[r * columns + c], floorSigma);
        if (value < least) least = value;
        if (value > greatest) greatest = value;
      }
  // Beyond the outermost centres the sky goes on straight, by at most a cell and a half.
  const atBorder = row === 0 || column === 0 || row === rows - 1 || column === columns - 1;
  return least - (atBorder ? 2 * (greatest - least) : 0) - 1e-4 * Math.abs(least);
}
