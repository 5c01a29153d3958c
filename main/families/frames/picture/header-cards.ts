/** All cards of a file's header as text, for reading and searching. */
import type { ByteSource } from '../../../formats/byte-source.ts';
import type { FitsCard } from '../../../formats/fits/cards.ts';
import { isGzip, unwrapGzip } from '../../../formats/fits/gzip-file.ts';
import { selectImage } from '../../../formats/fits/select-image.ts';
import { identifyLength, isXisf, rasterFormat } from '../../../formats/identify.ts';
import { readXisfImage } from '../../../formats/xisf/read-xisf.ts';

export interface CardText {
  readonly keyword: string;
  readonly value: string;
  readonly comment: string;
}

/** Longer texts are cut: a header is read by people. */
const longestText = 400;
const mostCards = 5000;

/** Empty for pictures without a header. @throws refusals, as `decodeFrame`. */
export async function headerCards(source: ByteSource): Promise<CardText[]> {
  const head = source.read(0, identifyLength);
  if (rasterFormat(head) !== null) return [];
  return (await cardsOf(source, head)).slice(0, mostCards).map(({ keyword, text, comment }) => ({
    keyword,
    value: printable(text),
    comment: printable(comment),
  }));
}

async function cardsOf(source: ByteSource, head: Uint8Array): Promise<readonly FitsCard[]> {
  if (isXisf(head)) return readXisfImage(source, {}).header.cards;
  const fits = isGzip(head) ? await unwrapGzip(source, []) : source;
  const image = selectImage(fits, []);
  const own = image.hdu.header.cards;
  return image.hdu.index === 0 ? own : [...image.primary.cards, ...own];
}

/** Header text is a stranger's: control characters never reach a screen. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '·').slice(0, longestText);
}
