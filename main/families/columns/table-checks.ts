/** What a raw table should not hold: rows said twice, columns that copy another, numbers too long for a double. */
import type { Table } from '../../formats/tables/table.ts';
import type { Problem } from '../family.ts';

export function checkRawTable(table: Table): Problem[] {
  return [...repeatedRows(table), ...copiedColumns(table), ...longNumbers(table)];
}

/** One report for all: a table may hold little else. Rows are kept, since a short column repeats by nature. */
function repeatedRows({ header, rows, rowNumbers }: Table): Problem[] {
  if (header.length < 2) return [];
  const seen = new Set<string>();
  let repeated = 0;
  let first: number | null = null;
  rows.forEach((cells, index) => {
    const before = seen.size;
    seen.add(cells.join('\u0000'));
    if (seen.size > before) return;
    repeated += 1;
    first ??= rowNumbers[index]!;
  });
  if (first === null) return [];
  const sentence = `${repeated} of ${rows.length} rows repeat an earlier one, the first in row ${String(first)}; they count like any other.`;
  return [{ row: first, column: null, code: 'repeatedRow', sentence }];
}

/** Rows by which columns are told apart at first. */
const firstRows = 100;

/** Columns with one value throughout are no copies of each other. */
function copiedColumns({ header, rows }: Table): Problem[] {
  if (rows.length < 2) return [];
  const alike = new Map<string, number[]>();
  return header.flatMap((name, place): Problem[] => {
    if (rows.every((cells) => cells[place] === rows[0]![place])) return [];
    const beginning = rows
      .slice(0, firstRows)
      .map((cells) => cells[place]!)
      .join('\u0000');
    const earlier = alike.get(beginning) ?? [];
    alike.set(beginning, [...earlier, place]);
    const owner = earlier.find((other) => rows.every((cells) => cells[place] === cells[other]));
    if (owner === undefined) return [];
    const sentence = `Column "${name}" holds in every row what column "${header[owner]!}" holds.`;
    return [{ row: 1, column: name, code: 'copiedColumn', sentence }];
  });
}

const wholeNumber = /^\s*[+-]?\d{16,}\s*$/;

/** Whole numbers beyond 2^53 lose their last digits in statistics; cells and samples keep them. */
function longNumbers({ header, rows, rowNumbers }: Table): Problem[] {
  return header.flatMap((name, place): Problem[] => {
    const isLong = (cells: readonly string[]): boolean =>
      wholeNumber.test(cells[place]!) && !Number.isSafeInteger(Number(cells[place]));
    const index = rows.findIndex(isLong);
    if (index < 0) return [];
    const row = rowNumbers[index]!;
    const sentence = `Row ${row}, ${name}: ${rows[index]![place]!.trim()} is beyond 2^53; mean and extremes are rounded, the cells are kept as they are.`;
    return [{ row, column: name, code: 'longNumber', sentence }];
  });
}
