/** Named arrays as a table: what has the same first length belongs together, row by row. */
import { refusal } from '../refusal.ts';
import { mostCells, type Table, type TableColumn, type TableProblem, tableOf } from './table.ts';

export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  /** The value at a place of the flattened array, row-major, as a cell. */
  cell(index: number): string;
}

type File = { readonly name: string };

/**
 * One matrix gives a column for each of its columns (`ch0`, `ch1`, …); several arrays give a column each, matrices with the
 * values of a row in one cell. Arrays of another length than most are left out and told.
 * Errors: badHeader, tooLarge.
 */
export function tableFromArrays(arrays: readonly NamedArray[], file: File): Table {
  const usable = arrays.filter(({ shape }) => shape.length === 1 || shape.length === 2);
  const problems: TableProblem[] = arrays
    .filter((array) => !usable.includes(array) && array.shape.length > 0)
    .map(({ name, shape }) => left(name, `has ${shape.length} dimensions, and a table has one or two`));
  const rows = commonLength(usable);
  if (rows === null) {
    throw refusal(
      'badHeader',
      file,
      'it holds no array of one or two dimensions',
      'Expected rows of values: shape (rows,) or (rows, columns).',
      { arrays: arrays.slice(0, 20).map(({ name, shape }) => `${name} (${shape.join(', ')})`) },
    );
  }
  const kept = usable.filter(({ shape }) => shape[0] === rows);
  for (const { name, shape } of usable.filter((array) => !kept.includes(array)))
    problems.push(left(name, `has ${shape[0]} rows where others have ${rows}`));
  refuseTooMany(
    kept.reduce((sum, { shape }) => sum + shape.reduce((size, length) => size * length, 1), 0),
    file,
  );
  const [only] = kept;
  const isMatrix = kept.length === 1 && only !== undefined && only.shape.length === 2;
  return tableOf(isMatrix ? columnsOf(only) : kept.map(columnOf), problems);
}

/** Errors: tooLarge. */
export function refuseTooMany(cells: number, file: File): void {
  if (cells <= mostCells) return;
  throw refusal(
    'tooLarge',
    file,
    `it holds ${cells} values`,
    `At most ${mostCells} are read. Split it into several files.`,
  );
}

function left(name: string, why: string): TableProblem {
  return { row: null, column: name, code: 'otherShape', sentence: `${name} ${why}; it was left out.` };
}

/** The first length that most arrays have; the longer one of a tie. */
function commonLength(arrays: readonly NamedArray[]): number | null {
  const counts = new Map<number, number>();
  for (const { shape } of arrays) counts.set(shape[0]!, (counts.get(shape[0]!) ?? 0) + 1);
  const [best] = [...counts].sort(([one, a], [other, b]) => b - a || other - one);
  return best?.[0] ?? null;
}

function columnsOf({ shape, cell }: NamedArray): TableColumn[] {
  const [rows = 0, width = 0] = shape;
  return Array.from({ length: width }, (_, place) => ({
    name: `ch${place}`,
    rows,
    cell: (row) => cell(row * width + place),
  }));
}

function columnOf({ name, shape, cell }: NamedArray): TableColumn {
  const [rows = 0, width] = shape;
  if (width === undefined) return { name, rows, cell };
  return {
    name,
    rows,
    cell: (row) => Array.from({ length: width }, (_, place) => cell(row * width + place)).join(' '),
  };
}
