/** Fits the frame's point-spread function to one star. */
import type { Plane } from './maxima.ts';
import type { SplinePsf } from './spline-psf.ts';
import { type Stamp, stampOf } from './spline-stamp.ts';

/** The function as it is fitted: peak 1, only pixels of one parity where the frame is a mosaic. */
export interface FitModel {
  readonly psf: SplinePsf;
  /** Sum of squares over a pixel grid with the peak at 1. */
  readonly sumOfSquares: number;
  /** Pixels within this distance of the centre take part, px. */
  readonly radius: number;
  /** (x + y) & 1 of the pixels that take part, -1 for all. */
  readonly parity: -1 | 0 | 1;
}

export interface StarFit {
  readonly x: number;
  readonly y: number;
  /** Height of the peak over the sky, in sigmas of the noise. */
  readonly amplitude: number;
  /** Matched-filter signal to noise: amplitude * sqrt(sum of psf squared). */
  readonly snr: number;
  /** Squared misfit per pixel, in units of the noise, and the number of pixels. */
  readonly misfit: number;
  readonly pixels: number;
  /** Greatest share of the fitted flux that one pixel holds beyond what the function gives it. */
  readonly worstExcess: number;
}

const mostIterations = 8;
/** The place is settled when it moves by less than this, px. */
const settled = 0.01;

/** Amplitude, place and misfit; null when the star lies outside or the fit runs away by more than `maxShift` px. */
export function fitStar(
  plane: Plane,
  model: FitModel,
  startX: number,
  startY: number,
  sky = 0,
  maxShift = Math.max(1.5, model.radius),
): StarFit | null {
  let x = startX;
  let y = startY;
  for (let iteration = 0; ; iteration++) {
    const stamp = stampOf(plane, model.psf, x, y, model.radius);
    const sums = collect(plane, model, stamp, x, y, sky);
    if (!(sums.pp > 0.3 * model.sumOfSquares * (model.parity >= 0 ? 0.5 : 1)) || sums.pixels < 3) return null;
    const step = newtonStep(sums);
    const limit = 0.4 * model.radius;
    const dx = Math.max(-limit, Math.min(limit, step.dx));
    const dy = Math.max(-limit, Math.min(limit, step.dy));
    if (Math.abs(dx) + Math.abs(dy) < settled || iteration >= mostIterations) {
      return describe(plane, model, stamp, sums, x, y, sky);
    }
    x += dx;
    y += dy;
    if (Math.abs(x - startX) > maxShift || Math.abs(y - startY) > maxShift) return null;
  }
}

interface Sums {
  pixels: number;
  pp: number;
  px: number;
  py: number;
  xx: number;
  yy: number;
  xy: number;
  pv: number;
  xv: number;
  yv: number;
  vv: number;
}

const sums: Sums = { pixels: 0, pp: 0, px: 0, py: 0, xx: 0, yy: 0, xy: 0, pv: 0, xv: 0, yv: 0, vv: 0 };

/** Products of value, slopes and pixel over the stamp; the result is overwritten by the next call. */
function collect(plane: Plane, model: FitModel, stamp: Stamp, x: number, y: number, sky: number): Sums {
  let pixels = 0;
  let pp = 0;
  let px = 0;
  let py = 0;
  let xx = 0;
  let yy = 0;
  let xy = 0;
  let pv = 0;
  let xv = 0;
  let yv = 0;
  let vv = 0;
  const square = model.radius * model.radius;
  const { values } = plane;
  const { parity } = model;
  let k = 0;
  for (let j = stamp.top; j <= stamp.bottom; j++) {
    const base = j * plane.width;
    const dy = (j - y) * (j - y);
    for (let i = stamp.left; i <= stamp.right; i++, k++) {
      if (parity >= 0 && ((i + j) & 1) !== parity) continue;
      const value = values[base + i];
      if (Number.isNaN(value) || (i - x) * (i - x) + dy > square) continue;
      const p = stamp.value[k];
      const slopeX = -stamp.dx[k];
      const slopeY = -stamp.dy[k];
      const v = value - sky;
      pixels++;
      pp += p * p;
      px += p * slopeX;
      py += p * slopeY;
      xx += slopeX * slopeX;
      yy += slopeY * slopeY;
      xy += slopeX * slopeY;
      pv += p * v;
      xv += slopeX * v;
      yv += slopeY * v;
      vv += v * v;
    }
  }
  sums.pixels = pixels;
  sums.pp = pp;
  sums.px = px;
  sums.py = py;
  sums.xx = xx;
  sums.yy = yy;
  sums.xy = xy;
  sums.pv = pv;
  sums.xv = xv;
  sums.yv = yv;
  sums.vv = vv;
  return sums;
}

