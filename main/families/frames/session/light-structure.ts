/**
 * The shape of a frame's losses over the detector: smooth two-dimensional polynomials fitted to the stars' losses.
 * Cloud has shape; veil, airmass and exposure have none. What the same night's frames show as a rule (dither over
 * an imperfect flat field, changing seeing) is measured over all frames and counts as noise.
 */
import { openShare, referenceStretch } from './few-frames.ts';
import { weightedLeastSquares } from './least-squares.ts';
import { median, robustSigma, weightedMedian } from './robust-statistics.ts';
import type { FramePhotometry } from './star-photometry.ts';

export interface LightStructure {
  /** Coefficients of the shape terms; each term has unit mean square over the detector. */
  readonly shape: Float64Array;
  /** Variance of each by the stars' errors, and the covariance of those that the stars can carry (the first ones). */
  readonly variance: Float64Array;
  readonly covariance: readonly Float64Array[];
  /** Loss at the detector's grid cells, natural log, frame's own mean included; NaN where no star supports it. */
  readonly cells: Float64Array;
  /** Root mean square of the shape beyond its noise. */
  readonly amplitude: number;
}

export const cellColumns = 8;
export const cellRows = 6;

/** Exponents of the terms after the constant, by degree. */
const terms: readonly (readonly [number, number])[] = [
  [1, 0],
  [0, 1],
  [2, 0],
  [1, 1],
  [0, 2],
  [3, 0],
  [2, 1],
  [1, 2],
  [0, 3],
  [4, 0],
  [3, 1],
  [2, 2],
  [1, 3],
  [0, 4],
]; // prettier-ignore
export const shapeDegrees: readonly number[] = terms.map(([p, q]) => p + q);

/** Legendre polynomial scaled to unit mean square on [-1, 1]. */
function legendre(order: number, u: number): number {
  const value = [1, u, (3 * u * u - 1) / 2, (5 * u ** 3 - 3 * u) / 2, (35 * u ** 4 - 30 * u * u + 3) / 8][
    order
  ];
  return value * Math.sqrt(2 * order + 1);
}

/** Terms that this many stars can carry: eight stars a term. */
function termsFor(stars: number): number {
  if (stars >= 110) return terms.length;
  if (stars >= 64) return 9;
  if (stars >= 36) return 5;
  return stars >= 16 ? 2 : 0;
}

export function lightStructure(
  frame: FramePhotometry,
  extent: { readonly width: number; readonly height: number },
): LightStructure {
  const stars = frame.x.length;
  const used = termsFor(stars);
  const size = used + 1;
  const rowAt = (x: number, y: number, into: Float64Array, base: number): void => {
    const u = (2 * x) / extent.width - 1;
    const v = (2 * y) / extent.height - 1;
    into[base] = 1;
    for (let k = 0; k < used; k++) into[base + k + 1] = legendre(terms[k][0], u) * legendre(terms[k][1], v);
  };
  const design = new Float64Array(stars * size);
  for (let i = 0; i < stars; i++) rowAt(frame.x[i], frame.y[i], design, i * size);
  const { coefficients, covariance, stretch } = robustFit(frame, design, size);
  const shape = new Float64Array(terms.length);
  const variance = new Float64Array(terms.length).fill(Number.NaN);
  let excess = 0;
  for (let k = 0; k < used; k++) {
    shape[k] = coefficients[k + 1];
    variance[k] = covariance[k + 1][k + 1] * stretch;
    excess += shape[k] ** 2 - variance[k];
  }
  const known = covariance.slice(1).map((row) => row.slice(1).map((value) => value * stretch));
  const cells = new Float64Array(cellColumns * cellRows);
  const row = new Float64Array(size);
  for (let c = 0; c < cells.length; c++) {
    const x = (((c % cellColumns) + 0.5) / cellColumns) * extent.width;
    const y = ((Math.floor(c / cellColumns) + 0.5) / cellRows) * extent.height;
    rowAt(x, y, row, 0);
    cells[c] = row.reduce((sum, value, k) => sum + value * coefficients[k], 0);
  }
  return { shape, variance, covariance: known, cells, amplitude: Math.sqrt(Math.max(0, excess)) };
}

