/** A FITS header as a table of cards: looked up by keyword, first one wins, as other readers do. */
import { refusal } from '../refusal.ts';
import { type CardValue, cardLength, type FitsCard, parseCard, parseFitsNumber } from './cards.ts';
import { fitsLimits } from './limits.ts';

export class FitsHeader {
  readonly cards: readonly FitsCard[];
  private readonly byKeyword: ReadonlyMap<string, FitsCard>;

  constructor(cards: readonly FitsCard[]) {
    this.cards = cards;
    const table = new Map<string, FitsCard>();
    for (const card of cards) {
      const known = table.get(card.keyword);
      if (known === undefined || (known.value === null && card.value !== null)) table.set(card.keyword, card);
    }
    this.byKeyword = table;
  }

  has(keyword: string): boolean {
    return this.byKeyword.has(keyword);
  }

  value(keyword: string): CardValue {
    return this.byKeyword.get(keyword)?.value ?? null;
  }

  /** The text of a string card, or the written form of any other value; null where absent or empty. */
  text(keyword: string): string | null {
    const card = this.byKeyword.get(keyword);
    if (card === undefined || card.value === null) return null;
    const text = typeof card.value === 'string' ? card.value.trim() : card.text;
    return text === '' ? null : text;
  }

  /** A number, also one that a program wrote in quotes; null where there is none. */
  number(keyword: string): number | null {
    const value = this.value(keyword);
    if (typeof value === 'number') return value;
    return typeof value === 'string' ? parseFitsNumber(value) : null;
  }

  /** A 64-bit integer without loss; null where the card holds none. */
  bigInteger(keyword: string): bigint | null {
    const card = this.byKeyword.get(keyword);
    if (card === undefined || typeof card.value !== 'number') return null;
    if (/^[+-]?\d{1,20}$/.test(card.text)) return BigInt(card.text.replace('+', ''));
    return Number.isSafeInteger(card.value) ? BigInt(card.value) : null;
  }
}

/** Joins a CONTINUE card to the string before it when that ends in an ampersand. */
function append(cards: FitsCard[], card: FitsCard): void {
  const previous = cards.at(-1);
  const text = typeof card.value === 'string' ? card.value : null;
  if (card.keyword !== 'CONTINUE' || text === null || typeof previous?.value !== 'string') {
    cards.push(card);
    return;
  }
  if (!previous.value.endsWith('&') || previous.value.length > fitsLimits.stringLength) return;
  const value = previous.value.slice(0, -1) + text;
  cards[cards.length - 1] = { ...previous, value, text: value, comment: previous.comment || card.comment };
}

/** True for a card that only says END (a NUL or blank filled one included). */
function isEnd(line: string): boolean {
  return /^END[\s\0]*$/i.test(line);
}

/**
 * Collects the cards of consecutive blocks. `add` returns true once END was met.
 * @throws `badHeader` beyond the cap of cards.
 */
export class HeaderBuilder {
  private readonly cards: FitsCard[] = [];
  private readonly source: { readonly name: string };

  constructor(source: { readonly name: string }) {
    this.source = source;
  }

  add(block: string): boolean {
    for (let at = 0; at < block.length; at += cardLength) {
      const line = block.slice(at, at + cardLength);
      if (isEnd(line)) return true;
      if (this.cards.length >= fitsLimits.cards) {
        throw refusal(
          'badHeader',
          this.source,
          `the header has more than ${fitsLimits.cards} cards`,
          'The END card is probably damaged; take another copy of the file.',
        );
      }
      append(this.cards, parseCard(line));
    }
    return false;
  }

  header(): FitsHeader {
    return new FitsHeader(this.cards);
  }
}
