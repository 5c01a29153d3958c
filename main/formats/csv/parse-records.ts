/** Splits text into records and cells (RFC 4180, leniently). */

export interface TextRecord {
  readonly cells: string[];
  /** Counted from 1; blank lines count, line breaks within quotes do not. */
  readonly row: number;
}

type Told = (row: number, code: 'unclosedQuote' | 'strayQuote') => void;

/**
 * Blank lines are passed over. A quote that is never closed is taken as a letter, so that one bad cell does not
 * swallow the file. With blanks as delimiter, runs of them count as one and lines may begin with some.
 */
export function parseRecords(
  text: string,
  delimiter: string,
  tell: Told,
  most = Number.POSITIVE_INFINITY,
): TextRecord[] {
  const records: TextRecord[] = [];
  const isBlank = delimiter === ' ';
  let position = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let row = 0;
  while (position < text.length && records.length < most) {
    row += 1;
    const cells: string[] = [];
    for (;;) {
      if (isBlank) while (text[position] === ' ') position += 1;
      const cell = readCell(text, position, delimiter, row, tell);
      if (!(isBlank && cell.value === '' && cell.next === position && isLineEnd(text, cell.next)))
        cells.push(cell.value);
      position = cell.next;
      if (text[position] !== delimiter) break;
      position += 1;
      if (isBlank && isLineEnd(text, position)) break;
    }
    // CRLF, LF and CR end a line, in any mixture
    if (text[position] === '\r') position += 1;
    if (text[position] === '\n') position += 1;
    const isEmpty = cells.length === 0 || (cells.length === 1 && cells[0]!.trim() === '');
    if (!isEmpty) records.push({ cells, row });
  }
  return records;
}

function isLineEnd(text: string, position: number): boolean {
  const letter = text[position];
  return letter === undefined || letter === '\n' || letter === '\r';
}

interface Cell {
  readonly value: string;
  readonly next: number;
}

function readCell(text: string, start: number, delimiter: string, row: number, tell: Told): Cell {
  if (text[start] === '"') {
    const quoted = readQuoted(text, start, delimiter);
    if (quoted !== null) return quoted;
    tell(row, 'unclosedQuote');
  }
  let end = start;
  let hasQuote = false;
  while (end < text.length) {
    const letter = text[end]!;
    if (letter === delimiter || letter === '\n' || letter === '\r') break;
    if (letter === '"' && end > start) hasQuote = true;
    end += 1;
  }
  if (hasQuote && text[start] !== '"') tell(row, 'strayQuote');
  return { value: text.slice(start, end), next: end };
}

/** Null when the quote is never closed. Letters behind the closing quote stay part of the cell. */
function readQuoted(text: string, start: number, delimiter: string): Cell | null {
  let value = '';
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return null;
    value += text.slice(from, quote);
    if (text[quote + 1] === '"') {
      value += '"';
      from = quote + 2;
      continue;
    }
    let end = quote + 1;
    while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') end += 1;
    return { value: value + text.slice(quote + 1, end), next: end };
  }
}
