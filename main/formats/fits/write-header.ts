/** Header cards to bytes: 80 characters each, in blocks of 2880 bytes closed by END. */
import { NightsiftError } from '../../../contract/errors.ts';

/** A card to write. Integers are written as such; everything else numeric as a float. */
export interface WriteCard {
  readonly keyword: string;
  readonly value: string | number | boolean;
  readonly comment?: string;
}

const CARD_LENGTH = 80;
export const FITS_BLOCK = 2880;
/** Values end in this column in the fixed format. */
const FIXED_END = 30;

function numberText(value: number): string {
  if (!Number.isFinite(value))
    throw new NightsiftError('badInput', `A FITS card cannot hold the number ${value}.`);
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? String(value) : String(value).toUpperCase();
}

function valueText(value: WriteCard['value']): string {
  if (typeof value === 'string') return `'${value.replaceAll("'", "''").padEnd(8)}'`.padEnd(20);
  const text = typeof value === 'boolean' ? (value ? 'T' : 'F') : numberText(value);
  return text.padStart(FIXED_END - 10);
}

/** One card as 80 characters; the comment is cut to fit. Throws `badInput` when the value does not fit. */
export function cardText({ keyword, value, comment }: WriteCard): string {
  const head = `${keyword.toUpperCase().padEnd(8)}= ${valueText(value)}`;
  if (keyword.length > 8 || head.length > CARD_LENGTH)
    throw new NightsiftError('badInput', `The FITS card ${keyword} does not fit into 80 characters.`, {
      hint: 'Use a keyword of at most 8 characters and a shorter text.',
    });
  const full = comment === undefined ? head : `${head} / ${comment}`;
  return full.slice(0, CARD_LENGTH).padEnd(CARD_LENGTH);
}

/** A whole header: the cards, END and blanks up to the block. */
export function headerBytes(cards: readonly WriteCard[]): Uint8Array {
  const text = `${cards.map(cardText).join('')}${'END'.padEnd(CARD_LENGTH)}`;
  const length = Math.ceil(text.length / FITS_BLOCK) * FITS_BLOCK;
  const bytes = new Uint8Array(length).fill(0x20);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    bytes[i] = code >= 0x20 && code < 0x7f ? code : 0x3f;
  }
  return bytes;
}

/** Data padded with zeros to whole blocks. */
export function paddedBytes(data: Uint8Array): Uint8Array {
  const padded = new Uint8Array(Math.ceil(data.byteLength / FITS_BLOCK) * FITS_BLOCK);
  padded.set(data);
  return padded;
}
