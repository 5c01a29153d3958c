/** From stored numbers to physical values: BSCALE x stored + BZERO, BLANK undefined (FITS Standard 4.0, 4.4.2). */
import type { FitsHeader } from './header.ts';
import type { Bitpix } from './structure.ts';

export interface Scaling {
  readonly scale: number;
  readonly zero: number;
  /** The stored integer that means undefined; null for floats and where absent. */
  readonly blank: bigint | null;
  /** Bytes 0, 0x80, …: 64-bit integers offset by 2^63 are kept exact as unsigned words. */
  readonly unsigned64: boolean;
}

export function readScaling(header: FitsHeader, bitpix: Bitpix, warnings: string[]): Scaling {
  const scale = finiteOr(header, 'BSCALE', 1, warnings);
  const zero = finiteOr(header, 'BZERO', 0, warnings);
  if (scale === 0) warnings.push('BSCALE is 0, so every pixel has the same value');
  let blank: bigint | null = null;
  if (header.value('BLANK') !== null) {
    if (bitpix > 0) blank = header.bigInteger('BLANK');
    if (blank === null) warnings.push('BLANK was ignored: it is no integer or the pixels are floats');
  }
  return { scale, zero, blank, unsigned64: bitpix === 64 && scale === 1 && zero === 2 ** 63 };
}

function finiteOr(header: FitsHeader, keyword: string, fallback: number, warnings: string[]): number {
  if (header.value(keyword) === null) return fallback;
  const value = header.number(keyword);
  if (value !== null) return value;
  warnings.push(`${keyword} is no number; ${fallback} was taken`);
  return fallback;
}

/** Largest physical value the stored integers can have; null for floats. */
export function typeMaximum(bitpix: Bitpix, scaling: Scaling): number | null {
  if (bitpix < 0 || scaling.scale === 0) return null;
  const [lowest, highest] = bitpix === 8 ? [0, 255] : [-(2 ** (bitpix - 1)), 2 ** (bitpix - 1) - 1];
  return (scaling.scale > 0 ? highest : lowest) * scaling.scale + scaling.zero;
}
