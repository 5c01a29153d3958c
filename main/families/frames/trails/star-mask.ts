/** Hides stars and known defects from the line search, but not pieces of a trail that were taken for stars. */
import { type StarTable, starFlags } from '../record.ts';
import type { TrailSearchInput } from './find-trails.ts';
import { type Raster, segmentLength } from './raster.ts';
import { fullCell } from './sky-map.ts';
import type { Strip } from './strip.ts';

/** Wing exponent of the Moffat profile assumed for the masks: flatter than most, so that wings are covered. */
const wingExponent = 2.5;

/** Radius (px) at which a Moffat star of this peak (sigmas) and FWHM (px) has faded to `rimSigma`. */
export function maskRadius(peak: number, fwhm: number, rimSigma: number): number {
  if (!(peak > rimSigma)) return fwhm;
  const scale = fwhm / (2 * Math.sqrt(2 ** (1 / wingExponent) - 1));
  return Math.max(1.2 * fwhm, scale * Math.sqrt((peak / rimSigma) ** (1 / wingExponent) - 1));
}

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

/**
 * True when the light at this place goes on in two opposite directions without fading, as a trail's does and a star's
 * does not: on both sides the median of five samples from 2.2 to 6 widths away keeps a fifth of the peak. A neighbour
 * star lights two of them at most.
 */
export function liesOnRidge(input: TrailSearchInput, stars: StarTable, index: number, peak: number): boolean {
  if (peak < 3) return false;
  const directions = 16;
  const least = Math.max(1.2, 0.2 * peak);
  for (let k = 0; k < directions; k++) {
    const angle = (Math.PI * k) / directions;
    if (
      medianAway(input, stars.x[index], stars.y[index], angle) > least &&
      medianAway(input, stars.x[index], stars.y[index], angle + Math.PI) > least
    ) {
      return true;
    }
  }
  return false;
}

const samples = new Float64Array(5);

function medianAway(input: TrailSearchInput, x: number, y: number, angle: number): number {
  for (let step = 0; step < samples.length; step++) {
    const distance = input.fwhm * (2.2 + 0.95 * step);
    samples[step] = meanOfFour(input, x + distance * Math.cos(angle), y + distance * Math.sin(angle));
  }
  samples.sort();
  return samples[2];
}

/** Mean of the 2 x 2 pixels around a point; 0 outside. */
function meanOfFour(input: TrailSearchInput, x: number, y: number): number {
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

/** A star as the trail search hides it. */
export interface MaskedStar {
  readonly x: number;
  readonly y: number;
  /** Sigmas. */
  readonly peak: number;
  readonly fwhm: number;
  /** ADU, to compare stars with one another. */
  readonly flux: number;
  readonly saturated: boolean;
}

/** Saturated stars are brighter than their peak says: their masks grow by this factor. */
const saturatedGrowth = 1.5;
/** Star light left at the rim of the masks, sigmas per pixel. */
const faintRim = 0.12;
/** Or this share of the brightness of the line that is traced, if that is more. */
const rimShare = 0.1;

/** The stars of the table, without those that are pieces of a trail. */
export function starsToMask(input: TrailSearchInput): MaskedStar[] {
  const { stars } = input;
  const list: MaskedStar[] = [];
  for (let index = 0; index < stars.count; index++) {
    const peak = peakAt(input, stars.x[index], stars.y[index]);
    if (liesOnRidge(input, stars, index, peak)) continue;
    const own = stars.fwhm[index];
    const round = stars.ellipticity[index] < 0.5;
    list.push({
      x: stars.x[index],
      y: stars.y[index],
      peak,
      fwhm: own > input.fwhm && own < 4 * input.fwhm && round ? own : input.fwhm,
      flux: stars.flux[index],
      saturated: (stars.flags[index] & starFlags.saturated) !== 0,
    });
  }
  return list;
}

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
      blockDisc(map, star.x / cell, star.y / cell, radiusOf(star, faintRim) / cell);
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

function radiusOf(star: MaskedStar, rim: number): number {
  return maskRadius(star.peak, star.fwhm, rim) * (star.saturated ? saturatedGrowth : 1);
}

/** Marks stars on a map of `cell` pixels. */
export function blockStars(raster: Raster, stars: readonly MaskedStar[], cell: number): void {
  for (const star of stars) blockDisc(raster, star.x / cell, star.y / cell, radiusOf(star, faintRim) / cell);
}

/**
 * Hides stars in an unrolled line of known brightness (sigmas): only what disturbs it, and not the bits of the line
 * itself that were taken for stars, which are hardly brighter than it.
 */
export function hideStarsInStrip(strip: Strip, stars: readonly MaskedStar[], amplitude: number): void {
  const { segment, half, values, length, step } = strip;
  const distance = segmentLength(segment);
  const dx = (segment.x2 - segment.x1) / distance;
  const dy = (segment.y2 - segment.y1) / distance;
  const rim = Math.max(faintRim, rimShare * amplitude);
  const bitOfLine = amplitude >= 1 ? 3 * amplitude + 3 : 0;
  const span = 2 * half + 1;
  for (const star of stars) {
    const across = (star.y - segment.y1) * dx - (star.x - segment.x1) * dy;
    if (Math.abs(across) > half + 400 || (star.peak < bitOfLine && Math.abs(across) < star.fwhm + 1))
      continue;
    const radius = radiusOf(star, rim);
    if (Math.abs(across) > half + radius) continue;
    const along = (star.x - segment.x1) * dx + (star.y - segment.y1) * dy;
    const from = Math.max(0, Math.ceil((along - radius) / step));
    const to = Math.min(length - 1, Math.floor((along + radius) / step));
    for (let t = from; t <= to; t++) {
      const chord = Math.sqrt(Math.max(0, radius * radius - (t * step - along) ** 2));
      const low = Math.max(0, Math.ceil(half + across - chord));
      const high = Math.min(span - 1, Math.floor(half + across + chord));
      for (let u = low; u <= high; u++) values[t * span + u] = Number.NaN;
    }
  }
}

/** Marks columns and rows that are bad all along. */
export function blockBadLines(raster: Raster, input: TrailSearchInput, cell: number): void {
  for (const column of input.badColumns) blockColumn(raster, Math.floor(column / cell));
  for (const row of input.badRows) blockRow(raster, Math.floor(row / cell));
}

function blockDisc(raster: Raster, x: number, y: number, radius: number): void {
  const { width, height, blocked } = raster;
  const reach = radius + 0.5;
  const bottom = Math.max(0, Math.floor(y - reach));
  const top = Math.min(height - 1, Math.ceil(y + reach));
  for (let j = bottom; j <= top; j++) {
    const chord = reach * reach - (j + 0.5 - y) ** 2;
    if (chord < 0) continue;
    const half = Math.sqrt(chord);
    const from = Math.max(0, Math.round(x - half - 0.5));
    const to = Math.min(width - 1, Math.round(x + half - 0.5));
    for (let i = from; i <= to; i++) blocked[j * width + i] = 1;
  }
}

function blockColumn(raster: Raster, column: number): void {
  if (column < 0 || column >= raster.width) return;
  for (let y = 0; y < raster.height; y++) raster.blocked[y * raster.width + column] = 1;
}

function blockRow(raster: Raster, row: number): void {
  if (row < 0 || row >= raster.height) return;
  raster.blocked.fill(1, row * raster.width, (row + 1) * raster.width);
}
