/** Tables in plain text: columns as wide as their longest cell, numbers to the right. */

import { quotedCell } from '../../engine/output-text.ts';

import { visibleLine } from './visible-text.ts';

export type Cell = string | number | null;

export interface Column<Row> {
  readonly title: string;
  readonly of: (row: Row) => Cell;
  /** Digits after the point; numbers without it are printed as they are. */
  readonly digits?: number;
  /** How a number is written, where digits do not say all. */
  readonly write?: (cell: number) => string;
  /** Digits that count, for figures of any size. */
  readonly significant?: number;
}

export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const texts = rows.map((row) => columns.map((column) => visibleLine(cellText(column.of(row), column))));
  const numeric = columns.map((column) => rows.every((row) => typeof (column.of(row) ?? 0) === 'number'));
  const widths = columns.map((column, index) =>
    Math.max(column.title.length, ...texts.map((cells) => cells[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        return numeric[index] && rows.length > 0 ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return `${[line(columns.map((column) => column.title)), ...texts.map(line)].join('\n')}\n`;
}

export function cellText(
  cell: Cell,
  { digits, significant, write }: Pick<Column<never>, 'digits' | 'significant' | 'write'>,
): string {
  if (cell === null) return '–';
  if (typeof cell === 'string') return cell;
  if (write !== undefined) return write(cell);
  if (significant !== undefined) return String(Number(cell.toPrecision(significant)));
  return digits === undefined ? String(cell) : cell.toFixed(digits);
}

/** One value for a CSV file (RFC 4180). A leading =, +, - or @ of text is kept from being read as a formula. */
export function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return quotedCell(safe);
}

export function csv<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const lines = [columns.map((column) => csvCell(column.title)).join(',')];
  for (const row of rows) lines.push(columns.map((column) => csvCell(column.of(row))).join(','));
  return `${lines.join('\n')}\n`;
}
