/** Text of JSON as values: the words of Python that JSON lacks, whole numbers beyond 53 bits, one value on each line. */
import type { NightsiftError } from '../../../contract/errors.ts';
import { refusal } from '../refusal.ts';
import type { TableProblem } from './table.ts';

/** Values of a file and where each stands in it, from 1. */
export interface JsonValues {
  readonly values: readonly unknown[];
  readonly rowNumbers: readonly number[];
}

/**
 * The one value of a file, or `values` where it is one on each line. NaN reads as null, Infinity as the number; whole numbers
 * that a double cannot hold as bigints, see `unmarked`.
 * @param problems gets `notJson` for each line that is none
 * @throws NightsiftError `damagedData` where the text is neither
 */
export function parseJson(
  text: string,
  file: string,
  problems: TableProblem[],
): { readonly whole: unknown } | JsonValues {
  const plain = text.replace(/^\ufeff/, '');
  const ready = inPlainJson(plain);
  try {
    return { whole: JSON.parse(ready) };
  } catch (thrown) {
    const lines = linesOf(ready);
    if (!isOneOnEachLine(ready, lines)) throw damaged(ready, file, thrown);
    for (const { number, value } of lines) if (value === undefined) problems.push(notJson(number));
    const whole = lines.filter(({ value }) => value !== undefined);
    return { values: whole.map(({ value }) => value), rowNumbers: whole.map(({ number }) => number) };
  }
}

export function notJson(row: number): TableProblem {
  return { row, column: null, code: 'notJson', sentence: `Row ${row} is no JSON object; it was left out.` };
}

/** Marks a whole number as text, which no text of a file begins with by chance. */
const mark = '\u0000';

/** A value as it stands in the file: what was marked as a number beyond 53 bits is one. */
export function unmarked(value: unknown): unknown {
  if (typeof value === 'string' && value.startsWith(mark) && /^-?\d+$/.test(value.slice(1)))
    return BigInt(value.slice(1));
  return Array.isArray(value) ? value.map(unmarked) : value;
}

const hasForeignWords = /(?<![\d.])\d{16,}(?![\d.])|NaN|Infinity/;
const stringsAndWords =
  /"[^"\\]*(?:\\[\s\S][^"\\]*)*"|-?\b(?:Infinity|NaN)\b|(?<![\w.+-])-?\d{16,}(?![\d.eE])/g;

function inPlainJson(text: string): string {
  return hasForeignWords.test(text) ? text.replace(stringsAndWords, inJson) : text;
}

function inJson(word: string): string {
  if (word.startsWith('"')) return word;
  if (word.endsWith('NaN')) return 'null';
  // beyond the largest number: reads as infinite
  if (word.endsWith('Infinity')) return word.replace('Infinity', '1e999');
  return Number.isSafeInteger(Number(word)) ? word : `"\\u0000${word}"`;
}

interface JsonLine {
  readonly number: number;
  /** Undefined where the line is no JSON. */
  readonly value: unknown;
}

function linesOf(text: string): JsonLine[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [{ number: index + 1, value: JSON.parse(line) as unknown }];
    } catch {
      return [{ number: index + 1, value: undefined }];
    }
  });
}

/** A list that is written over several lines and cut short has lines that are JSON by themselves, but not the first. */
function isOneOnEachLine(text: string, lines: readonly JsonLine[]): boolean {
  const isRecord = ({ value }: JsonLine) => typeof value === 'object' && value !== null;
  if (lines.length < 2) return false;
  if (lines[0] && isRecord(lines[0])) return true;
  return !text.trimStart().startsWith('[') && 2 * lines.filter(isRecord).length >= lines.length;
}

/** @param thrown what the parser said of the text */
function damaged(text: string, file: string, thrown: unknown): NightsiftError {
  const message = thrown instanceof Error ? thrown.message : '';
  const end = text.trimEnd().length;
  const place = placeOf(message, text);
  const isCut = place >= end || /^Unterminated|end of JSON/.test(message);
  const line = text.slice(0, isCut ? end : place).split('\n').length;
  return refusal(
    'damagedData',
    { name: file },
    isCut
      ? `its JSON is cut short: it ends in the middle of line ${line}`
      : `its text is no JSON from line ${line} on`,
    'Copy the file again, or write it anew: an array of objects, or one object on each line.',
    { line, reason: message },
  );
}

/** Letters around the wrong one that the parser shows where it does not count. */
const shownBefore = 10;

/** Of a wrong letter the parser gives the number, or what stands around it; the first such place is it. */
function placeOf(message: string, text: string): number {
  const counted = /position (\d+)/.exec(message)?.[1];
  if (counted !== undefined) return Number(counted);
  const shown = /^Unexpected token '(.+?)', (\.{3})?"([\s\S]*)"(?:\.{3})? is not valid JSON$/u.exec(message);
  if (shown === null) return text.length;
  const [, token = '', isWithin, around = ''] = shown;
  return text.indexOf(around) + (isWithin === undefined ? around.indexOf(token) : shownBefore);
}
