/** Hides stars and known defects from the line search, but not pieces of a trail that were taken for stars. */
import { type StarTable, starFlags } from '../record.ts';
import type { TrailSearchInput } from './find-trails.ts';
import type { Raster } from './raster.ts';

/** Light left at the rim of a mask, in sigmas of one pixel. */
const rimSigma = 0.12;
/** Wing exponent of the Moffat profile assumed for the masks: flatter than most, so that wings are covered. */
const wingExponent = 2.5;

/** Radius (px) at which a Moffat star of this peak (sigmas) and FWHM (px) has faded to the rim. */
export function maskRadius(peak: number, fwhm: number): number {
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
 * does not: the weaker of the two sides, three widths away, still has half the peak.
 */
export function liesOnRidge(input: TrailSearchInput, stars: StarTable, index: number, peak: number): boolean {
  if (peak < 3) return false;
  const reach = 2.5 * input.fwhm + 1;
  const directions = 16;
  for (let k = 0; k < directions; k++) {
    const angle = (Math.PI * k) / directions;
    const dx = Math.cos(angle);
    const dy = Math.sin(angle);
    let weaker = Number.POSITIVE_INFINITY;
    for (let side = -1; side <= 1; side += 2) {
      for (let step = 0; step < 3; step++) {
        const distance = side * (reach + step * input.fwhm * 0.75);
        weaker = Math.min(
          weaker,
          meanOfFour(input, stars.x[index] + distance * dx, stars.y[index] + distance * dy),
        );
      }
    }
    if (weaker > 0.45 * peak) return true;
  }
  return false;
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

/** Marks stars, bad columns and bad rows on a raster binned by `cell` pixels. */
export function blockStars(raster: Raster, input: TrailSearchInput, cell: number): void {
  const { stars } = input;
  for (let index = 0; index < stars.count; index++) {
    const peak = peakAt(input, stars.x[index], stars.y[index]);
    if (liesOnRidge(input, stars, index, peak)) continue;
    const saturated = (stars.flags[index] & starFlags.saturated) !== 0;
    const own = stars.fwhm[index];
    const fwhm = own > input.fwhm && own < 4 * input.fwhm ? own : input.fwhm;
    const radius = maskRadius(peak, fwhm) * (saturated ? 1.5 : 1);
    blockDisc(raster, stars.x[index] / cell, stars.y[index] / cell, radius / cell);
  }
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
