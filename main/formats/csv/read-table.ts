/**
 * Delimited text as people keep it: CSV, TSV, semicolons, bars or blanks, gzipped or not, with or without a byte-order
 * mark, any mixture of line ends, quoted line breaks, rows cut short. Meant to read what can be read and to name the
 * rest by row and column; it refuses only what is no text at all.
 */
import { gunzipSync } from 'fflate';
import { NightsiftError } from '../../../contract/errors.ts';
import { decimalCommas } from './decimal-comma.ts';
import { parseRecords } from './parse-records.ts';

/** One thing wrong with the text. */
export interface TableProblem {
  /** Counted from 1, the header included; quoted line breaks do not count. */
  readonly row: number | null;
  readonly column: string | null;
  readonly code:
    | 'raggedRow'
    | 'unclosedQuote'
    | 'strayQuote'
    | 'repeatedName'
    | 'emptyName'
    | 'notUtf8'
    | 'binary'
    | 'decimalComma'
    | 'more';
  readonly sentence: string;
}

export interface TextTable {
  readonly header: readonly string[];
  /** Each as long as the header; cells as they are written, unquoted. */
  readonly rows: readonly (readonly string[])[];
  /** Row number of each row, as in `TableProblem`. */
  readonly rowNumbers: Int32Array;
  readonly delimiter: string;
  readonly problems: readonly TableProblem[];
}

/** Of one kind; the rest is counted. */
const mostOfAKind = 20;

/**
 * @param file its name, for errors
 * @throws NightsiftError `empty`, `damagedData` (a gzip stream that ends early), `notAnImage` never; `badHeader` for bytes that are no text
 */
export function readTable(bytes: Uint8Array, file: string): TextTable {
  const problems: TableProblem[] = [];
  const text = decodeText(inflate(bytes, file), file, problems);
  const delimiter = findDelimiter(text);
  const records = parseRecords(text, delimiter, (row, code) => {
    const sentence =
      code === 'unclosedQuote'
        ? `Row ${row}: a quote is never closed; what follows was read as one cell up to the next line.`
        : `Row ${row}: a quote stands within an unquoted cell and was taken as it is.`;
    problems.push({ row, column: null, code, sentence });
  });
  const first = records[0];
  if (first === undefined) {
    throw new NightsiftError('empty', `${file} holds no row.`, {
      hint: 'Expected a header line and rows below it.',
    });
  }
  const header = namedHeader(first.cells, problems);
  const rows: string[][] = [];
  const numbers: number[] = [];
  for (const { cells, row } of records.slice(1)) {
    if (cells.length !== header.length) problems.push(ragged(row, cells.length, header.length));
    rows.push(fitted(cells, header.length));
    numbers.push(row);
  }
  readDecimalCommas(rows, header, delimiter, problems);
  return { header, rows, rowNumbers: Int32Array.from(numbers), delimiter, problems: fewOfEach(problems) };
}

function readDecimalCommas(
  rows: string[][],
  header: readonly string[],
  delimiter: string,
  problems: TableProblem[],
): void {
  const commas = decimalCommas(rows, header.length, delimiter);
  if (commas === null) return;
  commas.apply();
  const named = commas.columns.slice(0, 8).map((column) => header[column]!);
  const more =
    commas.columns.length > named.length ? ` and ${commas.columns.length - named.length} more` : '';
  problems.push({
    row: null,
    column: null,
    code: 'decimalComma',
    sentence: `Numbers are written with a decimal comma in ${named.join(', ')}${more}; 1,5 was read as 1.5.`,
  });
}

function inflate(bytes: Uint8Array, file: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (thrown) {
    throw new NightsiftError('damagedData', `${file} is gzipped, and the stream is damaged or cut short.`, {
      hint: 'Copy the file again.',
      cause: thrown,
    });
  }
}

