/** Tells bits of trails that were taken for stars from stars. */
import type { StarTable } from '../record.ts';
import { meanOfFour } from './light.ts';
import type { TrailSearchInput } from './search-input.ts';

const directionsTried = 16;

/**
 * True when the light at this place goes on in two opposite directions without fading, as a trail's does and a star's
 * does not: on both sides three of five samples from 2.2 to 6 widths away keep a fifth of the peak. A neighbour star
 * lights two of them at most.
 */
export function liesOnRidge(input: TrailSearchInput, stars: StarTable, index: number, peak: number): boolean {
  if (peak < 3) return false;
  const x = stars.x[index];
  const y = stars.y[index];
  const least = Math.max(1.2, 0.2 * peak);
  for (let k = 0; k < directionsTried; k++) {
    const dx = Math.cos((Math.PI * k) / directionsTried) * input.fwhm;
    const dy = Math.sin((Math.PI * k) / directionsTried) * input.fwhm;
    if (isDash(input, x, y, dx, dy, peak) || isDash(input, x, y, -dx, -dy, peak)) return true;
    if (
      goesOn(input, x, y, dx, dy, least) &&
      goesOn(input, x, y, -dx, -dy, least) &&
      !swellsAt(input, x, y, dx, dy)
    ) {
      return true;
    }
  }
  return false;
}

/** True at a bright dash: even light over three widths to one side, darkness across. */
function isDash(
  input: TrailSearchInput,
  x: number,
  y: number,
  dx: number,
  dy: number,
  peak: number,
): boolean {
  if (peak < 8) return false;
  for (let step = 0; step < 5; step++) {
    const widths = 1.3 + 0.5 * step;
    if (!(meanOfFour(input, x + widths * dx, y + widths * dy) > 0.4 * peak)) return false;
  }
  // Half way along the dash, where a star's own round image does not reach.
  const halfX = x + 1.8 * dx;
  const halfY = y + 1.8 * dy;
  return (
    meanOfFour(input, halfX - 1.6 * dy, halfY + 1.6 * dx) < 0.3 * peak &&
    meanOfFour(input, halfX + 1.6 * dy, halfY - 1.6 * dx) < 0.3 * peak
  );
}

/**
 * True when the light beside a place is far above the light beside the line it lies on, four widths on: a star whose
 * charge spilled along a column, or one with spikes, is thicker than its line; a bit of a trail is not.
 */
export function swellsAt(input: TrailSearchInput, x: number, y: number, dx: number, dy: number): boolean {
  // Full stars are larger than others: their core is tried at two and four times the size.
  return [1, 2, 4].some((scale) => {
    const beside = Math.min(...lightsBeside(input, x, y, scale * dx, scale * dy));
    if (beside < leastHalo) return false;
    const far = 4 * scale;
    const along = Math.max(
      ...lightsBeside(input, x + far * dx, y + far * dy, scale * dx, scale * dy),
      ...lightsBeside(input, x - far * dx, y - far * dy, scale * dx, scale * dy),
    );
    return beside > 3 * along;
  });
}

/** Light at the two places 1.6 steps to the sides of a direction. */
function lightsBeside(
  input: TrailSearchInput,
  x: number,
  y: number,
  dx: number,
  dy: number,
): readonly [number, number] {
  return [meanOfFour(input, x - 1.6 * dy, y + 1.6 * dx), meanOfFour(input, x + 1.6 * dy, y - 1.6 * dx)];
}

/** Light (sigmas) beside a star's core from which it can be told from the noise. */
const leastHalo = 12;

function goesOn(
  input: TrailSearchInput,
  x: number,
  y: number,
  dx: number,
  dy: number,
  least: number,
): boolean {
  let dark = 0;
  for (let step = 0; step < 5; step++) {
    const widths = 2.2 + 0.95 * step;
    if (!(meanOfFour(input, x + widths * dx, y + widths * dy) > least) && ++dark > 2) return false;
  }
  return true;
}
