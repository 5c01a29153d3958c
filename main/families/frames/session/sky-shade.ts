/**
 * The part of the field that something dark has come into from outside: mesh cells darker than the sky's usual shape that
 * hang together with the border. A tree or a dome wall hides the sky's own light as well as the stars, which tells where
 * there are few stars.
 */

export interface SkyShade {
  /** Share of the field, 0..1. */
  readonly area: number;
  /** How much darker it is on average, 0..1 of the sky. */
  readonly depth: number;
  /** From the field's centre to its middle, -1..1 across and up. */
  readonly across: number;
  readonly up: number;
}

/** Cells this much darker than the usual shape count. */
const dark = 0.06;

/** `patch` is relative to the sky, row by row; cells without sky are NaN and dark to no one. */
export function skyShade(patch: Float64Array, columns: number, rows: number): SkyShade {
  const reached = new Uint8Array(patch.length);
  const queue: number[] = [];
  const visit = (column: number, row: number): void => {
    if (column < 0 || row < 0 || column >= columns || row >= rows) return;
    const cell = row * columns + column;
    if (reached[cell] === 1 || !(patch[cell] < -dark)) return;
    reached[cell] = 1;
    queue.push(cell);
  };
  for (let column = 0; column < columns; column++) {
    visit(column, 0);
    visit(column, rows - 1);
  }
  for (let row = 0; row < rows; row++) {
    visit(0, row);
    visit(columns - 1, row);
  }
  let depth = 0;
  let across = 0;
  let up = 0;
  for (let next = 0; next < queue.length; next++) {
    const column = queue[next] % columns;
    const row = Math.floor(queue[next] / columns);
    depth -= patch[queue[next]];
    across += (2 * (column + 0.5)) / columns - 1;
    up += (2 * (row + 0.5)) / rows - 1;
    visit(column - 1, row);
    visit(column + 1, row);
    visit(column, row - 1);
    visit(column, row + 1);
  }
  const count = Math.max(1, queue.length);
  return {
    area: queue.length / Math.max(1, patch.length),
    depth: depth / count,
    across: across / count,
    up: up / count,
  };
}
