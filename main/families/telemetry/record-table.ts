/** Any of the layouts that telemetry comes in, as a header and rows of cells: CSV and its kin, JSON, PHD2 guide logs. */
import { NightsiftError } from '../../../contract/errors.ts';
import { readTable } from '../../formats/csv/read-table.ts';
import type { Problem, SourceBytes } from '../family.ts';
import { isGuideLog, readGuideLog } from './guide-log.ts';
import type { RecordTable } from './record.ts';

/** @throws NightsiftError `empty`, `badHeader`, `damagedData` */
export function readRecordTable({ file, bytes }: SourceBytes): RecordTable {
  const start = new TextDecoder()
    .decode(bytes.subarray(0, 4096))
    .replace(/^\ufeff/, '')
    .trimStart();
  if (start.startsWith('{') || start.startsWith('[')) return readJson(new TextDecoder().decode(bytes), file);
  if (isGuideLog(start)) return readGuideLog(new TextDecoder().decode(bytes), file);
  const table = readTable(bytes, file);
  if (table.rows.length > 0) return table;
  throw new NightsiftError('empty', `${file} has a header and no row below it.`, {
    hint: 'Expected one row for each reading.',
  });
}

/** An array of objects, an object that holds one, or one object on each line. Nested objects become `outer.inner`. */
function readJson(text: string, file: string): RecordTable {
  const problems: Problem[] = [];
  const records = wholeJson(text) ?? linesOfJson(text, problems);
  const names = new Set<string>();
  const flat = records.map((record) => flatten(record));
  for (const record of flat) for (const name of record.keys()) names.add(name);
  const header = [...names];
  if (header.length === 0) {
    throw new NightsiftError('empty', `${file} holds no record.`, {
      hint: 'Expected an array of objects, or one object on each line.',
    });
  }
  return {
    header,
    rows: flat.map((record) => header.map((name) => record.get(name) ?? '')),
    rowNumbers: flat.map((_, index) => index + 1),
    problems,
  };
}

function wholeJson(text: string): unknown[] | null {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value;
    const held = Object.values(value as object).find((each) => Array.isArray(each) && each.length > 0);
    return Array.isArray(held) ? held : [value];
  } catch {
    return null;
  }
}

function linesOfJson(text: string, problems: Problem[]): unknown[] {
  const records: unknown[] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === '') return;
    try {
      // words that JSON lacks and programs write all the same
      records.push(JSON.parse(line.replace(/:\s*(-?Infinity|NaN)\b/g, ': null')));
    } catch {
      const sentence = `Row ${index + 1} is no JSON object; it was left out.`;
      problems.push({ row: index + 1, column: null, code: 'notJson', sentence });
    }
  });
  return records;
}

function flatten(record: unknown, prefix = '', into = new Map<string, string>()): Map<string, string> {
  if (typeof record !== 'object' || record === null) return into;
  for (const [name, value] of Object.entries(record)) {
    if (typeof value === 'object' && value !== null) flatten(value, `${prefix}${name}.`, into);
    else into.set(`${prefix}${name}`, value === null ? '' : String(value));
  }
  return into;
}
