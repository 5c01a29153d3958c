/**
 * A straight line or parabola through values of which up to half may be spoiled, all on one side. Curves through a
 * few values each are tried first; the one that most values lie close to starts a fit in which values lose their say
 * with distance, sooner on the faulty side.
 */
import { weightedLeastSquares } from './least-squares.ts';
import { median } from './robust-statistics.ts';

export interface CurveInput {
  /** Scaled to about -1..1. */
  readonly t: Float64Array;
  /** Faults push values up. */
  readonly v: Float64Array;
  /** Say of each value before its residual counts, 0..1. */
  readonly kernel: Float64Array;
  readonly degree: number;
  readonly leastSigma: number;
  /** Steepest believable slope, value per unit of t. */
  readonly steepest: number;
  /** Share of the values that must lie close to a curve for it to be tried further, 0..0.5. */
  readonly closeShare: number;
}

export interface Curve {
  at(t: number): number;
  /** Variance of the curve at t, in units of the values' variance. */
  leverageAt(t: number): number;
  /** Sum of the weights that carry it. */
  readonly support: number;
}

const rounds = 6;
const upperCut = 3.5;
const lowerCut = 5.5;

export function robustCurve(input: CurveInput): Curve {
  const { t, v, kernel, leastSigma } = input;
  let coefficients = bestTriedCurve(input);
  let scatter = Math.max(leastSigma, (1.2 * closeness(input, coefficients)) / halfWidth(input.closeShare));
  const weights = Float64Array.from(kernel);
  let solution = solve(input, weights);
  for (let round = 0; round < rounds; round++) {
    for (let k = 0; k < t.length; k++) {
      const z = (v[k] - polynomial(coefficients, t[k])) / scatter;
      weights[k] = kernel[k] * Math.max(1e-5, bisquare(z, z > 0 ? upperCut : lowerCut));
    }
    solution = solve(input, weights);
    coefficients = solution.coefficients;
    scatter = Math.min(1.5 * scatter, Math.max(leastSigma, lowerScatter(input, coefficients)));
  }
  const { covariance } = solution;
  return {
    at: (time) => polynomial(coefficients, time),
    leverageAt: (time) => {
      let sum = 0;
      for (let i = 0; i < covariance.length; i++) {
        for (let j = 0; j < covariance.length; j++) sum += covariance[i][j] * time ** (i + j);
      }
      return Math.max(0, sum);
    },
    support: weights.reduce((sum, weight) => sum + weight, 0),
  };
}

/** Curves through values spread over the night; each is judged by how close the closest values lie. */
function bestTriedCurve(input: CurveInput): Float64Array {
  const { t, v, kernel, degree } = input;
  const order = Array.from(t.keys()).filter((k) => kernel[k] > 0.05);
  order.sort((p, q) => t[p] - t[q]);
  const parts = Array.from({ length: degree + 1 }, (_, part) => pointsToTry(input, order, part));
  const choices = parts.reduce((product, points) => product * points.length, 1);
  let best: Float64Array = Float64Array.of(median(order.map((k) => v[k])));
  let least = Math.max(input.leastSigma, closeness(input, best));
  let most = nearby(input, best);
  for (let choice = 0; choice < choices; choice++) {
    let rest = choice;
    const picked = parts.map((points) => {
      const point = points[rest % points.length];
      rest = Math.floor(rest / points.length);
      return point;
    });
    const tried = throughPoints(picked, t, v);
    if (tried === null || isTooSteep(tried, input)) continue;
    // closer than measuring can be is no better: among such curves the one that more values bear out
    const distance = Math.max(input.leastSigma, closeness(input, tried));
    if (distance > least) continue;
    const borneOutBy = nearby(input, tried);
    if (distance === least && borneOutBy <= most) continue;
    least = distance;
    most = borneOutBy;
    best = tried;
  }
  return best;
}

/** Points of one part of the night; where few are good, the lowest ones as well. */
function pointsToTry(
  { v, degree, closeShare }: CurveInput,
  order: readonly number[],
  part: number,
): number[] {
  const parts = degree + 1;
  const from = Math.floor((part * order.length) / parts);
  const members = order.slice(from, Math.floor(((part + 1) * order.length) / parts));
  const spread = Math.min(members.length, [25, 7, 5][degree]);
  const points = Array.from(
    { length: spread },
    (_, k) => members[Math.floor(((k + 0.5) / spread) * members.length)],
  );
  if (closeShare >= 0.4) return points;
  const sorted = [...members].sort((p, q) => v[p] - v[q]);
  const lowest = [0.25, 0.5, 0.75].map((share) => sorted[Math.floor(share * closeShare * sorted.length)]);
  return [...new Set([...points, ...lowest.filter((k) => k !== undefined)])];
}

