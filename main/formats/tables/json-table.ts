/** JSON as a table: an array of objects, an object that holds one, one object on each line, or the layouts of pandas. */
import { NightsiftError } from '../../../contract/errors.ts';
import { refusal } from '../refusal.ts';
import { type JsonValues, notJson, parseJson, unmarked } from './json-text.ts';
import { cellOf, type Table, type TableProblem } from './table.ts';

const mostBytes = 256 * 1024 * 1024;
const deepest = 100;
/** Longer lists of numbers become one cell; shorter ones a column for each place. */
const longestSpread = 16;

export function looksLikeJson(start: string): boolean {
  const first = start.replace(/^\ufeff/, '').trimStart()[0];
  return first === '{' || first === '[';
}

/**
 * Nested objects become `outer.inner`. What is no object is named as `notJson` and left out.
 * @throws NightsiftError `empty`, `tooLarge`, `damagedData`, `unsupportedLayout` (nested too deep)
 */
export function readJsonTable(text: string, file: string): Table {
  if (text.length > mostBytes)
    throw refusal(
      'tooLarge',
      { name: file },
      `${text.length} letters of JSON`,
      `At most ${mostBytes} are read.`,
    );
  const problems: TableProblem[] = [];
  const found = parseJson(text, file, problems);
  const listed = 'whole' in found ? valuesOf(found.whole, problems) : found;
  const { values, rowNumbers } = recordsOf(listed, problems);
  const flat = values.map((record) => flatten(record, file));
  const names = new Set<string>();
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
    rowNumbers,
    problems,
  };
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The rows that a whole file stands for. */
function valuesOf(whole: unknown, problems: TableProblem[]): JsonValues {
  const values = Array.isArray(whole)
    ? whole
    : isObject(whole)
      ? (heldRecords(whole) ?? splitRecords(whole, problems) ?? pandasRecords(whole) ?? [whole])
      : [whole];
  return { values, rowNumbers: values.map((_, index) => index + 1) };
}

/** Objects where there are any, and what is none is named; else lists, whose places are the columns. */
function recordsOf({ values, rowNumbers }: JsonValues, problems: TableProblem[]): JsonValues {
  const isKept = values.some(isObject) ? isObject : (value: unknown) => Array.isArray(value);
  values.forEach((value, index) => {
    if (!isKept(value)) problems.push(notJson(rowNumbers[index]!));
  });
  return {
    values: values.filter(isKept),
    rowNumbers: rowNumbers.filter((_, index) => isKept(values[index])),
  };
}

/** The first list of objects within an object; a list of numbers is a value, not the records. */
function heldRecords(value: JsonObject): readonly unknown[] | null {
  const isList = (each: unknown): each is readonly unknown[] => Array.isArray(each) && each.some(isObject);
  return Object.values(value).find(isList) ?? null;
}

/** `{"columns": […], "data": [[…], …]}`, with `index` perhaps: `to_json(orient="split")`. */
function splitRecords(
  { columns, data, index }: JsonObject,
  problems: TableProblem[],
): readonly JsonObject[] | null {
  if (!Array.isArray(columns) || !Array.isArray(data) || !data.every((row) => Array.isArray(row)))
    return null;
  const names = columns.map((name) => (Array.isArray(name) ? name.join('.') : String(name)));
  const rows = data as readonly (readonly unknown[])[];
  rows.forEach((row, place) => {
    if (row.length === names.length) return;
    const sentence = `Row ${place + 1} has ${row.length} values, ${names.length} columns are named.`;
    problems.push({ row: place + 1, column: null, code: 'raggedRow', sentence });
  });
  const records = rows.map((row) => Object.fromEntries(names.map((name, place) => [name, row[place]])));
  return Array.isArray(index) ? withIndex(records, index) : records;
}

/** A column of objects by row, or a row of objects by column, told by which of them counts: `to_json()` and `orient="index"`. */
function pandasRecords(value: JsonObject): readonly JsonObject[] | null {
  const outer = Object.keys(value);
  const inner = Object.values(value);
  const [first] = inner;
  if (!isObject(first) || !inner.every(isObject)) return null;
  const keys = Object.keys(first);
  if (keys.length === 0 || inner.some((each) => Object.keys(each).length !== keys.length)) return null;
  const areRows = keys.every(isCount);
  if (areRows && inner.every((each) => keys.every((key) => Object.hasOwn(each, key))))
    return withIndex(
      keys.map((key) => Object.fromEntries(outer.map((name, place) => [name, inner[place]![key]]))),
      keys,
    );
  return !areRows && outer.every(isCount) ? withIndex(inner, outer) : null;
}

const isCount = (key: string): boolean => /^-?\d+$/.test(key);

/** Names of rows that only count them say nothing. */
function withIndex(records: readonly JsonObject[], index: readonly unknown[]): readonly JsonObject[] {
  const isPlainCount = index.every((name, place) => String(name) === String(place));
  return isPlainCount ? records : records.map((record, place) => ({ index: index[place], ...record }));
}

function flatten(
  record: unknown,
  file: string,
  prefix = '',
  into = new Map<string, string>(),
  depth = 0,
): Map<string, string> {
  if (depth > deepest) throw tooDeep(file);
  for (const [name, value] of Object.entries(record as object)) {
    if (name === '__proto__') continue;
    if (typeof value !== 'object' || value === null || isOneCell(value))
      into.set(`${prefix}${name}`, cellOf(unmarked(value)));
    else flatten(value, file, `${prefix}${name}.`, into, depth + 1);
  }
  return into;
}

function tooDeep(file: string): NightsiftError {
  return refusal(
    'unsupportedLayout',
    { name: file },
    `its values are nested deeper than ${deepest} levels`,
    'Expected an array of objects, or one object on each line.',
  );
}

/** Counts of a spectrum, names of what is in it. */
function isOneCell(value: object): boolean {
  if (!Array.isArray(value)) return false;
  return (
    value.every((each) => typeof unmarked(each) === 'string') ||
    (value.length > longestSpread && value.every(isPlain))
  );
}

function isPlain(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}
