/** What the mandatory keywords of an HDU say about its data, checked before anything is read or allocated. */
import type { ByteSource } from '../byte-source.ts';
import { refusal } from '../refusal.ts';
import type { FitsHeader } from './header.ts';
import { blockLength, fitsLimits } from './limits.ts';

export const bitpixValues = [8, 16, 32, 64, -32, -64] as const;
export type Bitpix = (typeof bitpixValues)[number];

export interface DataShape {
  readonly bitpix: Bitpix;
  readonly axes: readonly number[];
  /** Bytes of the data unit without its filling, PCOUNT and GCOUNT included. */
  readonly byteLength: number;
}

export function isBitpix(value: unknown): value is Bitpix {
  return (bitpixValues as readonly unknown[]).includes(value);
}

/** An integer keyword within bounds. @throws `badHeader` naming keyword and value. */
export function integerKeyword(
  source: ByteSource,
  header: FitsHeader,
  keyword: string,
  range: { readonly minimum: number; readonly maximum: number; readonly fallback?: number },
): number {
  const value = header.value(keyword);
  if (value === null && range.fallback !== undefined) return range.fallback;
  const { minimum, maximum } = range;
  if (
    typeof value === 'number' &&
    Number.isSafeInteger(value) &&
    value >= minimum &&
    (value <= maximum || maximum === Number.MAX_SAFE_INTEGER)
  ) {
    return value;
  }
  const found = value === null ? 'is missing' : `is ${String(value).slice(0, 40)}`;
  throw refusal(
    'badHeader',
    source,
    `${keyword} ${found}, expected a whole number from ${minimum} to ${maximum}`,
    'The header is damaged or was written by a faulty program; export the frame again.',
    { keyword },
  );
}

/** Sizes along each axis, `prefix` being NAXIS or ZNAXIS. */
export function readAxes(source: ByteSource, header: FitsHeader, prefix: 'NAXIS' | 'ZNAXIS'): number[] {
  const count = integerKeyword(source, header, prefix, { minimum: 0, maximum: 999 });
  if (count > fitsLimits.axes) {
    throw refusal(
      'unsupportedLayout',
      source,
      `${prefix} is ${count}, more than ${fitsLimits.axes} axes`,
      'Save the frame as a two-dimensional image.',
    );
  }
  const axes: number[] = [];
  for (let axis = 1; axis <= count; axis++) {
    axes.push(
      integerKeyword(source, header, `${prefix}${axis}`, { minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
    );
  }
  return axes;
}

/** The product of the axes as a safe integer. @throws `tooLarge`. */
export function pixelCount(source: ByteSource, axes: readonly number[]): number {
  if (axes.length === 0) return 0;
  const count = axes.reduce((product, length) => product * BigInt(length), 1n);
  if (count > BigInt(Number.MAX_SAFE_INTEGER) / 16n) {
    throw refusal(
      'tooLarge',
      source,
      `the header claims an image of ${axes.join(' x ')} pixels`,
      'The header is probably damaged; take another copy of the file.',
    );
  }
  return Number(count);
}

/** Size and kind of the data unit that follows `header`. @throws `badHeader`, `tooLarge`, `unsupportedLayout`. */
export function readShape(source: ByteSource, header: FitsHeader): DataShape {
  const bitpix = header.value('BITPIX');
  if (!isBitpix(bitpix)) {
    throw refusal(
      'badHeader',
      source,
      bitpix === null ? 'BITPIX is missing' : `BITPIX is ${String(bitpix).slice(0, 40)}`,
      'FITS knows 8, 16, 32, 64, -32 and -64 bits for each pixel; the header is damaged or no FITS header.',
      { keyword: 'BITPIX' },
    );
  }
  const axes = readAxes(source, header, 'NAXIS');
  const most = { minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
  const parameters = integerKeyword(source, header, 'PCOUNT', { ...most, fallback: 0 });
  const groups = integerKeyword(source, header, 'GCOUNT', { ...most, fallback: 1 });
  const randomGroups = axes.length > 1 && axes[0] === 0 && header.value('GROUPS') === true;
  const elements = pixelCount(source, randomGroups ? axes.slice(1) : axes);
  const extension = header.has('XTENSION') || randomGroups;
  const total = extension ? BigInt(groups) * (BigInt(parameters) + BigInt(elements)) : BigInt(elements);
  const byteLength = total * BigInt(Math.abs(bitpix) / 8);
  if (byteLength > BigInt(Number.MAX_SAFE_INTEGER - blockLength)) {
    throw refusal(
      'tooLarge',
      source,
      `the header claims ${byteLength} bytes of data`,
      'PCOUNT, GCOUNT or an axis is probably damaged; take another copy of the file.',
    );
  }
  return { bitpix, axes: randomGroups ? [] : axes, byteLength: Number(byteLength) };
}

export function paddedLength(byteLength: number): number {
  return Math.ceil(byteLength / blockLength) * blockLength;
}