const still = { dx: 0, dy: 0 };

/** Gauss-Newton step of the place, amplitude solved for along with it (Cramer's rule); none where there is no light. */
function newtonStep(s: Sums): { readonly dx: number; readonly dy: number } {
  if (!(s.pv > 0)) return still;
  const m11 = s.xx * s.yy - s.xy * s.xy;
  const m12 = s.py * s.xy - s.px * s.yy;
  const m13 = s.px * s.xy - s.py * s.xx;
  const determinant = s.pp * m11 + s.px * m12 + s.py * m13;
  if (!(Math.abs(determinant) > 1e-12 * s.pp * s.xx * s.yy)) return still;
  const amplitude = (m11 * s.pv + m12 * s.xv + m13 * s.yv) / determinant;
  if (!(amplitude > 0)) return still;
  const m22 = s.pp * s.yy - s.py * s.py;
  const m23 = s.px * s.py - s.pp * s.xy;
  const m33 = s.pp * s.xx - s.px * s.px;
  const alongX = (m12 * s.pv + m22 * s.xv + m23 * s.yv) / determinant;
  const alongY = (m13 * s.pv + m23 * s.xv + m33 * s.yv) / determinant;
  // The slopes are those of a unit star: the shift follows after division by the amplitude just found by projection.
  const projected = s.pv / s.pp;
  return { dx: alongX / Math.max(amplitude, projected), dy: alongY / Math.max(amplitude, projected) };
}

function describe(
  plane: Plane,
  model: FitModel,
  stamp: Stamp,
  { pp, pv, vv, pixels }: Sums,
  x: number,
  y: number,
  sky: number,
): StarFit {
  const amplitude = pv / pp;
  const misfit = Math.max(0, vv - (pv * pv) / pp) / Math.max(1, pixels - 3);
  const worstExcess = worstPixel(plane, model, stamp, x, y, sky, amplitude, pp);
  return { x, y, amplitude, snr: amplitude * Math.sqrt(model.sumOfSquares), misfit, pixels, worstExcess };
}

/**
 * How much the amplitude rests on a single pixel: the largest drop of the amplitude, as a share of it, when one
 * pixel is left out. A hot pixel gives almost 1, a well-sampled star little.
 */
function worstPixel(
  plane: Plane,
  model: FitModel,
  stamp: Stamp,
  x: number,
  y: number,
  sky: number,
  amplitude: number,
  pp: number,
): number {
  if (!(amplitude > 0)) return 1;
  let worst = 0;
  const reach = 1.6;
  const width = stamp.right - stamp.left + 1;
  for (let j = Math.max(stamp.top, Math.ceil(y - reach)); j <= Math.min(stamp.bottom, y + reach); j++)
    for (let i = Math.max(stamp.left, Math.ceil(x - reach)); i <= Math.min(stamp.right, x + reach); i++) {
      if (model.parity >= 0 && ((i + j) & 1) !== model.parity) continue;
      const value = plane.values[j * plane.width + i];
      if (Number.isNaN(value)) continue;
      const p = stamp.value[(j - stamp.top) * width + i - stamp.left];
      const rest = pp - p * p;
      if (!(rest > 0)) continue;
      const without = (amplitude * pp - p * (value - sky)) / rest;
      worst = Math.max(worst, (amplitude - without) / amplitude);
    }
  return worst;
}

/** Adds `sign` times the fitted star to the plane, as far as the function reaches. Undefined pixels stay so. */
export function addStar(plane: Plane, psf: SplinePsf, fit: StarFit, sign: 1 | -1): void {
  const stamp = stampOf(plane, psf, fit.x, fit.y, psf.radius, false);
  const light = sign * fit.amplitude;
  let k = 0;
  for (let j = stamp.top; j <= stamp.bottom; j++) {
    const base = j * plane.width;
    for (let i = stamp.left; i <= stamp.right; i++, k++) plane.values[base + i] += light * stamp.value[k];
  }
}
