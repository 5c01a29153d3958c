/**
 * Floats stored as scaled integers (FITS Standard 4.0, 10.2): plainly, or with one pseudo-random number for each
 * pixel taken off again (subtractive dithering). The sequence is that of appendix I: Park and Miller's generator.
 */

export type DitherMethod = 'none' | 'subtractive1' | 'subtractive2';

const sequenceLength = 10_000;
/** The generator's state after the last number, by which the standard lets an implementation prove itself. */
export const finalSeed = 1_043_618_065;
/** SUBTRACTIVE_DITHER_2 keeps exact zeros by this integer. */
const exactZero = -2_147_483_646;

/** 10,000 numbers in 0..1 as float32, and the state after them. */
export function ditherSequence(): { values: Float32Array; seed: number } {
  const values = new Float32Array(sequenceLength);
  let seed = 1;
  for (let i = 0; i < sequenceLength; i++) {
    // Below 2^46, so that doubles hold the product exactly.
    seed = (16_807 * seed) % 2_147_483_647;
    values[i] = seed / 2_147_483_647;
  }
  return { values, seed };
}

let shared: Float32Array | null = null;

export interface Quantisation {
  readonly method: DitherMethod;
  readonly scale: number;
  readonly zero: number;
  /** The integer of undefined pixels. */
  readonly blank: number | null;
  /** Row of the tile in the table from 0, plus ZDITHER0 - 1. */
  readonly ditherRow: number;
}

/** Restores `count` floats into `out` from index `at`. `bscale`, `bzero` are those of the image, rarely not 1 and 0. */
export function dequantise(
  integers: Int32Array,
  count: number,
  quantisation: Quantisation,
  out: Float32Array,
  at: number,
): void {
  const { method, scale, zero, blank, ditherRow } = quantisation;
  if (method === 'none') {
    for (let i = 0; i < count; i++) {
      const value = integers[i]!;
      out[at + i] = value === blank ? Number.NaN : value * scale + zero;
    }
    return;
  }
  shared ??= ditherSequence().values;
  const random = shared;
  const keepsZero = method === 'subtractive2';
  let row = ((ditherRow % sequenceLength) + sequenceLength) % sequenceLength;
  let next = Math.trunc(random[row]! * 500);
  for (let i = 0; i < count; i++) {
    const value = integers[i]!;
    if (value === blank) out[at + i] = Number.NaN;
    else if (keepsZero && value === exactZero) out[at + i] = 0;
    else out[at + i] = (value - random[next]! + 0.5) * scale + zero;
    next++;
    if (next === sequenceLength) {
      row = (row + 1) % sequenceLength;
      next = Math.trunc(random[row]! * 500);
    }
  }
}
