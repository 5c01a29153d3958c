/**
 * RICE_1 (FITS Standard 4.0, 10.4.1; the adaptive scheme of Rice, Yeh and Miller 1993): differences of neighbours,
 * folded to be positive, in blocks of `blockSize` pixels that each choose how many low bits to write plainly.
 */
import type { ByteRange } from '../../read-window.ts';

export interface RiceParameters {
  /** Pixels in a block, ZVAL of BLOCKSIZE; 32 unless told. */
  readonly blockSize: number;
  /** Bytes of the integers inside the stream, ZVAL of BYTEPIX; 4 unless told, whatever ZBITPIX says. */
  readonly bytePix: 1 | 2 | 4;
}

/** Bits that hold a block's choice, and the choice that means "written plainly". */
const choiceBits = { 1: 3, 2: 4, 4: 5 } as const;
const plainChoice = { 1: 6, 2: 14, 4: 25 } as const;

/** A 32-bit word read at any bit has at least this many bits of the stream in it. */
const windowBits = 25;

/** Bits are counted in 32-bit integers. */
const longestStream = 2 ** 28;

/** Zeros before the next one bit, from bit `at`; -1 when there is none before `limit`. */
function countZeros(view: DataView, at: number, limit: number): number {
  for (let bit = at; bit < limit; ) {
    const zeros = Math.clz32(view.getInt32(bit >>> 3) << (bit & 7));
    if (zeros < windowBits) return bit + zeros - at;
    bit += windowBits;
  }
  return -1;
}

/** Up to 32 bits from bit `at`. */
function readBits(view: DataView, at: number, count: number): number {
  if (count === 0) return 0;
  if (count <= windowBits) return (view.getInt32(at >>> 3) << (at & 7)) >>> (32 - count);
  const high = readBits(view, at, count - 16);
  return ((high << 16) | readBits(view, at + count - 16, 16)) >>> 0;
}

/**
 * Decodes `count` integers from a range of bytes into `out`. 1-byte integers are unsigned, the others signed.
 * @returns false when the stream ends early or makes no sense.
 */
export function decodeRice(
  range: ByteRange,
  out: Int32Array,
  count: number,
  parameters: RiceParameters,
): boolean {
  const { blockSize, bytePix } = parameters;
  const { view, start, end } = range;
  if (end - start < bytePix || blockSize < 1 || end > longestStream) return false;
  const fsBits = choiceBits[bytePix];
  const fsPlain = plainChoice[bytePix];
  // Shifting up and down again wraps sums to the width of the stream's integers.
  const wrap = 32 - 8 * bytePix;
  let bit = start * 8;
  // One word beyond the end may be looked at; the range has bytes enough behind it.
  const limit = end * 8 + 32;
  let last = (readBits(view, bit, 8 * bytePix) << wrap) >> wrap;
  bit += 8 * bytePix;

  for (let index = 0; index < count; ) {
    if (bit > limit) return false;
    const blockEnd = Math.min(index + blockSize, count);
    const fs = readBits(view, bit, fsBits) - 1;
    bit += fsBits;
    if (fs < 0) {
      out.fill(last, index, blockEnd);
      index = blockEnd;
      continue;
    }
    if (fs > fsPlain) return false;
    if (fs === fsPlain) {
      for (; index < blockEnd && bit <= limit; index++) {
        const folded = readBits(view, bit, 8 * bytePix);
        bit += 8 * bytePix;
        last = ((last + ((folded >>> 1) ^ -(folded & 1))) << wrap) >> wrap;
        out[index] = last;
      }
      if (index < blockEnd) return false;
      continue;
    }
    // Two pixels from one word, as long as both fit: the usual case by far, and without a branch that varies.
    const down = 31 - fs;
    for (; index + 1 < blockEnd && bit <= limit; index += 2) {
      const first = view.getInt32(bit >>> 3) << (bit & 7);
      const zeros1 = Math.clz32(first);
      const tail1 = (first << zeros1) << 1;
      const second = tail1 << fs;
      const zeros2 = Math.clz32(second);
      const used = zeros1 + zeros2 + 2 + fs + fs;
      if (used > windowBits) break;
      const folded1 = (zeros1 << fs) | ((tail1 >>> 1) >>> down);
      const folded2 = (zeros2 << fs) | ((((second << zeros2) << 1) >>> 1) >>> down);
      bit += used;
      last = ((last + ((folded1 >>> 1) ^ -(folded1 & 1))) << wrap) >> wrap;
      out[index] = last;
      last = ((last + ((folded2 >>> 1) ^ -(folded2 & 1))) << wrap) >> wrap;
      out[index + 1] = last;
    }
    for (; index < blockEnd; index++) {
      const zeros = countZeros(view, bit, limit);
      if (zeros < 0) return false;
      bit += zeros + 1;
      const folded = (zeros << fs) | readBits(view, bit, fs);
      bit += fs;
      if (bit > limit) return false;
      last = ((last + ((folded >>> 1) ^ -(folded & 1))) << wrap) >> wrap;
      out[index] = last;
    }
  }
  if (bit > end * 8 + 7) return false;
  if (bytePix === 1) for (let i = 0; i < count; i++) out[i] = out[i]! & 0xff;
  return true;
}
