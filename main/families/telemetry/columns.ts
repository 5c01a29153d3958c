/** What each column of a telemetry table is for, and its cells as numbers. */

import type { Table } from '../../formats/tables/table.ts';
import type { ProblemList } from './problems.ts';
import { parseTime } from './times.ts';

/** Where labels are looked for, in this order. */
export const labelColumns = ['label', 'anomaly', 'is_anomaly', 'fault'] as const;

export interface NumberColumn {
  readonly name: string;
  readonly values: Float64Array;
}

export interface TelemetryColumns {
  readonly id: number;
  readonly time: number;
  readonly labels: readonly (readonly [name: string, index: number])[];
  readonly numbers: readonly NumberColumn[];
  /** Words that say under which conditions a row was taken: mission phase, channel, mode. */
  readonly contexts: readonly { readonly name: string; readonly cells: readonly string[] }[];
}

const idName = /^(id|segment|segment_id)$/i;
const timeName =
  /^(time_?stamp|time|date[ _]?time|date|utc|date_?obs|epoch|captured_?at|recorded_?at|exposure_?start|start_?time)([ _]?\(?utc\)?)?$/i;
/** Told by the file, but nothing that was measured. */
const otherName = /^(train|test|split|row|index|frame)$/i;
const missingWord = /^(|nan|null|none|n\/a|na|-|\?)$/i;
const infiniteWord = /^[+-]?inf(inity)?$/i;
/** A column is one of numbers when most of its cells are. */
const numberShare = 0.5;

export function sortColumns(
  table: Table,
  asked: string | undefined,
  problems: ProblemList,
): TelemetryColumns {
  const { header } = table;
  const find = (pattern: RegExp): number => header.findIndex((name) => pattern.test(name.trim()));
  const id = find(idName);
  const time = timeColumn(header);
  const isLabel = (name: string): boolean =>
    name === asked || (labelColumns as readonly string[]).includes(name.toLowerCase());
  const labels = header.flatMap((name, index): [string, number][] => (isLabel(name) ? [[name, index]] : []));
  const numbers: NumberColumn[] = [];
  const contexts: { name: string; cells: string[] }[] = [];
  header.forEach((name, index) => {
    if (index === id || index === time || isLabel(name)) return;
    if (otherName.test(name.trim()) || timeName.test(name.trim())) return;
    const cells = table.rows.map((row) => row[index]!.trim());
    if (isNumeric(cells)) numbers.push({ name, values: readNumbers(table, name, cells, problems) });
    else contexts.push({ name, cells });
  });
  return { id, time, labels, numbers, contexts };
}

/** Universal time where several columns tell one: N.I.N.A. writes the local one beside it. */
function timeColumn(header: readonly string[]): number {
  const times = header.flatMap((name, index) => (timeName.test(name.trim()) ? [index] : []));
  return times.find((index) => /utc/i.test(header[index]!)) ?? times[0] ?? -1;
}

function isNumeric(cells: readonly string[]): boolean {
  const given = cells.filter((cell) => !missingWord.test(cell));
  const numbers = given.filter((cell) => Number.isFinite(Number(cell)) || infiniteWord.test(cell)).length;
  return numbers > given.length * numberShare;
}

/** NaN where a cell is empty or no number. */
function readNumbers(
  { rowNumbers }: Table,
  name: string,
  cells: readonly string[],
  problems: ProblemList,
): Float64Array {
  return Float64Array.from(cells, (cell, index) => {
    const row = rowNumbers[index]!;
    if (missingWord.test(cell)) {
      problems.add(row, name, 'missing', `Row ${row}, ${name}: no value; it counts as missing.`);
      return Number.NaN;
    }
    const value = Number(cell);
    if (Number.isFinite(value)) return value;
    // 1e999 is a number that no double holds
    const code = Number.isNaN(value) && !infiniteWord.test(cell) ? 'notANumber' : 'infinite';
    problems.add(
      row,
      name,
      code,
      `Row ${row}, ${name}: "${cell.slice(0, 40)}" is no finite number; it counts as missing.`,
    );
    return Number.NaN;
  });
}

/**
 * Milliseconds of each row; NaN, and a problem, where a time cannot be read.
 * @param ahead how far a clock without a zone is ahead of universal time, milliseconds
 */
export function readTimes(
  { rows, rowNumbers, header }: Table,
  column: number,
  ahead: number,
  problems: ProblemList,
): Float64Array {
  const name = header[column]!;
  return Float64Array.from(rows, (cells, index) => {
    const time = parseTime(cells[column]!, /utc/i.test(name) ? 0 : ahead);
    if (Number.isNaN(time)) {
      const row = rowNumbers[index]!;
      problems.add(row, name, 'badTime', `Row ${row}, ${name}: "${cells[column]!.slice(0, 40)}" is no time.`);
    }
    return time;
  });
}

/** `1`, `1.0` and ` 1 ` are one label; what stands for none is none. */
export function plainLabel(cell: string): string | undefined {
  const trimmed = cell.trim();
  if (missingWord.test(trimmed)) return undefined;
  const value = Number(trimmed);
  return Number.isFinite(value) ? String(value) : trimmed;
}
