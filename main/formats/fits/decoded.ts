/** What the FITS and XISF readers hand over: pixels and header, nothing of their meaning. */
import type { FitsHeader } from './header.ts';
import type { StoredWords } from './memory.ts';
import type { Bitpix } from './structure.ts';

export interface DecodedImage {
  readonly width: number;
  readonly height: number;
  /** 1, or 3 for colour; `pixels` then holds the second plane. */
  readonly planes: 1 | 3;
  readonly bitpix: Bitpix;
  /** Row-major physical values, undefined pixels NaN. */
  readonly pixels: Float32Array;
  /** Instead of `pixels`, which are then empty: what a caller asked for that takes words as they are stored. */
  readonly words?: StoredWords;
  /** Largest physical value of the stored integer type; null for floats. */
  readonly typeMaximum: number | null;
  readonly header: FitsHeader;
  /** Set when the file ended early: rows before `validRows` are whole. */
  readonly truncated: { readonly validRows: number } | null;
}
