import { NightsiftError } from '../../../contract/errors.ts';
import { randomFor, shuffled } from '../random.ts';

/** Figures of items: row-major, [rows, columns]. NaN is a value that is missing. */
export interface Table {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array | Float64Array;
}

/** @throws NightsiftError `badInput` when the size and the number of values disagree */
export function checkTable(table: Table): void {
  const { rows, columns, values } = table;
  if (rows * columns === values.length && columns > 0) return;
  throw new NightsiftError(
    'badInput',
    `A table of ${rows} rows and ${columns} columns cannot hold ${values.length} values.`,
    { hint: 'Give rows x columns values, row by row.' },
  );
}

/** @throws NightsiftError `modelMismatch` when a table has another number of columns than the model was fitted on */
export function checkColumns(table: Table, columns: number): void {
  checkTable(table);
  if (table.columns === columns) return;
  throw new NightsiftError(
    'modelMismatch',
    `The model was fitted on ${columns} columns; the table has ${table.columns}.`,
    { hint: 'Prepare the table with the features that the model was trained with.' },
  );
}

/** All rows, or as many drawn evenly as are asked for; 0 asks for all. */
export function drawnRows(table: Table, most: number, seed: number): Table {
  if (most === 0 || table.rows <= most) return table;
  return pickRows(table, shuffled(table.rows, randomFor(seed, 'draw')).slice(0, most).sort());
}

/** The chosen rows, in the order given; a row may be chosen more than once. */
export function pickRows(table: Table, rows: ArrayLike<number>): Table {
  const { columns, values } = table;
  const picked =
    values instanceof Float32Array
      ? new Float32Array(rows.length * columns)
      : new Float64Array(rows.length * columns);
  for (let index = 0; index < rows.length; index++) {
    const start = rows[index]! * columns;
    picked.set(values.subarray(start, start + columns), index * columns);
  }
  return { rows: rows.length, columns, values: picked };
}
