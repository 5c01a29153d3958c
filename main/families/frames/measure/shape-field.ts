/** How the size and shape of the stars change over the frame: tilt, field curvature, corners. */
import type { DetectedStar } from './detected-star.ts';
import type { FramePsf } from './frame-psf.ts';
import { solveDense } from './moffat.ts';
import { type Patch, patchValue } from './patch.ts';
import { ellipseOf } from './psf-shape.ts';
import { madSigmaOf, medianOf } from './robust.ts';
import { type SplinePsf, type SplineSample, splineSample, splineValue } from './spline-psf.ts';
import { annulusReach, annulusSky } from './star-sky.ts';
import type { PatchSource } from './starless.ts';

/** A star's profile against the frame's: relative growth and two stretches, to first order. */
interface Distortion {
  readonly x: number;
  readonly y: number;
  /** FWHM relative to the frame's, less 1. */
  readonly growth: number;
  /** Stretch along x against y, and along the diagonals. */
  readonly plus: number;
  readonly cross: number;
  readonly weight: number;
}

export interface LocalShape {
  readonly fwhm: number;
  readonly ellipticity: number;
  readonly angle: number;
}

/** Size and shape of the stars over the frame. */
export interface FieldShapes {
  /** That of a star at a place. */
  at(x: number, y: number): LocalShape;
  /** False where too few stars say how the shape changes: it is the same everywhere then. */
  readonly isVarying: boolean;
}

const leastSnr = 25;
const mostStars = 300;
/** Greatest change over a frame that the field's terms are expected to have. */
const usualChange = 0.06;

/**
 * Fits growth and stretches of the lone bright stars as quadratic functions of place (linear for less than 24 stars,
 * constant for less than 10). The source has all stars taken off by the profile `takenOff`; each gets its own light back.
 */
export function shapeField(
  source: PatchSource,
  psf: FramePsf,
  stars: readonly DetectedStar[],
  takenOff: SplinePsf,
): FieldShapes {
  const measured: Distortion[] = [];
  for (const star of stars) {
    if (measured.length >= mostStars || star.fit.snr < leastSnr) break;
    if (star.saturated || star.blended) continue;
    const patch = source.patch(star.fit.x, star.fit.y, annulusReach(psf.shape.fwhm));
    const distortion = distortionOf(patch, psf, star, takenOff);
    if (distortion !== null) measured.push(distortion);
  }
  const kept = withoutOutliers(measured);
  // Of a double image the stretch of both together says nothing about one.
  if (psf.moffat.second !== undefined) return { isVarying: false, at: () => distorted(psf, 0, 0, 0) };
  const terms = kept.length >= 24 ? 6 : kept.length >= 10 ? 3 : 1;
  const place = (x: number, y: number) =>
    termsAt((2 * x) / source.width - 1, (2 * y) / source.height - 1, terms);
  const fitted = (['growth', 'plus', 'cross'] as const).map((name) => fitTerms(kept, name, place, terms));
  const [growth, plus, cross] = fitted;
  return {
    isVarying: terms > 1,
    at: (x, y) => {
      const basis = place(x, y);
      return distorted(psf, productOf(growth, basis), productOf(plus, basis), productOf(cross, basis));
    },
  };
}

