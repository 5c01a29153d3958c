/** Bytes of one tile to float32 physical values, by the codec of the plan. */
import type { ByteRange } from '../../read-window.ts';
import { fitsLimits } from '../limits.ts';
import { convertSamples, scaleFloats, scaleWords } from '../samples.ts';
import type { Scaling } from '../scaling.ts';
import type { Bitpix } from '../structure.ts';
import { elementBitpix } from '../table.ts';
import { dequantise } from './dither.ts';
import { gunzipTile, unshuffle } from './gzip.ts';
import { decodeHcompress } from './hcompress.ts';
import type { TilePlan } from './plan.ts';
import { decodePlio } from './plio.ts';
import { decodeRice } from './rice.ts';

/** What varies from tile to tile. */
export interface TileValues {
  readonly scale: number;
  readonly zero: number;
  readonly blank: number | null;
  readonly ditherRow: number;
}

export interface TileTarget {
  /** Physical values, or integers of up to 16 bits 32768 higher than stored. */
  readonly out: Float32Array | Uint16Array;
  readonly at: number;
  /** Pixels of the tile, and its width (the rest is height, planes included). */
  readonly count: number;
  readonly width: number;
}

export class TileDecoder {
  private readonly plan: TilePlan;
  private readonly bitpix: Bitpix;
  private readonly scaling: Scaling;
  private integers = new Int32Array(0);

  constructor(plan: TilePlan, bitpix: Bitpix, scaling: Scaling) {
    this.plan = plan;
    this.bitpix = bitpix;
    this.scaling = scaling;
  }

  /** Decodes what the COMPRESSED_DATA column holds. @returns false when the bytes do not decode. */
  compressed(range: ByteRange, values: TileValues, target: TileTarget): boolean {
    const bytes = range.end - range.start;
    if (target.count > Math.max(fitsLimits.freeTilePixels, bytes * fitsLimits.tilePixelsPerByte))
      return false;
    switch (this.plan.codec) {
      case 'RICE_1': {
        const integers = this.scratch(target.count);
        const done = decodeRice(range, integers, target.count, this.plan.rice);
        return done && this.finish(integers, values, target);
      }
      case 'GZIP_1':
      case 'GZIP_2':
        return this.gzip(range, values, target, this.plan.codec === 'GZIP_2');
      case 'NOCOMPRESS':
        return this.words(new Uint8Array(range.bytes.slice(range.start, range.end)), values, target);
      case 'PLIO_1': {
        const integers = this.scratch(target.count);
        const done = decodePlio(range.bytes, range.start, range.end, integers, target.count);
        return done && this.finish(integers, values, target);
      }
      case 'HCOMPRESS_1': {
        const integers = this.scratch(target.count);
        const { width, count } = target;
        const tile = { width, height: count / width, smooth: this.plan.smooth };
        const done = decodeHcompress(range, integers, tile);
        return done && this.finish(integers, values, target);
      }
    }
  }

  /** Decodes GZIP_COMPRESSED_DATA: pixels as they are, gzipped, for tiles that could not be quantised. */
  gzippedPixels(range: ByteRange, target: TileTarget): boolean {
    const size = Math.abs(this.bitpix) / 8;
    const bytes = gunzipTile(range.bytes.subarray(range.start, range.end), target.count * size);
    if (bytes === null || bytes.byteLength !== target.count * size) return false;
    return this.samples(bytes, this.bitpix, this.scaling, target);
  }

  /** Decodes UNCOMPRESSED_DATA. */
  plainPixels(range: ByteRange, type: string, target: TileTarget): boolean {
    const bitpix = elementBitpix(type);
    const bytes = range.bytes.slice(range.start, range.end);
    if (bitpix === null || bytes.byteLength !== (target.count * Math.abs(bitpix)) / 8) return false;
    return this.samples(bytes, bitpix, this.scaling, target);
  }

  /** Big-endian samples to where they belong. */
  private samples(
    bytes: Uint8Array,
    bitpix: Bitpix,
    scaling: Scaling,
    { out, at, count }: TileTarget,
  ): boolean {
    if (out instanceof Float32Array) {
      convertSamples(bytes, bitpix, scaling, out, at);
      return true;
    }
    const integers = this.scratch(count);
    return readIntegers(bytes, bitpix / 8, integers, count) && storeWords(integers, out, at, count);
  }

  private scratch(count: number): Int32Array {
    if (this.integers.length < count) this.integers = new Int32Array(count);
    return this.integers;
  }

  private gzip(range: ByteRange, values: TileValues, target: TileTarget, shuffled: boolean): boolean {
    // Integers may be longer than their BITPIX says, up to 32 bits.
    const longest = Math.abs(this.bitpix) === 64 ? 8 : 4;
    const bytes = gunzipTile(range.bytes.subarray(range.start, range.end), target.count * longest);
    if (bytes === null) return false;
    const size = bytes.byteLength / target.count;
    return this.words(shuffled && Number.isInteger(size) ? unshuffle(bytes, size) : bytes, values, target);
  }

  /** Big-endian words of whatever size the length tells. Floats are as long as ZBITPIX says. */
  private words(bytes: Uint8Array, values: TileValues, target: TileTarget): boolean {
    const size = bytes.byteLength / target.count;
    if (size !== 1 && size !== 2 && size !== 4 && size !== 8) return false;
    if (this.bitpix < 0 && !this.plan.quantised) {
      if (size !== -this.bitpix / 8) return false;
      return this.samples(bytes, this.bitpix, this.scaling, target);
    }
    if (!this.plan.quantised) {
      return this.samples(bytes, (size * 8) as Bitpix, this.withBlank(values), target);
    }
    const integers = this.scratch(target.count);
    return readIntegers(bytes, size, integers, target.count) && this.finish(integers, values, target);
  }

  /** Integers to physical values: dequantised for floats, then BSCALE and BZERO. */
  private finish(integers: Int32Array, values: TileValues, target: TileTarget): boolean {
    const { out, at, count } = target;
    if (!(out instanceof Float32Array)) return storeWords(integers, out, at, count);
    if (!this.plan.quantised) {
      scaleWords(integers.subarray(0, count), out, at, this.withBlank(values));
      return true;
    }
    dequantise(integers, count, { ...values, method: this.plan.dither }, out, at);
    if (this.scaling.scale !== 1 || this.scaling.zero !== 0) {
      scaleFloats(out.subarray(at, at + count), out, at, this.scaling);
    }
    return true;
  }

  private withBlank(values: TileValues): Scaling {
    if (values.blank === null || this.scaling.blank !== null) return this.scaling;
    return { ...this.scaling, blank: BigInt(Math.trunc(values.blank)) };
  }
}

/** Big-endian integers of 1 (unsigned), 2 or 4 bytes; false for other sizes. */
function readIntegers(bytes: Uint8Array, size: number, out: Int32Array, count: number): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < count; i++) {
    if (size === 4) out[i] = view.getInt32(i * 4);
    else if (size === 2) out[i] = view.getInt16(i * 2);
    else if (size === 1) out[i] = bytes[i]!;
    else return false;
  }
  return true;
}

function storeWords(integers: Int32Array, out: Uint16Array, at: number, count: number): true {
  for (let i = 0; i < count; i++) out[at + i] = integers[i]! + 32_768;
  return true;
}