/** Rounds of the fit; in the last ones a star far off has no say at all (its light is not its own alone). */
const fitRounds = 6;
const huberRounds = 2;
const huberCut = 2.5;
/** Tukey's cut, at which 95 % of the efficiency on normal errors is left. */
const bisquareCut = 4.685;

/**
 * Fit in which no star counts for more than stars of this frame agree with each other: what they scatter beyond their own errors
 * (`beyond`) is added to each error, so that one bright star that is off does not bend the whole field. `stretch` says by how
 * much they scatter more than even that.
 */
function robustFit(frame: FramePhotometry, design: Float64Array, size: number) {
  const { starLoss, starError } = frame;
  let solution = weightedLeastSquares(
    design,
    size,
    starLoss,
    starError.map((error) => 1 / error ** 2),
  );
  let stretch = 1;
  for (let round = 0; round < fitRounds; round++) {
    const residuals = starLoss.map((value, i) => value - rowTimes(design, size, i, solution.coefficients));
    const beyond = scatterBeyond(residuals, starError);
    const errors = starError.map((error) => Math.hypot(error, beyond));
    const pulls = residuals.map((residual, i) => residual / errors[i]);
    const scale = Math.max(1, robustSigma(pulls, 0));
    stretch = scale * scale;
    const weights = pulls.map((pull, i) => {
      const z = Math.abs(pull) / scale;
      return (round < huberRounds ? Math.min(1, huberCut / z) : bisquare(z / bisquareCut)) / errors[i] ** 2;
    });
    solution = weightedLeastSquares(design, size, starLoss, weights);
  }
  return { ...solution, stretch };
}

function rowTimes(design: Float64Array, size: number, row: number, coefficients: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < size; k++) sum += design[row * size + k] * coefficients[k];
  return sum;
}

/** One sigma that, added to each star's error, makes the stars that know best scatter as they should; 0 where they do already. */
function scatterBeyond(residuals: Float64Array, errors: Float64Array): number {
  const weights = errors.map((error) => 1 / error);
  const seen = 1.4826 * weightedMedian(residuals.map(Math.abs), weights);
  const own = weightedMedian(errors, weights);
  return Math.sqrt(Math.max(0, seen ** 2 - own ** 2));
}

const bisquare = (u: number): number => (u >= 1 ? 0 : (1 - u * u) ** 2);

/** What telescopes show as a rule, and the number of frames that must say otherwise before it counts for half. */
const expectedShape = 0.004;
const expectedFrames = 6;

/**
 * For each frame, the variance of each shape term beyond the stars' errors: what the night's ordinary frames show, and what a
 * reference of few frames adds: the shapes of the others (half of them clouded, it is clouded as well) and its stars' own errors.
 */
export function usualShapeVariance(structures: readonly (LightStructure | null)[]): Float64Array[] {
  const known = structures.filter((s): s is LightStructure => s !== null);
  const usual = terms.map((_, k) => usualVarianceOf(known, k));
  const excessOf = (s: LightStructure, k: number): number =>
    Number.isFinite(s.variance[k]) ? Math.max(0, s.shape[k] ** 2 - s.variance[k]) : 0;
  const totals = terms.map((_, k) => known.reduce((sum, s) => sum + excessOf(s, k), 0));
  const left = openShare(known.length) / Math.max(1, known.length - 1);
  const ofStars = referenceStretch(known.length) ** 2 - 1;
  return structures.map((own) =>
    Float64Array.from(terms, (_, k) => {
      if (own === null) return usual[k];
      const ownVariance = Number.isFinite(own.variance[k]) ? own.variance[k] : 0;
      return usual[k] + left * (totals[k] - excessOf(own, k)) + ofStars * ownVariance;
    }),
  );
}

function usualVarianceOf(known: readonly LightStructure[], term: number): number {
  const values = known.filter((s) => Number.isFinite(s.variance[term]));
  if (values.length < 6) return expectedShape ** 2;
  const total =
    robustSigma(
      values.map((s) => s.shape[term]),
      0,
    ) ** 2;
  const usual = Math.max(0, total - median(values.map((s) => s.variance[term])));
  return (values.length * usual + expectedFrames * expectedShape ** 2) / (values.length + expectedFrames);
}
