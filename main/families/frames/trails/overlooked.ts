/** Bright stars that the star table lacks. */

import { meanOfFour } from './light.ts';
import type { Raster } from './raster.ts';
import type { TrailSearchInput } from './search-input.ts';
import { fullCell } from './sky-map.ts';
import { blockStars, type MaskedStar } from './star-mask.ts';

/** A place this bright (sigmas) that no star of the table covers may be a star that the table lacks. */
const overlookedPeak = 40;

/**
 * Bright stars that the table lacks (most often full ones): places that the clipped map shows as full light and around
 * which the light falls off in all directions. Each one is blocked on the map at once.
 */
export function addOverlooked(input: TrailSearchInput, map: Raster, cell: number, stars: MaskedStar[]): void {
  const full = 0.9 * fullCell(cell);
  for (let y = 1; y + 1 < map.height; y++) {
    for (let x = 1; x + 1 < map.width; x++) {
      const at = y * map.width + x;
      if (!(map.data[at] > full) || map.blocked[at] !== 0) continue;
      const star = overlookedAt(input, (x + 0.5) * cell, (y + 0.5) * cell);
      if (star === null) continue;
      stars.push(star);
      blockStars(map, [star], cell);
    }
  }
}

/** Climbs to the brightest pixel near a place and looks whether it is a star's. */
function overlookedAt(input: TrailSearchInput, startX: number, startY: number): MaskedStar | null {
  const reach = Math.ceil(2 * input.fwhm);
  let top = brightestNear(input, startX, startY, reach);
  for (let climb = 0; climb < 40; climb++) {
    const next = brightestNear(input, top.x, top.y, reach);
    if (!(next.peak > top.peak)) break;
    top = next;
  }
  if (top.peak < overlookedPeak) return null;
  const core = plateauAt(input, top.x, top.y, 0.7 * top.peak, 4 * reach);
  if (core.pixels < 3 || !fallsAround(input, core.x, core.y, top.peak)) return null;
  const size = Math.max(input.fwhm, 1.3 * Math.sqrt((4 * core.pixels) / Math.PI));
  return { x: core.x, y: core.y, peak: top.peak, fwhm: size, flux: top.peak * size * size, saturated: true };
}

function brightestNear(
  input: TrailSearchInput,
  x: number,
  y: number,
  reach: number,
): { x: number; y: number; peak: number } {
  const { width, height, residual } = input;
  const best = { x: Math.round(x), y: Math.round(y), peak: 0 };
  const x2 = Math.min(width - 1, Math.round(x) + reach);
  const y2 = Math.min(height - 1, Math.round(y) + reach);
  for (let j = Math.max(0, Math.round(y) - reach); j <= y2; j++) {
    for (let i = Math.max(0, Math.round(x) - reach); i <= x2; i++) {
      if (!(residual[j * width + i] > best.peak)) continue;
      best.peak = residual[j * width + i];
      best.x = i;
      best.y = j;
    }
  }
  return best;
}

/** Middle and number of the pixels above a level within `reach`: full stars have no single brightest pixel. */
function plateauAt(
  input: TrailSearchInput,
  x: number,
  y: number,
  level: number,
  reach: number,
): { x: number; y: number; pixels: number } {
  const { width, height, residual } = input;
  let pixels = 0;
  let sumX = 0;
  let sumY = 0;
  for (let j = Math.max(0, y - reach); j <= Math.min(height - 1, y + reach); j++) {
    for (let i = Math.max(0, x - reach); i <= Math.min(width - 1, x + reach); i++) {
      if (!(residual[j * width + i] > level)) continue;
      pixels++;
      sumX += i;
      sumY += j;
    }
  }
  return { x: sumX / Math.max(1, pixels), y: sumY / Math.max(1, pixels), pixels };
}

/** True when at some distance the light is below a quarter of the peak in all of 16 directions. */
function fallsAround(input: TrailSearchInput, x: number, y: number, peak: number): boolean {
  for (const widths of [1.5, 2.5, 4, 6, 9]) {
    let high = 0;
    for (let k = 0; k < 16; k++) {
      const angle = (Math.PI * k) / 8;
      const distance = widths * input.fwhm;
      const light = meanOfFour(input, x + distance * Math.cos(angle), y + distance * Math.sin(angle));
      if (light > 0.25 * peak) high++;
    }
    if (high === 0) return true;
  }
  return false;
}
