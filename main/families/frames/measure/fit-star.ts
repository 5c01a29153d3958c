/** Fits the frame's point-spread function to one star. */
import type { Plane } from './maxima.ts';
import { type SplinePsf, type SplineSample, splineSample } from './spline-psf.ts';

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

const sample: SplineSample = { value: 0, dx: 0, dy: 0 };

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
  let amplitude = 0;
  for (let iteration = 0; iteration < 8; iteration++) {
    const step = gaussNewtonStep(plane, model, x, y, amplitude, sky);
    if (step === null) return null;
    amplitude = step.amplitude;
    if (!(amplitude > 0)) break;
    const limit = 0.4 * model.radius;
    x += Math.max(-limit, Math.min(limit, step.dx));
    y += Math.max(-limit, Math.min(limit, step.dy));
    if (Math.abs(x - startX) > maxShift || Math.abs(y - startY) > maxShift) return null;
    if (Math.abs(step.dx) + Math.abs(step.dy) < 0.003) break;
  }
  return judgeFit(plane, model, x, y, sky);
}

interface Window {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function windowOf(plane: Plane, x: number, y: number, radius: number): Window {
  return {
    left: Math.max(0, Math.ceil(x - radius)),
    right: Math.min(plane.width - 1, Math.floor(x + radius)),
    top: Math.max(0, Math.ceil(y - radius)),
    bottom: Math.min(plane.height - 1, Math.floor(y + radius)),
  };
}

function gaussNewtonStep(
  plane: Plane,
  model: FitModel,
  x: number,
  y: number,
  amplitude: number,
  sky: number,
) {
  const { left, right, top, bottom } = windowOf(plane, x, y, model.radius);
  let pp = 0;
  let px = 0;
  let py = 0;
  let xx = 0;
  let yy = 0;
  let xy = 0;
  let pv = 0;
  let xv = 0;
  let yv = 0;
  for (let j = top; j <= bottom; j++)
    for (let i = left; i <= right; i++) {
      if (model.parity >= 0 && ((i + j) & 1) !== model.parity) continue;
      const value = plane.values[j * plane.width + i];
      if (Number.isNaN(value)) continue;
      if ((i - x) ** 2 + (j - y) ** 2 > model.radius ** 2) continue;
      splineSample(model.psf, i - x, j - y, sample);
      const p = sample.value;
      const dx = -sample.dx;
      const dy = -sample.dy;
      const v = value - sky;
      pp += p * p;
      px += p * dx;
      py += p * dy;
      xx += dx * dx;
      yy += dy * dy;
      xy += dx * dy;
      pv += p * v;
      xv += dx * v;
      yv += dy * v;
    }
  if (!(pp > 0.3 * model.sumOfSquares * (model.parity >= 0 ? 0.5 : 1))) return null;
  if (amplitude === 0) {
    const first = pv / pp;
    if (!(first > 0)) return { amplitude: first, dx: 0, dy: 0 };
  }
  const solved = solveThree(pp, px, py, xx, xy, yy, pv, xv, yv);
  if (solved === null || !(solved[0] > 0)) return { amplitude: pv / pp, dx: 0, dy: 0 };
  return { amplitude: solved[0], dx: solved[1] / solved[0], dy: solved[2] / solved[0] };
}

/** Cramer's rule for a symmetric 3 x 3 system. */
function solveThree(
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
  r: number,
  s: number,
  t: number,
): readonly [number, number, number] | null {
  const m11 = d * f - e * e;
  const m12 = c * e - b * f;
  const m13 = b * e - c * d;
  const determinant = a * m11 + b * m12 + c * m13;
  if (!(Math.abs(determinant) > 1e-12 * a * d * f)) return null;
  const m22 = a * f - c * c;
  const m23 = b * c - a * e;
  const m33 = a * d - b * b;
  return [
    (m11 * r + m12 * s + m13 * t) / determinant,
    (m12 * r + m22 * s + m23 * t) / determinant,
    (m13 * r + m23 * s + m33 * t) / determinant,
  ];
}

/** Amplitude at a fixed place, and how well the function describes the pixels. */
export function judgeFit(plane: Plane, model: FitModel, x: number, y: number, sky: number): StarFit | null {
  const { left, right, top, bottom } = windowOf(plane, x, y, model.radius);
  let pp = 0;
  let pv = 0;
  let vv = 0;
  let pixels = 0;
  const values = plane.values;
  for (let j = top; j <= bottom; j++)
    for (let i = left; i <= right; i++) {
      if (model.parity >= 0 && ((i + j) & 1) !== model.parity) continue;
      const value = values[j * plane.width + i];
      if (Number.isNaN(value) || (i - x) ** 2 + (j - y) ** 2 > model.radius ** 2) continue;
      splineSample(model.psf, i - x, j - y, sample);
      const v = value - sky;
      pp += sample.value * sample.value;
      pv += sample.value * v;
      vv += v * v;
      pixels++;
    }
  if (pixels < 3 || !(pp > 0)) return null;
  const amplitude = pv / pp;
  const misfit = Math.max(0, vv - (pv * pv) / pp) / Math.max(1, pixels - 3);
  const worstExcess = worstPixel(plane, model, x, y, sky, amplitude, pp);
  return { x, y, amplitude, snr: amplitude * Math.sqrt(model.sumOfSquares), misfit, pixels, worstExcess };
}

/**
 * How much the amplitude rests on a single pixel: the largest drop of the amplitude, as a share of it, when one
 * pixel is left out. A hot pixel gives almost 1, a well-sampled star little.
 */
function worstPixel(
  plane: Plane,
  model: FitModel,
  x: number,
  y: number,
  sky: number,
  amplitude: number,
  pp: number,
): number {
  if (!(amplitude > 0)) return 1;
  let worst = 0;
  const reach = 1.6;
  for (let j = Math.ceil(y - reach); j <= y + reach; j++)
    for (let i = Math.ceil(x - reach); i <= x + reach; i++) {
      if (i < 0 || j < 0 || i >= plane.width || j >= plane.height) continue;
      if (model.parity >= 0 && ((i + j) & 1) !== model.parity) continue;
      const value = plane.values[j * plane.width + i];
      if (Number.isNaN(value)) continue;
      splineSample(model.psf, i - x, j - y, sample);
      const p = sample.value;
      const rest = pp - p * p;
      if (!(rest > 0)) continue;
      const without = (amplitude * pp - p * (value - sky)) / rest;
      worst = Math.max(worst, (amplitude - without) / amplitude);
    }
  return worst;
}

/** Adds `sign` times the fitted star to the plane, as far as the function reaches. Undefined pixels stay so. */
export function addStar(plane: Plane, psf: SplinePsf, fit: StarFit, sign: 1 | -1): void {
  const { left, right, top, bottom } = windowOf(plane, fit.x, fit.y, psf.radius);
  for (let j = top; j <= bottom; j++)
    for (let i = left; i <= right; i++) {
      splineSample(psf, i - fit.x, j - fit.y, sample);
      plane.values[j * plane.width + i] += sign * fit.amplitude * sample.value;
    }
}
