/** Physical values to stored, big-endian FITS samples. */
import { NightsiftError } from '../../../contract/errors.ts';

export const bitpixValues = [8, 16, 32, 64, -32, -64] as const;
export type Bitpix = (typeof bitpixValues)[number];

export interface Scaling {
  readonly bitpix: Bitpix;
  readonly bzero: number;
  readonly bscale: number;
  /** Stored value of undefined pixels, integers only; null when there is none. */
  readonly blank: number | null;
}

export const bytesPerSample = (bitpix: Bitpix): number => Math.abs(bitpix) / 8;

const integerRange: Readonly<Record<number, readonly [number, number]>> = {
  8: [0, 255],
  16: [-32768, 32767],
  32: [-2147483648, 2147483647],
  64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
};

/** Stored integer of a physical value: (value - BZERO) / BSCALE rounded and clipped, BLANK for NaN. */
function storedInteger(value: number, scaling: Scaling): number {
  if (Number.isNaN(value)) {
    if (scaling.blank !== null) return scaling.blank;
    throw new NightsiftError('badInput', 'An integer FITS image needs BLANK to hold undefined pixels.');
  }
  const [low, high] = integerRange[scaling.bitpix] as readonly [number, number];
  const stored = Math.round((value - scaling.bzero) / scaling.bscale);
  return Math.max(low, Math.min(high, stored));
}

/** Big-endian bytes of the samples `values[from .. from + count)`. */
export function storedBytes(
  values: ArrayLike<number>,
  from: number,
  count: number,
  scaling: Scaling,
): Uint8Array {
  const size = bytesPerSample(scaling.bitpix);
  const bytes = new Uint8Array(count * size);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < count; i++) {
    const value = values[from + i];
    const offset = i * size;
    if (scaling.bitpix === -32) view.setFloat32(offset, (value - scaling.bzero) / scaling.bscale);
    else if (scaling.bitpix === -64) view.setFloat64(offset, (value - scaling.bzero) / scaling.bscale);
    else {
      const stored = storedInteger(value, scaling);
      if (scaling.bitpix === 8) bytes[offset] = stored;
      else if (scaling.bitpix === 16) view.setInt16(offset, stored);
      else if (scaling.bitpix === 32) view.setInt32(offset, stored);
      else view.setBigInt64(offset, BigInt(stored));
    }
  }
  return bytes;
}

/** Stored integers of the samples, for the Rice coder. BITPIX 8, 16 or 32. */
export function storedIntegers(
  values: ArrayLike<number>,
  from: number,
  count: number,
  scaling: Scaling,
): Int32Array {
  const out = new Int32Array(count);
  for (let i = 0; i < count; i++) out[i] = storedInteger(values[from + i], scaling);
  return out;
}