function productOf(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

function termsAt(u: number, v: number, terms: number): number[] {
  return [1, u, v, u * u - 1 / 3, u * v, v * v - 1 / 3].slice(0, terms);
}

/**
 * Weighted least squares with a normal prior on every term but the first. How wide the prior is, the stars say: terms
 * that are no larger than their errors are drawn to 0, so that an even field stays even.
 */
function fitTerms(
  stars: readonly Distortion[],
  name: 'growth' | 'plus' | 'cross',
  place: (x: number, y: number) => number[],
  terms: number,
): number[] {
  const matrix = new Float64Array(terms * terms);
  const right = new Float64Array(terms);
  for (const star of stars) {
    const basis = place(star.x, star.y);
    for (let a = 0; a < terms; a++) {
      right[a] += star.weight * basis[a] * star[name];
      for (let b = 0; b < terms; b++) matrix[a * terms + b] += star.weight * basis[a] * basis[b];
    }
  }
  matrix[0] += 1 / usualChange ** 2;
  const free = solveWithPrior(matrix, right, terms, usualChange);
  let surplus = 0;
  for (let k = 1; k < terms; k++) surplus += free[k] ** 2 - 1 / Math.max(1e-9, matrix[k * terms + k]);
  const spread = Math.sqrt(Math.max(1e-7, surplus / Math.max(1, terms - 1)));
  return solveWithPrior(matrix, right, terms, Math.min(usualChange, spread));
}

function solveWithPrior(matrix: Float64Array, right: Float64Array, terms: number, spread: number): number[] {
  const held = matrix.slice();
  for (let k = 1; k < terms; k++) held[k * terms + k] += 1 / spread ** 2;
  return [...(solveDense(held, right, terms) ?? new Float64Array(terms))];
}

function withoutOutliers(stars: readonly Distortion[]): Distortion[] {
  if (stars.length < 6) return [...stars];
  let kept = [...stars];
  for (const name of ['growth', 'plus', 'cross'] as const) {
    const centre = medianOf(kept.map((star) => star[name]));
    const spread = Math.max(
      0.01,
      madSigmaOf(
        kept.map((star) => star[name]),
        centre,
      ),
    );
    kept = kept.filter(
      (star) => Math.abs(star[name] - centre) < 3.5 * Math.max(spread, 1 / Math.sqrt(star.weight)),
    );
  }
  return kept;
}

/**
 * FWHM of one star relative to the frame's, less 1; infinite when it is no star's. The patch has all stars taken off and
 * reaches as far as the ring of sky.
 */
export function growthOf(patch: Patch, psf: FramePsf, star: DetectedStar): number {
  return distortionOf(patch, psf, star, psf.model.psf)?.growth ?? Number.POSITIVE_INFINITY;
}

const unknowns = 6;
const row = new Float64Array(unknowns);
const sample: SplineSample = { value: 0, dx: 0, dy: 0 };

/** Linear fit of amplitude, shift, growth and stretches to what the frame's profile leaves of one star. */
function distortionOf(
  patch: Patch,
  psf: FramePsf,
  star: DetectedStar,
  takenOff: SplinePsf,
): Distortion | null {
  const { model } = psf;
  const { fit } = star;
  const radius = model.radius;
  const sky = annulusSky(patch, fit.x, fit.y, psf.shape.fwhm) - psf.ringShare * fit.amplitude;
  const normal = new Float64Array(unknowns * unknowns);
  const right = new Float64Array(unknowns);
  for (let j = Math.ceil(fit.y - radius); j <= fit.y + radius; j++)
    for (let i = Math.ceil(fit.x - radius); i <= fit.x + radius; i++) {
      if (model.parity >= 0 && ((i + j) & 1) !== model.parity) continue;
      const remainder = patchValue(patch, i, j) - sky;
      if (Number.isNaN(remainder)) continue;
      const x = i - fit.x;
      const y = j - fit.y;
      splineSample(model.psf, x, y, sample);
      const left = remainder + fit.amplitude * (splineValue(takenOff, x, y) - sample.value);
      const along = (x - psf.shape.x) * sample.dx;
      const across = (y - psf.shape.y) * sample.dy;
      row[0] = sample.value;
      row[1] = -fit.amplitude * sample.dx;
      row[2] = -fit.amplitude * sample.dy;
      row[3] = -fit.amplitude * (along + across);
      row[4] = -fit.amplitude * (along - across);
      row[5] = -fit.amplitude * ((x - psf.shape.x) * sample.dy + (y - psf.shape.y) * sample.dx);
      for (let a = 0; a < unknowns; a++) {
        right[a] += row[a] * left;
        for (let b = 0; b < unknowns; b++) normal[a * unknowns + b] += row[a] * row[b];
      }
    }
  const solved = solveDense(normal, right, unknowns);
  if (solved === null || !solved.every(Number.isFinite)) return null;
  const [growth, plus, cross] = [solved[3], solved[4], solved[5]];
  if (Math.abs(growth) > 0.6 || Math.hypot(plus, cross) > 0.6) return null;
  // Noise of the growth, and a floor: bright stars differ by more than their noise.
  const variance = 1 / Math.max(1e-9, normal[3 * unknowns + 3]) + 0.01 ** 2;
  return { x: fit.x, y: fit.y, growth, plus, cross, weight: 1 / variance };
}

/** The frame's half-maximum region, grown and stretched. */
function distorted(psf: FramePsf, growth: number, plus: number, cross: number): LocalShape {
  const { shape } = psf;
  const a = 1 + growth + plus;
  const d = 1 + growth - plus;
  const xx = a * a * shape.xx + 2 * a * cross * shape.xy + cross * cross * shape.yy;
  const yy = cross * cross * shape.xx + 2 * d * cross * shape.xy + d * d * shape.yy;
  const xy = a * cross * shape.xx + (a * d + cross * cross) * shape.xy + d * cross * shape.yy;
  const area = Math.sqrt(Math.max(0, a * d - cross * cross));
  return { fwhm: shape.fwhm * area, ...ellipseOf(xx, yy, xy) };
}