/** Newton's interpolation, as plain coefficients; null when two points share a time. */
function throughPoints(points: readonly number[], t: Float64Array, v: Float64Array): Float64Array | null {
  const [a, b, c] = points;
  if (points.length === 1) return Float64Array.of(v[a]);
  if (t[a] === t[b]) return null;
  const slope = (v[b] - v[a]) / (t[b] - t[a]);
  if (points.length === 2) return Float64Array.of(v[a] - slope * t[a], slope);
  if (t[c] === t[b] || t[c] === t[a]) return null;
  const bend = ((v[c] - v[b]) / (t[c] - t[b]) - slope) / (t[c] - t[a]);
  return Float64Array.of(v[a] - slope * t[a] + bend * t[a] * t[b], slope - bend * (t[a] + t[b]), bend);
}

function isTooSteep(coefficients: Float64Array, { steepest }: CurveInput): boolean {
  if (coefficients.length < 2) return false;
  const bend = coefficients.length > 2 ? 2 * Math.abs(coefficients[2]) : 0;
  return Math.abs(coefficients[1]) + bend > steepest;
}

/** Distance within which the closest share of the values lies, each counted by its kernel. */
function closeness({ t, v, kernel, closeShare }: CurveInput, coefficients: Float64Array): number {
  const distances: number[] = [];
  for (let k = 0; k < t.length; k++) {
    if (kernel[k] > 0.05) distances.push(Math.abs(v[k] - polynomial(coefficients, t[k])));
  }
  distances.sort((p, q) => p - q);
  return distances[Math.min(distances.length - 1, Math.floor(closeShare * distances.length))] ?? 0;
}

/** Values within three least sigmas of the curve, each counted by its kernel. */
function nearby({ t, v, kernel, leastSigma }: CurveInput, coefficients: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < t.length; k++) {
    if (Math.abs(v[k] - polynomial(coefficients, t[k])) <= 3 * leastSigma) sum += kernel[k];
  }
  return sum;
}

/** Half-width, in sigmas, that holds a share of Gaussian values (a cubic good to 1 % up to a half). */
function halfWidth(share: number): number {
  return 1.2533 * share + 0.3281 * share ** 3;
}

/** Scatter of the values below the curve, where no faults lie. */
function lowerScatter({ t, v, kernel }: CurveInput, coefficients: ArrayLike<number>): number {
  const below: number[] = [];
  for (let k = 0; k < t.length; k++) {
    const residual = v[k] - polynomial(coefficients, t[k]);
    if (residual <= 0 && kernel[k] > 0) below.push(-residual);
  }
  return below.length > 0 ? 1.4826 * median(below) : 0;
}

/** Weighted least squares; a slope beyond the believable one is held at it. */
function solve(input: CurveInput, weights: Float64Array) {
  const { t, v, degree, steepest } = input;
  const solution = polynomialFit(t, v, weights, degree);
  if (!isTooSteep(solution.coefficients, input)) return solution;
  const straight = degree > 1 ? polynomialFit(t, v, weights, 1) : solution;
  const slope = Math.max(-steepest, Math.min(steepest, straight.coefficients[1]));
  const level = polynomialFit(
    t,
    v.map((value, k) => value - slope * t[k]),
    weights,
    0,
  );
  const coefficients = Float64Array.of(level.coefficients[0], slope);
  return { coefficients, covariance: straight.covariance };
}

function polynomialFit(t: Float64Array, v: Float64Array, weights: Float64Array, degree: number) {
  const terms = degree + 1;
  const design = new Float64Array(t.length * terms);
  for (let k = 0; k < t.length; k++) for (let i = 0; i < terms; i++) design[k * terms + i] = t[k] ** i;
  return weightedLeastSquares(design, terms, v, weights);
}

function bisquare(z: number, cut: number): number {
  const u = z / cut;
  return Math.abs(u) >= 1 ? 0 : (1 - u * u) ** 2;
}

function polynomial(coefficients: ArrayLike<number>, t: number): number {
  let sum = 0;
  for (let k = coefficients.length - 1; k >= 0; k--) sum = sum * t + (coefficients[k] as number);
  return sum;
}
