/** Light at places of the frame that are not whole pixels. */
import type { TrailSearchInput } from './search-input.ts';

/** Brightest of the 3 x 3 pixels at a star, sigmas. */
export function peakAt(input: TrailSearchInput, x: number, y: number): number {
  const { width, height, residual } = input;
  const cx = Math.round(x);
  const cy = Math.round(y);
  let peak = 0;
  for (let j = Math.max(0, cy - 1); j <= Math.min(height - 1, cy + 1); j++) {
    for (let i = Math.max(0, cx - 1); i <= Math.min(width - 1, cx + 1); i++) {
      const value = residual[j * width + i];
      if (value > peak) peak = value;
    }
  }
  return peak;
}

/** Mean of the 2 x 2 pixels around a point; 0 outside. */
export function meanOfFour(input: TrailSearchInput, x: number, y: number): number {
  const i = Math.floor(x);
  const j = Math.floor(y);
  if (i < 0 || j < 0 || i + 1 >= input.width || j + 1 >= input.height) return 0;
  const at = j * input.width + i;
  const sum =
    input.residual[at] +
    input.residual[at + 1] +
    input.residual[at + input.width] +
    input.residual[at + input.width + 1];
  return Number.isNaN(sum) ? 0 : sum / 4;
}
