/** Bright spots of a trail that were taken for stars. */
import { type StarTable, starFlags, type TrailCandidate } from '../record.ts';

import type { Place } from './spikes.ts';

/** A star on a trail stays when its peak stands this much above the trail's own. */
const standsOut = 3;

/**
 * The table without the stars that lie on a trail and are not much brighter than it: a dashed or blinking trail is a row of
 * spots. Few true stars are lost, since trails are narrow. `noise` in ADU, `fwhm` of the stars in px.
 */
export function withoutTrailSpots(
  stars: StarTable,
  trails: readonly TrailCandidate[],
  noise: number,
  fwhm: number,
): StarTable {
  if (trails.length === 0 || stars.count === 0) return stars;
  const kept: number[] = [];
  for (let i = 0; i < stars.count; i++) {
    const saturated = (stars.flags[i] & starFlags.saturated) !== 0;
    const onTrail = !saturated && trails.some((trail) => isSpotOf(trail, stars, i, noise, fwhm));
    if (!onTrail) kept.push(i);
  }
  return kept.length === stars.count ? stars : pick(stars, kept);
}

function isSpotOf(trail: TrailCandidate, stars: StarTable, i: number, noise: number, fwhm: number): boolean {
  if (stars.peak[i] > standsOut * trail.snr * noise + 5 * noise) return false;
  return liesOn(trail, stars.x[i], stars.y[i], fwhm);
}

function liesOn(trail: TrailCandidate, x: number, y: number, fwhm: number): boolean {
  const dx = trail.x2 - trail.x1;
  const dy = trail.y2 - trail.y1;
  const length = Math.hypot(dx, dy);
  if (!(length > 0)) return false;
  const along = ((x - trail.x1) * dx + (y - trail.y1) * dy) / length;
  const across = Math.abs((x - trail.x1) * dy - (y - trail.y1) * dx) / length;
  const reach = Math.max(trail.width, fwhm);
  return along > -reach && along < length + reach && across < 0.75 * reach + 1;
}

/** The hits that lie on no trail. */
export function awayFromTrails(
  hits: readonly Place[],
  trails: readonly TrailCandidate[],
  fwhm: number,
): readonly Place[] {
  if (trails.length === 0) return hits;
  return hits.filter(({ x, y }) => !trails.some((trail) => liesOn(trail, x, y, fwhm)));
}

function pick(stars: StarTable, rows: readonly number[]): StarTable {
  const column = (values: Float32Array) => Float32Array.from(rows, (row) => values[row]);
  return {
    count: rows.length,
    x: column(stars.x),
    y: column(stars.y),
    flux: column(stars.flux),
    peak: column(stars.peak),
    snr: column(stars.snr),
    fwhm: column(stars.fwhm),
    hfr: column(stars.hfr),
    ellipticity: column(stars.ellipticity),
    angle: column(stars.angle),
    flags: Uint8Array.from(rows, (row) => stars.flags[row]),
  };
}
