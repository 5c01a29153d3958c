/** JSON as a table: an array of objects, an object that holds one, or one object on each line. */
import { NightsiftError } from '../../../contract/errors.ts';
import { refusal } from '../refusal.ts';
import { cellOf, type Table, type TableProblem } from './table.ts';

const mostBytes = 256 * 1024 * 1024;
const deepest = 100;
/** Longer lists of numbers become one cell; shorter ones a column for each place. */
const longestSpread = 16;

export function looksLikeJson(start: string): boolean {
  const first = start.replace(/^\ufeff/, '').trimStart()[0];
  return first === '{' || first === '[';
}

/** Nested objects become `outer.inner`. Errors: empty, tooLarge. */
export function readJsonTable(text: string, file: string): Table {
  if (text.length > mostBytes)
    throw refusal(
      'tooLarge',
      { name: file },
      `${text.length} letters of JSON`,
      `At most ${mostBytes} are read.`,
    );
  const problems: TableProblem[] = [];
  const { records, rowNumbers } = wholeJson(text) ?? linesOfJson(text, problems);
  const flat = records.map((record) => flatten(record));
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

interface Records {
  readonly records: readonly unknown[];
  readonly rowNumbers: readonly number[];
}

function wholeJson(text: string): Records | null {
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
    const records = Array.isArray(value) ? value : (heldRecords(value) ?? [value]);
    return { records, rowNumbers: records.map((_, index) => index + 1) };
  } catch {
    return null;
  }
}

/** The first list of objects within an object; a list of numbers is a value, not the records. */
function heldRecords(value: unknown): readonly unknown[] | null {
  if (typeof value !== 'object' || value === null) return null;
  const isRecord = (each: unknown) => typeof each === 'object' && each !== null && !Array.isArray(each);
  return (
    (Object.values(value).find((each) => Array.isArray(each) && each.length > 0 && each.every(isRecord)) as
      | readonly unknown[]
      | undefined) ?? null
  );
}

function linesOfJson(text: string, problems: TableProblem[]): Records {
  const records: unknown[] = [];
  const rowNumbers: number[] = [];
  text.split(/\r?\n/).forEach((line, index) => {
    if (line.trim() === '') return;
    try {
      records.push(recordOf(line));
      rowNumbers.push(index + 1);
    } catch {
      const sentence = `Row ${index + 1} is no JSON object; it was left out.`;
      problems.push({ row: index + 1, column: null, code: 'notJson', sentence });
    }
  });
  return { records, rowNumbers };
}

function recordOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // words that JSON lacks and programs write all the same
    return JSON.parse(
      line.replace(/("(?:[^"\\]|\\.)*")|-?Infinity\b|NaN\b/g, (_, text?: string) => text ?? 'null'),
    );
  }
}

function flatten(
  record: unknown,
  prefix = '',
  into = new Map<string, string>(),
  depth = 0,
): Map<string, string> {
  if (typeof record !== 'object' || record === null || depth > deepest) return into;
  for (const [name, value] of Object.entries(record)) {
    if (name === '__proto__') continue;
    if (typeof value !== 'object' || value === null || isOneCell(value))
      into.set(`${prefix}${name}`, cellOf(value));
    else flatten(value, `${prefix}${name}.`, into, depth + 1);
  }
  return into;
}

/** Counts of a spectrum, names of what is in it. */
function isOneCell(value: object): boolean {
  if (!Array.isArray(value)) return false;
  return (
    value.every((each) => typeof each === 'string') || (value.length > longestSpread && value.every(isPlain))
  );
}

function isPlain(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}
