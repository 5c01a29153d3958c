/** A table as families read it, whatever it was written as: a header and rows of cells as text. */

/** One thing wrong with a source of rows. */
export interface TableProblem {
  /** Counted from 1; null when it concerns no single row. */
  readonly row: number | null;
  readonly column: string | null;
  readonly code: string;
  /** What was found, and what was done about it. */
  readonly sentence: string;
}

export interface Table {
  readonly header: readonly string[];
  /** Each as long as the header. Numbers are written so that they read back as the same; several in a cell stand apart by blanks. */
  readonly rows: readonly (readonly string[])[];
  /** As the file counts them, from 1; of text the header line is one. */
  readonly rowNumbers: ArrayLike<number>;
  readonly problems: readonly TableProblem[];
}

/** Endings of the names of files that hold tables. */
export const tableFileEndings: readonly string[] = [
  ...orPacked(['.csv', '.tsv', '.tab', '.txt', '.json', '.jsonl', '.ndjson']),
  ...['.npy', '.npz', '.h5', '.hdf5', '.hdf', '.parquet'],
];

/** Each ending as it is and with `.gz` behind it. */
export function orPacked(endings: readonly string[]): readonly string[] {
  return endings.flatMap((ending) => [ending, `${ending}.gz`]);
}

/** Cells that are made of arrays, at most. */
export const mostCells = 50_000_000;

export interface TableColumn {
  readonly name: string;
  readonly rows: number;
  cell(row: number): string;
}

/** Columns of one length side by side; rows count from 1. */
export function tableOf(columns: readonly TableColumn[], problems: readonly TableProblem[] = []): Table {
  const count = columns[0]?.rows ?? 0;
  return {
    header: columns.map(({ name }) => name),
    rows: Array.from({ length: count }, (_, row) => columns.map(({ cell }) => cell(row))),
    rowNumbers: Int32Array.from({ length: count }, (_, row) => row + 1),
    problems,
  };
}

/** Any value as a cell: nothing for what is missing, numbers of a list by blanks, words by plus signs. */
export function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return Number.isNaN(value) ? '' : String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return Array.from(value as unknown as ArrayLike<number>, (each) => String(each)).join(' ');
  if (Array.isArray(value)) {
    const isOfWords = value.some((each) => typeof each === 'string');
    return value.map(cellOf).join(isOfWords ? '+' : ' ');
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
