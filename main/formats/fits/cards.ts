/**
 * One 80-byte card of a FITS header (FITS Standard 4.0, section 4.1 and 4.2) and the ways in which capture
 * programs bend the rules: lower-case keywords, NUL bytes as filling, an equals sign without its blank.
 */

export type CardValue = string | number | boolean | null;

export interface FitsCard {
  /** Upper case; HIERARCH keywords without the word HIERARCH. */
  readonly keyword: string;
  /** Null where the card has no value. */
  readonly value: CardValue;
  /** The value field as written, without the comment; integers of 64 bits are taken from here. */
  readonly text: string;
  readonly comment: string;
}

const numberPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[EeDd][+-]?\d+)?$/;
/** Keywords of up to 8 characters with their equals sign too early or without blank around it. */
const looseCard = /^\s*([A-Za-z0-9_-]{1,8})\s*=(.*)$/s;
const hierarchCard = /^HIERARCH\s+([^=]+?)\s*=(.*)$/is;

export const cardLength = 80;

/** A FITS number, `D` exponents included; null when the text is none. */
export function parseFitsNumber(text: string): number | null {
  const trimmed = text.trim();
  if (!numberPattern.test(trimmed)) return null;
  const value = Number(trimmed.replace(/[Dd]/, 'E'));
  return Number.isFinite(value) ? value : null;
}

/** Splits `'it''s' / comment` at the first slash outside the string. */
function parseQuoted(field: string): { value: string; comment: string } {
  let value = '';
  let index = 1;
  while (index < field.length) {
    const character = field[index];
    if (character === "'") {
      if (field[index + 1] !== "'") break;
      index++;
    }
    value += character;
    index++;
  }
  const slash = field.indexOf('/', index);
  return { value: value.trimEnd(), comment: slash < 0 ? '' : field.slice(slash + 1).trim() };
}

/** What stands behind the equals sign: value and comment. */
export function parseValueField(keyword: string, field: string): FitsCard {
  const trimmed = field.trim();
  if (trimmed.startsWith("'")) {
    const { value, comment } = parseQuoted(trimmed);
    return { keyword, value, text: value, comment };
  }
  const slash = trimmed.indexOf('/');
  const text = (slash < 0 ? trimmed : trimmed.slice(0, slash)).trim();
  const comment = slash < 0 ? '' : trimmed.slice(slash + 1).trim();
  if (text === '') return { keyword, value: null, text, comment };
  if (text === 'T' || text === 't') return { keyword, value: true, text, comment };
  if (text === 'F' || text === 'f') return { keyword, value: false, text, comment };
  return { keyword, value: parseFitsNumber(text) ?? text, text, comment };
}

const commentary = new Set(['', 'COMMENT', 'HISTORY']);

/** Reads one card of at most 80 characters; NUL bytes count as blanks. */
export function parseCard(raw: string): FitsCard {
  const line = raw.includes('\0') ? raw.replaceAll('\0', ' ') : raw;
  const keyword = line.slice(0, 8).trim().toUpperCase();
  if (commentary.has(keyword)) return { keyword, value: null, text: '', comment: line.slice(8).trimEnd() };
  if (keyword === 'HIERARCH') {
    const match = hierarchCard.exec(line);
    if (match) return parseValueField((match[1] ?? '').toUpperCase().replace(/\s+/g, ' '), match[2] ?? '');
  }
  if (keyword === 'CONTINUE') return parseValueField(keyword, line.slice(8));
  if (line[8] === '=') return parseValueField(keyword, line.slice(9));
  const loose = looseCard.exec(line);
  if (loose) return parseValueField((loose[1] ?? '').toUpperCase(), loose[2] ?? '');
  return { keyword, value: null, text: '', comment: line.slice(8).trim() };
}
