/** Light at places of the frame that are not whole pixels. */
import type { TrailSearchInput } from './search-input.ts';

/** Brightest of the 3 x 3 pixels at a star, sigmas. */
export function peakAt({ pixels }: TrailSearchInput, x: number, y: number): number {
  const cx = Math.round(x);
  const cy = Math.round(y);
  let peak = 0;
  for (let j = cy - 1; j <= cy + 1; j++) {
    for (let i = cx - 1; i <= cx + 1; i++) {
      const value = pixels.at(i, j);
      if (value > peak) peak = value;
    }
  }
  return peak;
}

/** Mean of the 2 x 2 pixels around a point; 0 outside. */
export function meanOfFour({ pixels }: TrailSearchInput, x: number, y: number): number {
  const i = Math.floor(x);
  const j = Math.floor(y);
  const sum = pixels.at(i, j) + pixels.at(i + 1, j) + pixels.at(i, j + 1) + pixels.at(i + 1, j + 1);
  return Number.isNaN(sum) ? 0 : sum / 4;
}

/** The (2 reach + 1)^2 pixels around a pixel, row by row; NaN where undefined and outside. Valid until the next call. */
export function squareAround(
  { pixels }: TrailSearchInput,
  x: number,
  y: number,
  reach: number,
): Float32Array {
  const side = 2 * reach + 1;
  if (square.length < side * side) square = new Float32Array(side * side);
  pixels.copy(x - reach, y - reach, side, side, square);
  return square.subarray(0, side * side);
}

let square = new Float32Array(0);
