/** Fits the frame's point-spread function to one star. */
import type { Patch } from './patch.ts';
import type { PhaseStamp, PhaseStamps, ProductSums } from './phase-stamps.ts';
import type { SplinePsf } from './spline-psf.ts';
import { stampOf } from './spline-stamp.ts';

/** The function as it is fitted: peak 1, only pixels of one parity where the frame is a mosaic. */
export interface FitModel {
  readonly psf: SplinePsf;
  readonly stamps: PhaseStamps;
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

/** Amplitude, place and misfit; null when the star lies outside or the fit runs away by more than `maxShift` px. */
export function fitStar(
  patch: Patch,
  model: FitModel,
  startX: number,
  startY: number,
  sky = 0,
  maxShift = Math.max(1.5, model.radius),
): StarFit | null {
  let x = startX;
  let y = startY;
  // Within its sub-pixel cell the function is straight: once the place stays there, it is found.
  const settled = 0.6 / model.stamps.phases;
  for (let iteration = 0; ; iteration++) {
    const stamp = model.stamps.at(x, y);
    const sums = collect(patch, model, stamp, x, y, sky);
    if (!(sums.pp > 0.3 * model.sumOfSquares * (model.parity >= 0 ? 0.5 : 1)) || sums.pixels < 3) return null;
    const step = solve(sums);
    const limit = 0.4 * model.radius;
    const dx = Math.max(-limit, Math.min(limit, step.dx));
    const dy = Math.max(-limit, Math.min(limit, step.dy));
    const nextX = Math.round(x) + stamp.x + dx;
    const nextY = Math.round(y) + stamp.y + dy;
    const stays = Math.abs(dx) < settled && Math.abs(dy) < settled;
    if (Math.abs(nextX - startX) > maxShift || Math.abs(nextY - startY) > maxShift) return null;
    if (stays || iteration >= mostIterations) {
      const misfit = Math.max(0, sums.vv - step.explained) / Math.max(1, sums.pixels - 3);
      const amplitude = step.amplitude;
      const worstExcess = worstPixel(patch, model, stamp, { x, y, dx, dy, sky, amplitude, pp: sums.pp });
      const snr = amplitude * Math.sqrt(model.sumOfSquares);
      return { x: nextX, y: nextY, amplitude, snr, misfit, pixels: sums.pixels, worstExcess };
    }
    x = nextX;
    y = nextY;
  }
}

interface Sums extends ProductSums {
  pv: number;
  xv: number;
  yv: number;
  vv: number;
}

const sums: Sums = { pixels: 0, pp: 0, px: 0, py: 0, xx: 0, yy: 0, xy: 0, pv: 0, xv: 0, yv: 0, vv: 0 };

/** Products of function, its changes and pixels over the circle; the result is overwritten by the next call. */
function collect(patch: Patch, model: FitModel, stamp: PhaseStamp, x: number, y: number, sky: number): Sums {
  const cornerX = Math.round(x) - stamp.reach;
  const cornerY = Math.round(y) - stamp.reach;
  const reach = model.stamps.circleReach;
  const inside =
    Math.round(x) - reach >= patch.left &&
    Math.round(y) - reach >= patch.top &&
    Math.round(x) + reach < patch.right &&
    Math.round(y) + reach < patch.bottom;
  if (model.parity < 0 && inside) {
    collectWhole(patch, stamp, reach, cornerX, cornerY, sky);
    if (!Number.isNaN(sums.vv)) return withProducts(stamp.sums);
  }
  collectDefined(patch, stamp, cornerX, cornerY, sky, model.parity);
  return sums;
}

function withProducts(products: ProductSums): Sums {
  sums.pixels = products.pixels;
  sums.pp = products.pp;
  sums.px = products.px;
  sums.py = products.py;
  sums.xx = products.xx;
  sums.yy = products.yy;
  sums.xy = products.xy;
  return sums;
}

/** All pixels of the circle there and defined; else the sums are NaN. */
function collectWhole(
  patch: Patch,
  stamp: PhaseStamp,
  circleReach: number,
  cornerX: number,
  cornerY: number,
  sky: number,
): void {
  const { value, moveX, moveY, side, first, last } = stamp;
  const { values } = patch;
  let pv = 0;
  let xv = 0;
  let yv = 0;
  let vv = 0;
  for (let j = stamp.reach - circleReach; j <= stamp.reach + circleReach; j++) {
    const base = (cornerY + j - patch.top) * patch.width + cornerX - patch.left;
    const end = last[j];
    const row = j * side;
    for (let i = first[j]; i <= end; i++) {
      const v = values[base + i] - sky;
      pv += value[row + i] * v;
      xv += moveX[row + i] * v;
      yv += moveY[row + i] * v;
      vv += v * v;
    }
  }
  sums.pv = pv;
  sums.xv = xv;
  sums.yv = yv;
  sums.vv = vv;
}

/** The same where pixels are missing or of the wrong colour; the function's own products over those that are left. */
function collectDefined(
  patch: Patch,
  stamp: PhaseStamp,
  cornerX: number,
  cornerY: number,
  sky: number,
  parity: number,
): void {
  const { value, moveX, moveY, side, first, last } = stamp;
  for (const name of Object.keys(sums) as (keyof Sums)[]) sums[name] = 0;
  for (let j = 0; j < side; j++) {
    const y = cornerY + j;
    if (y < patch.top || y >= patch.bottom) continue;
    const base = (y - patch.top) * patch.width - patch.left;
    for (let i = first[j]; i <= last[j]; i++) {
      const x = cornerX + i;
      if (x < patch.left || x >= patch.right || (parity >= 0 && ((x + y) & 1) !== parity)) continue;
      const v = patch.values[base + x] - sky;
      if (Number.isNaN(v)) continue;
      const k = j * side + i;
      const p = value[k];
      const slopeX = moveX[k];
      const slopeY = moveY[k];
      sums.pixels++;
      sums.pp += p * p;
      sums.px += p * slopeX;
      sums.py += p * slopeY;
      sums.xx += slopeX * slopeX;
      sums.yy += slopeY * slopeY;
      sums.xy += slopeX * slopeY;
      sums.pv += p * v;
      sums.xv += slopeX * v;
      sums.yv += slopeY * v;
      sums.vv += v * v;
    }
  }
}

interface Step {
  amplitude: number;
  dx: number;
  dy: number;
  /** What the fit takes out of the sum of squares. */
  explained: number;
}

const result: Step = { amplitude: 0, dx: 0, dy: 0, explained: 0 };

function still(s: Sums): Step {
  result.amplitude = s.pv / s.pp;
  result.dx = 0;
  result.dy = 0;
  result.explained = (s.pv * s.pv) / s.pp;
  return result;
}

/** Amplitude and shift by linear least squares (Cramer's rule); no shift where there is no light. */
function solve(s: Sums): Step {
  if (!(s.pv > 0)) return still(s);
  const m11 = s.xx * s.yy - s.xy * s.xy;
  const m12 = s.py * s.xy - s.px * s.yy;
  const m13 = s.px * s.xy - s.py * s.xx;
  const determinant = s.pp * m11 + s.px * m12 + s.py * m13;
  if (!(Math.abs(determinant) > 1e-12 * s.pp * s.xx * s.yy)) return still(s);
  const amplitude = (m11 * s.pv + m12 * s.xv + m13 * s.yv) / determinant;
  if (!(amplitude > 0)) return still(s);
  const m22 = s.pp * s.yy - s.py * s.py;
  const m23 = s.px * s.py - s.pp * s.xy;
  const m33 = s.pp * s.xx - s.px * s.px;
  const alongX = (m12 * s.pv + m22 * s.xv + m23 * s.yv) / determinant;
  const alongY = (m13 * s.pv + m23 * s.xv + m33 * s.yv) / determinant;
  // The changes are those of a unit star: the shift follows after division by the amplitude, or by that of no shift.
  const divisor = Math.max(amplitude, s.pv / s.pp);
  result.amplitude = amplitude;
  result.dx = alongX / divisor;
  result.dy = alongY / divisor;
  result.explained = amplitude * s.pv + alongX * s.xv + alongY * s.yv;
  return result;
}

interface Placed {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
  readonly sky: number;
  readonly amplitude: number;
  readonly pp: number;
}

/**
 * How much the amplitude rests on a single pixel: the largest drop of the amplitude, as a share of it, when one
 * pixel is left out. A hot pixel gives almost 1, a well-sampled star little.
 */
function worstPixel(patch: Patch, model: FitModel, stamp: PhaseStamp, star: Placed): number {
  const { sky, amplitude, pp } = star;
  if (!(amplitude > 0)) return 1;
  const middleX = Math.round(star.x);
  const middleY = Math.round(star.y);
  let worst = 0;
  for (let j = -2; j <= 2; j++)
    for (let i = -2; i <= 2; i++) {
      const x = middleX + i;
      const y = middleY + j;
      if (Math.abs(i - stamp.x - star.dx) > 1.6 || Math.abs(j - stamp.y - star.dy) > 1.6) continue;
      if (x < patch.left || y < patch.top || x >= patch.right || y >= patch.bottom) continue;
      if (model.parity >= 0 && ((x + y) & 1) !== model.parity) continue;
      const value = patch.values[(y - patch.top) * patch.width + x - patch.left];
      if (Number.isNaN(value)) continue;
      const k = (j + stamp.reach) * stamp.side + i + stamp.reach;
      const p = stamp.value[k] + star.dx * stamp.moveX[k] + star.dy * stamp.moveY[k];
      const rest = pp - p * p;
      if (!(rest > 0)) continue;
      const without = (amplitude * pp - p * (value - sky)) / rest;
      worst = Math.max(worst, (amplitude - without) / amplitude);
    }
  return worst;
}

/** Brighter stars are drawn from the function itself: on them even small errors of the stamps would show. */
const finelyDrawn = 300;

/** Adds `sign` times the fitted star to the patch, as far as the function reaches. Undefined pixels stay so. */
export function addStar(patch: Patch, model: FitModel, fit: StarFit, sign: 1 | -1): void {
  if (fit.amplitude > finelyDrawn) addFinely(patch, model.psf, fit, sign);
  else addStamp(patch, model.stamps.at(fit.x, fit.y), fit, sign * fit.amplitude);
}

function addStamp(patch: Patch, stamp: PhaseStamp, fit: StarFit, light: number): void {
  const middleX = Math.round(fit.x);
  const middleY = Math.round(fit.y);
  const dx = fit.x - middleX - stamp.x;
  const dy = fit.y - middleY - stamp.y;
  const { value, moveX, moveY, side } = stamp;
  const { values } = patch;
  const cornerX = middleX - stamp.reach;
  const cornerY = middleY - stamp.reach;
  const start = Math.max(0, patch.left - cornerX);
  const end = Math.min(side, patch.right - cornerX);
  const bottom = Math.min(side, patch.bottom - cornerY);
  for (let j = Math.max(0, patch.top - cornerY); j < bottom; j++) {
    const base = (cornerY + j - patch.top) * patch.width + cornerX - patch.left;
    const row = j * side;
    for (let i = start; i < end; i++)
      values[base + i] += light * (value[row + i] + dx * moveX[row + i] + dy * moveY[row + i]);
  }
}

function addFinely(patch: Patch, psf: SplinePsf, fit: StarFit, sign: 1 | -1): void {
  const frame = { width: patch.width, height: patch.bottom - patch.top };
  const stamp = stampOf(frame, psf, fit.x - patch.left, fit.y - patch.top, psf.radius, false);
  const { value, left, right, top, bottom } = stamp;
  const { values, width } = patch;
  const light = sign * fit.amplitude;
  let k = 0;
  for (let j = top; j <= bottom; j++)
    for (let i = left; i <= right; i++, k++) values[j * width + i] += light * value[k];
}
