/** Hides stars and known defects from the line search, but not pieces of a trail that were taken for stars. */
import { type StarTable, starFlags } from '../record.ts';
import { dashBits } from './dashes.ts';
import { peakAt } from './light.ts';
import { type Raster, segmentLength } from './raster.ts';
import { liesOnRidge, mayGoOn } from './ridge.ts';
import type { TrailSearchInput } from './search-input.ts';
import { starRows } from './star-rows.ts';
import { medianOf, type Strip } from './strip.ts';

/** Wing exponent of the Moffat profile assumed for the masks: flatter than most, so that wings are covered. */
const wingExponent = 2.5;

/** Radius (px) at which a Moffat star of this peak (sigmas) and FWHM (px) has faded to `rimSigma`. */
export function maskRadius(peak: number, fwhm: number, rimSigma: number): number {
  if (!(peak > rimSigma)) return fwhm;
  const scale = fwhm / (2 * Math.sqrt(2 ** (1 / wingExponent) - 1));
  return Math.max(1.2 * fwhm, scale * Math.sqrt((peak / rimSigma) ** (1 / wingExponent) - 1));
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
  /** Farthest its light is ever hidden, px. */
  readonly reach: number;
}

/** Saturated stars are brighter than their peak says: their masks grow by this factor. */
const saturatedGrowth = 1.5;
/** Star light left at the rim of the masks, sigmas per pixel. */
export const faintRim = 0.12;
/** Or this share of the brightness of the line that is traced, if that is more. */
const rimShare = 0.1;

/** The stars of the table, without those that are pieces of a trail. `map` is the frame in cells of `cell` pixels. */
export function starsToMask(input: TrailSearchInput, map: Raster, cell: number): MaskedStar[] {
  const { stars } = input;
  const list: MaskedStar[] = [];
  const stretch = commonStretch(stars);
  const dashes = new Set([...dashBits(input), ...starRows(input)]);
  for (let index = 0; index < stars.count; index++) {
    const peak = peakAt(input, stars.x[index], stars.y[index]);
    if (dashes.has(index)) continue;
    const goesOn = mayGoOn(map, stars.x[index], stars.y[index], peak, cell, input.fwhm);
    if (goesOn && liesOnRidge(input, stars, index, peak)) continue;
    const own = stars.fwhm[index];
    const round = stars.ellipticity[index] < 0.5;
    list.push(
      maskedStar({
        x: stars.x[index],
        y: stars.y[index],
        peak,
        fwhm: (own > input.fwhm && own < 4 * input.fwhm && round ? own : input.fwhm) * stretch,
        flux: stars.flux[index],
        saturated: (stars.flags[index] & starFlags.saturated) !== 0,
      }),
    );
  }
  return list;
}

/** Long axis over the mean axis of the frame's brighter stars: more than 1 where the mount drifted. */
function commonStretch(stars: StarTable): number {
  const seen: number[] = [];
  for (let index = 0; index < stars.count && seen.length < 60; index++) {
    if (!Number.isNaN(stars.ellipticity[index])) seen.push(stars.ellipticity[index]);
  }
  if (seen.length < 5) return 1;
  return 1 / Math.sqrt(1 - Math.min(0.9, medianOf(seen)));
}

export function maskedStar(star: Omit<MaskedStar, 'reach'>): MaskedStar {
  return { ...star, reach: radiusOf(star, faintRim) };
}

function radiusOf(star: Omit<MaskedStar, 'reach'>, rim: number): number {
  return maskRadius(star.peak, star.fwhm, rim) * (star.saturated ? saturatedGrowth : 1);
}

/** Marks stars on a map of `cell` pixels. */
export function blockStars(raster: Raster, stars: readonly MaskedStar[], cell: number): void {
  for (const star of stars) blockDisc(raster, star.x / cell, star.y / cell, star.reach / cell);
}

/**
 * Hides stars in an unrolled line of known brightness (sigmas): only what disturbs it, and not the bits of the line
 * itself (within its `known` steps, or just beyond) that were taken for stars, which are hardly brighter than it.
 */
export function hideStarsInStrip(
  strip: Strip,
  stars: readonly MaskedStar[],
  amplitude: number,
  known: { readonly from: number; readonly to: number },
): void {
  const { segment, half, values, length, step } = strip;
  const distance = segmentLength(segment);
  const dx = (segment.x2 - segment.x1) / distance;
  const dy = (segment.y2 - segment.y1) / distance;
  const rim = Math.max(faintRim, rimShare * amplitude);
  const bitOfLine = amplitude >= 1 ? 3 * amplitude + 3 : 0;
  const span = 2 * half + 1;
  for (const star of stars) {
    const across = (star.y - segment.y1) * dx - (star.x - segment.x1) * dy;
    if (Math.abs(across) > half + star.reach) continue;
    const along = (star.x - segment.x1) * dx + (star.y - segment.y1) * dy;
    if (along < -star.reach || along > distance + star.reach) continue;
    const slack = 2.5 * star.fwhm;
    const within = along > known.from * step - slack && along < known.to * step + slack;
    if (within && star.peak < bitOfLine && Math.abs(across) < star.fwhm + 1) continue;
    const radius = radiusOf(star, rim);
    if (Math.abs(across) > half + radius) continue;
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