/** UTF-8, UTF-16 with a mark, else Windows-1252, which has a letter for every byte. */
function decodeText(bytes: Uint8Array, file: string, problems: TableProblem[]): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  refuseBinary(bytes, file);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    problems.push({
      row: null,
      column: null,
      code: 'notUtf8',
      sentence: 'The text is not UTF-8; it was read as Windows-1252, so that some letters may be wrong.',
    });
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** A share of control bytes that text does not have. */
const binaryShare = 0.02;
const lookedAtBytes = 65_536;

function refuseBinary(bytes: Uint8Array, file: string): void {
  const length = Math.min(bytes.length, lookedAtBytes);
  let control = 0;
  for (let index = 0; index < length; index += 1) {
    const byte = bytes[index]!;
    if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27)) control += 1;
  }
  if (control <= binaryShare * length) return;
  throw new NightsiftError(
    'badHeader',
    `${file} is no text: ${control} of its first ${length} bytes are control codes.`,
    {
      hint: 'Expected CSV or TSV, gzipped or not.',
    },
  );
}

const delimiters = [',', '\t', ';', '|'] as const;
const sampledRecords = 40;
const sampledCharacters = 200_000;

/** What cuts the header and the rows below it into the most cells of one number; a comma when nothing does. */
function findDelimiter(text: string): string {
  const sample = text.slice(0, sampledCharacters);
  let best: { readonly delimiter: string; readonly score: number } = { delimiter: ',', score: 0 };
  for (const delimiter of delimiters) {
    const score = evenness(sample, delimiter);
    if (score > best.score) best = { delimiter, score };
  }
  // blanks also stand within cells: they are looked at only where nothing else cuts
  return best.score === 0 && evenness(sample, ' ') > 0 ? ' ' : best.delimiter;
}

function evenness(sample: string, delimiter: string): number {
  const widths = parseRecords(sample, delimiter, () => undefined, sampledRecords).map(
    ({ cells }) => cells.length,
  );
  const [header = 0] = widths;
  if (header < 2) return 0;
  const even = widths.filter((width) => width === header).length / widths.length;
  return even < 0.5 ? 0 : even * Math.log(header);
}

/** Every column gets a name of its own. */
function namedHeader(cells: readonly string[], problems: TableProblem[]): string[] {
  const used = new Set<string>();
  return cells.map((cell, index) => {
    const plain = cell.trim();
    const base = plain === '' ? `column ${index + 1}` : plain;
    if (plain === '') {
      problems.push({
        row: 1,
        column: base,
        code: 'emptyName',
        sentence: `Column ${index + 1} has no name; it is called "${base}".`,
      });
    }
    let name = base;
    for (let count = 2; used.has(name); count += 1) name = `${base} (${count})`;
    if (name !== base) {
      problems.push({
        row: 1,
        column: name,
        code: 'repeatedName',
        sentence: `Two columns are named "${base}"; column ${index + 1} is called "${name}".`,
      });
    }
    used.add(name);
    return name;
  });
}

function ragged(row: number, found: number, expected: number): TableProblem {
  const what = found < expected ? 'the missing cells were taken as empty' : 'the further cells were left out';
  return {
    row,
    column: null,
    code: 'raggedRow',
    sentence: `Row ${row} has ${found} cells, the header has ${expected}; ${what}.`,
  };
}

function fitted(cells: string[], length: number): string[] {
  if (cells.length > length) return cells.slice(0, length);
  while (cells.length < length) cells.push('');
  return cells;
}

function fewOfEach(problems: readonly TableProblem[]): TableProblem[] {
  const counts = new Map<string, number>();
  const kept = problems.filter(({ code }) => {
    const count = (counts.get(code) ?? 0) + 1;
    counts.set(code, count);
    return count <= mostOfAKind;
  });
  for (const [code, count] of counts) {
    if (count > mostOfAKind) {
      kept.push({
        row: null,
        column: null,
        code: 'more',
        sentence: `${count - mostOfAKind} more of the kind ${code}.`,
      });
    }
  }
  return kept;
}
