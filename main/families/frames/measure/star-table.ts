/** The table of stars that a record keeps. */
import { type StarTable, starFlags } from '../record.ts';
import type { DetectedStar } from './detected-star.ts';
import type { FramePsf } from './frame-psf.ts';
import type { FieldShapes } from './shape-field.ts';

/** Stars kept in a record, brightest first: enough for matching and for grids of cells. */
const mostStars = 20_000;

export interface StarTableInput {
  readonly width: number;
  readonly height: number;
  readonly psf: FramePsf;
  readonly shapes: FieldShapes;
  readonly stars: readonly DetectedStar[];
  /** Local sigma in ADU at a pixel. */
  readonly sigmaAt: (x: number, y: number) => number;
  readonly hfr: (star: DetectedStar) => number;
  /** The frame's noise, ADU: what a star's SNR is told against, wherever it lies. */
  readonly noise: number;
}

/** Closer than this to the border, px, a star is marked and not counted. */
export const borderPixels = 8;

export function emptyStarTable(): StarTable {
  return tableOf(0);
}

function tableOf(count: number): StarTable {
  const column = () => new Float32Array(count);
  return {
    count,
    x: column(),
    y: column(),
    flux: column(),
    peak: column(),
    snr: column(),
    fwhm: column(),
    hfr: column(),
    ellipticity: column(),
    angle: column(),
    flags: new Uint8Array(count),
  };
}

export function starTableOf(input: StarTableInput): StarTable {
  const { stars, psf, width, height } = input;
  const table = tableOf(Math.min(mostStars, stars.length));
  for (let i = 0; i < table.count; i++) {
    const { fit, saturated, blended } = stars[i];
    const sigma = input.sigmaAt(fit.x, fit.y);
    table.x[i] = fit.x;
    table.y[i] = fit.y;
    table.peak[i] = fit.amplitude * sigma;
    table.flux[i] = fit.amplitude * sigma * psf.shape.sum;
    table.snr[i] = fit.snr * (input.noise > 0 && sigma > 0 ? sigma / input.noise : 1);
    const shape = input.shapes.at(fit.x, fit.y);
    table.fwhm[i] = saturated ? Number.NaN : shape.fwhm;
    table.ellipticity[i] = saturated ? Number.NaN : shape.ellipticity;
    table.angle[i] = saturated ? Number.NaN : shape.angle;
    table.hfr[i] = saturated ? Number.NaN : input.hfr(stars[i]);
    table.flags[i] =
      (saturated ? starFlags.saturated : 0) |
      (blended ? starFlags.blended : 0) |
      edgeFlag(fit, width, height);
  }
  return table;
}

function edgeFlag(fit: { x: number; y: number }, width: number, height: number): number {
  const inside =
    fit.x >= borderPixels &&
    fit.y >= borderPixels &&
    fit.x <= width - 1 - borderPixels &&
    fit.y <= height - 1 - borderPixels;
  return inside ? 0 : starFlags.nearEdge;
}
