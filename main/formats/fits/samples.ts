/**
 * Big-endian samples to float32 physical values. Integers of up to 16 bits and offsets of whole numbers come out
 * exact; 32- and 64-bit integers and doubles are rounded once to the nearest float32 (24 significant bits).
 */
import type { Scaling } from './scaling.ts';
import type { Bitpix } from './structure.ts';

const hostIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Turns big-endian words of `size` bytes into the machine's own order, in place. */
export function toHostOrder(bytes: Uint8Array, size: number): void {
  if (!hostIsLittleEndian || size === 1) return;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (size === 2) buffer.swap16();
  else if (size === 4) buffer.swap32();
  else buffer.swap64();
}

type Words = Uint8Array | Int16Array | Int32Array;

/** Largest finite float32. */
const largest = 3.402_823_466_385_288_6e38;

/** Floats that are infinite, or become so in float32, count as undefined: no statistic survives them. */
export function scaleFloats(
  words: Float32Array | Float64Array,
  out: Float32Array,
  at: number,
  scaling: { readonly scale: number; readonly zero: number },
): void {
  const { scale, zero } = scaling;
  if (words instanceof Float32Array && scale === 1 && zero === 0) {
    out.set(words, at);
    clearInfinities(words, out, at);
    return;
  }
  for (let i = 0; i < words.length; i++) {
    const value = words[i]! * scale + zero;
    out[at + i] = value <= largest && value >= -largest ? value : Number.NaN;
  }
}

/** An exponent of all ones is infinite or no number; found faster in the bits than by comparing floats. */
function clearInfinities(words: Float32Array, out: Float32Array, at: number): void {
  const bits = new Uint32Array(words.buffer, words.byteOffset, words.length);
  for (let i = 0; i < bits.length; i++) {
    if ((bits[i]! & 0x7f800000) === 0x7f800000) out[at + i] = Number.NaN;
  }
}

/** Writes scale x word + zero; `blank` becomes NaN. */
export function scaleWords(words: Words, out: Float32Array, at: number, scaling: Scaling): void {
  const { scale, zero } = scaling;
  const count = words.length;
  if (scaling.blank !== null) {
    const blank = Number(scaling.blank);
    for (let i = 0; i < count; i++) {
      const word = words[i]!;
      out[at + i] = word === blank ? Number.NaN : word * scale + zero;
    }
  } else if (scale !== 1) {
    for (let i = 0; i < count; i++) out[at + i] = words[i]! * scale + zero;
  } else if (zero !== 0) {
    for (let i = 0; i < count; i++) out[at + i] = words[i]! + zero;
  } else {
    out.set(words, at);
  }
}

/** 64-bit integers as pairs of words in host order: low word first on a little-endian machine. */
function scaleLongs(words: Int32Array, out: Float32Array, at: number, scaling: Scaling): void {
  const { scale, zero, blank, unsigned64 } = scaling;
  const blankHigh = blank === null ? 0 : Number(BigInt.asIntN(32, blank >> 32n));
  const blankLow = blank === null ? 0 : Number(BigInt.asIntN(32, blank));
  const [low, high] = hostIsLittleEndian ? [0, 1] : [1, 0];
  for (let i = 0; i < words.length / 2; i++) {
    const upper = words[2 * i + high]!;
    const lower = words[2 * i + low]!;
    if (blank !== null && upper === blankHigh && lower === blankLow) {
      out[at + i] = Number.NaN;
    } else if (unsigned64) {
      out[at + i] = (upper + 2 ** 31) * 2 ** 32 + (lower >>> 0);
    } else {
      out[at + i] = (upper * 2 ** 32 + (lower >>> 0)) * scale + zero;
    }
  }
}

/** What every camera writes: unsigned 16-bit integers, stored less 32768. */
function isUnsigned16(scaling: Scaling): boolean {
  return scaling.scale === 1 && scaling.zero === 32_768 && scaling.blank === null;
}

/** Adding 32768 to a 16-bit integer flips its highest bit; done two at a time, then converted by the engine. */
function unsignedWords(words: Uint16Array, out: Float32Array, at: number): void {
  const pairs = new Uint32Array(words.buffer, words.byteOffset, words.length >> 1);
  for (let i = 0; i < pairs.length; i++) pairs[i] = pairs[i]! ^ 0x80008000;
  if (words.length % 2 === 1) words[words.length - 1] = words.at(-1)! ^ 0x8000;
  out.set(words, at);
}

/**
 * Converts `bytes` (big-endian, aligned to 8 within their buffer, destroyed by the call) into `out` from index `at`.
 * Partial words at the end are ignored.
 */
export function convertSamples(
  bytes: Uint8Array,
  bitpix: Bitpix,
  scaling: Scaling,
  out: Float32Array,
  at: number,
): void {
  const size = Math.abs(bitpix) / 8;
  const count = Math.floor(bytes.byteLength / size);
  const whole = bytes.subarray(0, count * size);
  toHostOrder(whole, size);
  const { buffer, byteOffset } = whole;
  if (bitpix === 16 && isUnsigned16(scaling)) {
    unsignedWords(new Uint16Array(buffer, byteOffset, count), out, at);
  } else if (bitpix === 8) scaleWords(whole, out, at, scaling);
  else if (bitpix === 16) scaleWords(new Int16Array(buffer, byteOffset, count), out, at, scaling);
  else if (bitpix === 32) scaleWords(new Int32Array(buffer, byteOffset, count), out, at, scaling);
  else if (bitpix === -32) scaleFloats(new Float32Array(buffer, byteOffset, count), out, at, scaling);
  else if (bitpix === -64) scaleFloats(new Float64Array(buffer, byteOffset, count), out, at, scaling);
  else scaleLongs(new Int32Array(buffer, byteOffset, count * 2), out, at, scaling);
}
