/** Tells bits of trails that were taken for stars from stars. */
import type { StarTable } from '../record.ts';
import { type LightWindow, meanInWindow, meanOfFour, windowAround } from './light.ts';
import type { Raster } from './raster.ts';
import type { TrailSearchInput } from './search-input.ts';

const directionsTried = 16;
/** Farthest place that is always looked at beside a star, widths. */
const usualLook = 4.2;

/** Mean light of four cells (sigmas) that a ridge beside a star shows at least: by its peak, and where cells are full. */
const leastShare = 0.07;
const leastLight = 0.8;
const fullLight = 8;

/**
 * A quick look at the binned map: true when four widths from the star there is light on two opposite sides, or much of
 * it on one, as bright as a ridge or a dash with this peak would be. What fails this lies on neither.
 */
export function mayGoOn(
  map: Raster,
  x: number,
  y: number,
  peak: number,
  cell: number,
  fwhm: number,
): boolean {
  if (peak < 3) return false;
  const radius = Math.max(1.5, (4 * fwhm) / cell);
  const cx = (x + 0.5) / cell;
  const cy = (y + 0.5) / cell;
  const both = Math.min(fullLight, Math.max(leastLight, leastShare * peak));
  const alone = peak < 8 ? Number.POSITIVE_INFINITY : Math.min(fullLight, Math.max(4 * leastLight, 2 * both));
  for (let k = 0; k < directionsTried; k++) {
    const dx = cosines[k] * radius;
    const dy = sines[k] * radius;
    const one = lightAt(map, cx + dx, cy + dy);
    const other = lightAt(map, cx - dx, cy - dy);
    if (Math.min(one, other) > both || Math.max(one, other) > alone) return true;
  }
  return false;
}

const cosines = Float64Array.from({ length: directionsTried }, (_, k) =>
  Math.cos((Math.PI * k) / directionsTried),
);
const sines = Float64Array.from({ length: directionsTried }, (_, k) =>
  Math.sin((Math.PI * k) / directionsTried),
);

/** Mean of the four cells nearest to a point; the border and undefined cells count as bright. */
function lightAt({ width, height, data }: Raster, x: number, y: number): number {
  const i = Math.floor(x - 0.5);
  const j = Math.floor(y - 0.5);
  if (i < 0 || j < 0 || i + 1 >= width || j + 1 >= height) return Number.POSITIVE_INFINITY;
  const at = j * width + i;
  const mean = 0.25 * (data[at] + data[at + 1] + data[at + width] + data[at + width + 1]);
  return Number.isNaN(mean) ? Number.POSITIVE_INFINITY : mean;
}

/**
 * True when the light at this place goes on in two opposite directions without fading, as a trail's does and a star's
 * does not: on both sides three of five samples from 2.2 to 6 widths away keep a fifth of the peak. A neighbour star
 * lights two of them at most.
 */
export function liesOnRidge(input: TrailSearchInput, stars: StarTable, index: number, peak: number): boolean {
  const x = stars.x[index];
  const y = stars.y[index];
  const least = Math.max(1.2, 0.2 * peak);
  const light = windowAround(input, x, y, usualLook * input.fwhm);
  for (let k = 0; k < directionsTried; k++) {
    const dx = cosines[k] * input.fwhm;
    const dy = sines[k] * input.fwhm;
    if (isDash(light, x, y, dx, dy, peak) || isDash(light, x, y, -dx, -dy, peak)) return true;
    if (
      goesOn(input, light, x, y, dx, dy, least) &&
      goesOn(input, light, x, y, -dx, -dy, least) &&
      !swellsAt(input, x, y, dx, dy)
    ) {
      return true;
    }
  }
  return false;
}

/** True at a bright dash: even light over three widths to one side, darkness across. */
function isDash(light: LightWindow, x: number, y: number, dx: number, dy: number, peak: number): boolean {
  if (peak < 8) return false;
  for (let step = 0; step < 5; step++) {
    const widths = 1.3 + 0.5 * step;
    if (!(meanInWindow(light, x + widths * dx, y + widths * dy) > 0.4 * peak)) return false;
  }
  // Half way along the dash, where a star's own round image does not reach.
  const halfX = x + 1.8 * dx;
  const halfY = y + 1.8 * dy;
  return (
    meanInWindow(light, halfX - 1.6 * dy, halfY + 1.6 * dx) < 0.3 * peak &&
    meanInWindow(light, halfX + 1.6 * dy, halfY - 1.6 * dx) < 0.3 * peak
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
  light: LightWindow,
  x: number,
  y: number,
  dx: number,
  dy: number,
  least: number,
): boolean {
  let dark = 0;
  for (let step = 0; step < 5; step++) {
    const widths = 2.2 + 0.95 * step;
    const atX = x + widths * dx;
    const atY = y + widths * dy;
    const mean = widths < usualLook ? meanInWindow(light, atX, atY) : meanOfFour(input, atX, atY);
    if (!(mean > least) && ++dark > 2) return false;
  }
  return true;
}
