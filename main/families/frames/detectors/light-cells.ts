/** Loss of light over the grid of cells, as evidence carries it. */
import { cellColumns, cellRows, type LightStructure } from '../session/light-structure.ts';

/** Loss of each cell, row by row, 0.34 for 34 % dimmer; two decimals are what stars support, and no -0. */
export function cellEvidence(structure: LightStructure, reference: number) {
  const loss = Array.from(
    structure.cells,
    (value) => Math.round(100 * (1 - Math.exp(reference - value))) / 100 + 0,
  );
  return { columns: cellColumns, rows: cellRows, loss };
}

/** The cell that lost most light against `reference` (natural log). */
export function deepestCell(structure: LightStructure, reference: number) {
  let cell = 0;
  structure.cells.forEach((value, c) => {
    if (value > structure.cells[cell]) cell = c;
  });
  const column = cell % cellColumns;
  const row = Math.floor(cell / cellColumns);
  return {
    loss: structure.cells[cell] - reference,
    region: ({ width, height }: { readonly width: number; readonly height: number }) => ({
      x1: Math.round((column / cellColumns) * width),
      y1: Math.round((row / cellRows) * height),
      x2: Math.round(((column + 1) / cellColumns) * width) - 1,
      y2: Math.round(((row + 1) / cellRows) * height) - 1,
    }),
  };
}
