/** Builds FITS bytes by hand, faults included, for tests. */
export type Card = readonly [keyword: string, value: string | number | boolean] | string;

function formatCard(card: Card): string {
  if (typeof card === 'string') return card.padEnd(80).slice(0, 80);
  const [keyword, value] = card;
  const text =
    typeof value === 'string'
      ? `'${value.replaceAll("'", "''").padEnd(8)}'`
      : typeof value === 'boolean'
        ? (value ? 'T' : 'F').padStart(20)
        : String(value).padStart(20);
  return `${keyword.padEnd(8)}= ${text}`.padEnd(80).slice(0, 80);
}

export function headerBytes(cards: readonly Card[], end = true): Uint8Array {
  let text = [...cards, ...(end ? ['END'] : [])].map(formatCard).join('');
  text = text.padEnd(Math.ceil(text.length / 2880) * 2880);
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

export function padded(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.ceil(bytes.length / 2880) * 2880);
  out.set(bytes);
  return out;
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Big-endian 16-bit integers. */
export function words16(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 2));
  for (const [index, value] of values.entries()) view.setInt16(index * 2, value);
  return new Uint8Array(view.buffer);
}

export function imageCards(width: number, height: number, ...more: readonly Card[]): Card[] {
  return [['SIMPLE', true], ['BITPIX', 16], ['NAXIS', 2], ['NAXIS1', width], ['NAXIS2', height], ...more];
}

/** A primary 16-bit image of 0, 1, 2, … */
export function rampImage(width: number, height: number, ...more: readonly Card[]): Uint8Array {
  const values = Array.from({ length: width * height }, (_, index) => index);
  return joined(headerBytes(imageCards(width, height, ...more)), padded(words16(values)));
}
