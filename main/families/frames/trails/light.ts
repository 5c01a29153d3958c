/** Light at places of the frame that are not whole pixels. */
import type { TrailSearchInput } from './search-input.ts';

/** Brightest of the 3 x 3 pixels at a star, sigmas. */
export function peakAt({ pixels }: TrailSearchInput, x: number, y: number): number {
  pixels.copy(Math.round(x) - 1, Math.round(y) - 1, 3, 3, few);
  let peak = 0;
  for (let k = 0; k < 9; k++) if (few[k] > peak) peak = few[k];
  return peak;
}

const few = new Float32Array(9);

/** Mean of the 2 x 2 pixels around a point; 0 outside. */
export function meanOfFour({ pixels }: TrailSearchInput, x: number, y: number): number {
  pixels.copy(Math.floor(x), Math.floor(y), 2, 2, few);
  const sum = few[0] + few[1] + few[2] + few[3];
  return Number.isNaN(sum) ? 0 : sum / 4;
}

/** Pixels round a place, for many looks at its light. */
export interface LightWindow {
  readonly left: number;
  readonly top: number;
  readonly side: number;
  readonly values: Float32Array;
}

/** The pixels that `meanOfFour` needs within `reach` px of (x, y) along both axes. Valid until the next call. */
export function windowAround({ pixels }: TrailSearchInput, x: number, y: number, reach: number): LightWindow {
  const left = Math.floor(x - reach);
  const top = Math.floor(y - reach);
  const side = Math.ceil(2 * reach) + 3;
  if (windowRoom.length < side * side) windowRoom = new Float32Array(side * side);
  pixels.copy(left, top, side, side, windowRoom);
  return { left, top, side, values: windowRoom };
}

let windowRoom = new Float32Array(0);

/** `meanOfFour` of a place within a window. */
export function meanInWindow({ left, top, side, values }: LightWindow, x: number, y: number): number {
  const at = (Math.floor(y) - top) * side + Math.floor(x) - left;
  const sum = values[at] + values[at + 1] + values[at + side] + values[at + side + 1];
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
