/** Bright stars that the star table lacks. */

import { meanOfFour, squareAround } from './light.ts';
import type { Raster } from './raster.ts';
import { swellsAt } from './ridge.ts';
import type { TrailSearchInput } from './search-input.ts';
import { fullCell } from './sky-map.ts';
import { blockStars, type MaskedStar, maskedStar } from './star-mask.ts';
import { medianOf } from './strip.ts';

/** A place this bright (sigmas) that no star of the table covers may be a star that the table lacks. */
const overlookedPeak = 40;

/**
 * Bright stars that the table lacks (most often full ones): places that the clipped map shows as full light and around
 * which the light falls off in all directions. Each one is blocked on the map at once.
 */
export function addOverlooked(input: TrailSearchInput, map: Raster, cell: number, stars: MaskedStar[]): void {
  const full = 0.9 * fullCell(cell);
  const scale = fluxScale(stars);
  // Each neighbourhood is looked at once: a bright trail is full light all along.
  const tile = Math.max(1, Math.round((2 * input.fwhm) / cell));
  const tilesAcross = Math.ceil(map.width / tile);
  const seen = new Uint8Array(tilesAcross * Math.ceil(map.height / tile));
  for (let y = 1; y + 1 < map.height; y++) {
    const end = (y + 1) * map.width - 1;
    for (
      let at = nextFull(map, y * map.width + 1, end, full);
      at < end;
      at = nextFull(map, at + 1, end, full)
    ) {
      const x = at - y * map.width;
      const place = Math.floor(y / tile) * tilesAcross + Math.floor(x / tile);
      if (seen[place] !== 0) continue;
      seen[place] = 1;
      const star = overlookedAt(input, (x + 0.5) * cell, (y + 0.5) * cell, scale);
      if (star === null || stars.some((other) => other.x === star.x && other.y === star.y)) continue;
      stars.push(star);
      blockStars(map, [star], cell);
    }
  }
}

/** The first open cell from `from` on that holds more than `full`; `end` where there is none. */
function nextFull({ data, blocked }: Raster, from: number, end: number, full: number): number {
  for (let at = from; at < end; at++) if (data[at] > full && blocked[at] === 0) return at;
  return end;
}

/** Flux (ADU) of the middle star over its peak (sigmas) and squared width; 1 without any. */
function fluxScale(stars: readonly MaskedStar[]): number {
  const ratios = stars
    .filter(({ saturated, peak, flux }) => !saturated && peak > 0 && flux > 0)
    .map(({ flux, peak, fwhm }) => flux / (peak * fwhm * fwhm));
  return ratios.length === 0 ? 1 : medianOf(ratios);
}

/** Climbs to where most light lies within a width and looks whether it is a star's. */
function overlookedAt(
  input: TrailSearchInput,
  startX: number,
  startY: number,
  scale: number,
): MaskedStar | null {
  let x = Math.round(startX);
  let y = Math.round(startY);
  let light = lightWithin(input, x, y);
  for (let stride = Math.max(1, Math.round(input.fwhm)); stride >= 1; stride >>= 1) {
    for (let moved = true, steps = 0; moved && steps < 60; steps++) {
      moved = false;
      for (const [dx, dy] of neighbours) {
        const next = lightWithin(input, x + stride * dx, y + stride * dy);
        if (next <= light) continue;
        light = next;
        x += stride * dx;
        y += stride * dy;
        moved = true;
        break;
      }
    }
  }
  let core = plateauAt(input, x, y, Math.ceil(2 * input.fwhm));
  for (const widths of [4, 8, 16]) {
    // As long as the core fills what is looked at, look farther.
    const reach = Math.ceil(widths * input.fwhm);
    if (core.pixels < 0.8 * reach ** 2) break;
    core = plateauAt(input, Math.round(core.x), Math.round(core.y), reach);
  }
  if (core.peak < overlookedPeak || core.pixels < 3 || !fallsAround(input, core.x, core.y, core.peak))
    return null;
  const size = Math.max(input.fwhm, 1.3 * Math.sqrt((4 * core.pixels) / Math.PI));
  return maskedStar({
    x: core.x,
    y: core.y,
    peak: core.peak,
    fwhm: size,
    flux: scale * core.peak * size * size,
    saturated: true,
  });
}

const neighbours: readonly (readonly [number, number])[] = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
];

/** Light (sigmas) above which pixels count alike: a column of spilled charge is as bright as the core, but thinner. */
const cappedLight = 100;

/** Capped light within two widths of a place; nothing outside the frame. */
function lightWithin(input: TrailSearchInput, x: number, y: number): number {
  const { width, height } = input;
  const reach = Math.ceil(2 * input.fwhm);
  if (x < 0 || y < 0 || x >= width || y >= height) return Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (const value of squareAround(input, x, y, reach)) if (value > 0) sum += Math.min(cappedLight, value);
  return sum;
}

/** Middle, number and peak of the bright pixels within `reach`: full stars have no single brightest pixel. */
function plateauAt(
  input: TrailSearchInput,
  x: number,
  y: number,
  reach: number,
): { x: number; y: number; pixels: number; peak: number } {
  const side = 2 * reach + 1;
  const values = squareAround(input, x, y, reach);
  let peak = 0;
  for (const value of values) if (value > peak) peak = value;
  let pixels = 0;
  let sumX = 0;
  let sumY = 0;
  for (let at = 0; at < values.length; at++) {
    if (!(values[at] > 0.7 * peak)) continue;
    pixels++;
    sumX += x - reach + (at % side);
    sumY += y - reach + Math.floor(at / side);
  }
  return { x: sumX / Math.max(1, pixels), y: sumY / Math.max(1, pixels), pixels, peak };
}

/**
 * True when at some distance the light is below a quarter of the peak all around, or all around but for the two ways of
 * one line that the place is much thicker than.
 */
function fallsAround(input: TrailSearchInput, x: number, y: number, peak: number): boolean {
  return [1.5, 2.5, 4, 6, 9, 14, 20].some((widths) => {
    // Half a width apart, so that no line slips through.
    const directions = Math.max(16, Math.ceil(4 * Math.PI * widths));
    const high: number[] = [];
    let cosines = 0;
    let sines = 0;
    for (let k = 0; k < directions; k++) {
      const angle = (2 * Math.PI * k) / directions;
      const distance = widths * input.fwhm;
      const light = meanOfFour(input, x + distance * Math.cos(angle), y + distance * Math.sin(angle));
      if (!(light > 0.25 * peak)) continue;
      high.push(angle);
      cosines += light * Math.cos(2 * angle);
      sines += light * Math.sin(2 * angle);
    }
    if (high.length === 0) return true;
    const line = 0.5 * Math.atan2(sines, cosines);
    if (high.some((angle) => Math.abs(Math.sin(angle - line)) > Math.max(0.15, 1.2 / widths))) return false;
    return swellsAt(input, x, y, Math.cos(line) * input.fwhm, Math.sin(line) * input.fwhm);
  });
}
