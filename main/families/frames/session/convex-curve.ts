/**
 * The lowest curve, bent upwards only, that a fair share of a night's values bears out. Light lost to the air grows with
 * the secant of the zenith distance: over a night it falls until the target culminates and rises after, and bends upwards
 * throughout. A veil that comes and goes bulges the other way. So a curve that may bend as sharply as it likes, but upwards
 * only, follows extinction and no passing veil.
 */
import { boundedLeastSquares } from './least-squares.ts';
import type { Curve, CurveInput } from './robust-curve.ts';
import { clamp, median, quantile } from './robust-statistics.ts';

const mostKnots = 9;
/** Values that each knot needs. */
const valuesPerKnot = 6;
const rounds = 8;
const upperCut = 3.5;
const lowerCut = 5.5;
/** A value counts for the lowest curve when it lies no more than this many least sigmas above it. */
const nearSigmas = 7;
/** Share of an end's frames that must bear the curve out there, and how often ends are cut. */
const leastBorne = 0.5;
const endRounds = 6;
/** No frame is better than the night's best twentieth by more than this. */
const tooBrightSigmas = 15;
/** Share of the values that may be too low for any curve (mismatched stars). */
const mostTooLow = 0.08;

interface ConvexInput extends CurveInput {
  /** Sharpest believable bend, value per unit of t squared. */
  readonly sharpest: number;
}

interface Fit {
  readonly factors: Float64Array;
  readonly weights: Float64Array;
}

export function convexCurve(given: ConvexInput): Curve {
  const { t } = given;
  const knots = knotsOf(t);
  const reach = 2 / (knots.length + 1);
  let fit = fitOf(given, knots);
  let kernel = given.kernel;
  for (let round = 0; round < endRounds; round++) {
    const fewer = withoutLooseEnds({ ...given, kernel }, fit.weights, reach);
    if (fewer === null) break;
    const next = fitOf({ ...given, kernel: fewer }, knots);
    if (isContradicted(given, fewer, (time) => valueAt(next.factors, knots, time))) break;
    kernel = fewer;
    fit = next;
  }
  const { factors, weights } = fit;
  return {
    at: (time) => valueAt(factors, knots, time),
    leverageAt: (time) => {
      let carried = 0;
      for (let k = 0; k < t.length; k++) if (Math.abs(t[k] - time) <= reach) carried += weights[k];
      return 1 / Math.max(1, carried);
    },
    support: weights.reduce((sum, weight) => sum + weight, 0),
  };
}

/**
 * At its ends a curve has frames on one side only, and bends to whatever lies lowest there. Where most of the frames of an
 * end do not bear it out, that end loses its say, and the curve goes on straight.
 */
function withoutLooseEnds(
  { t, kernel }: ConvexInput,
  weights: Float64Array,
  reach: number,
): Float64Array | null {
  const known = t.filter((_, k) => kernel[k] > 0);
  const [first, last] = [Math.min(...known), Math.max(...known)];
  const ends = [(time: number) => time - first, (time: number) => last - time];
  const loose = ends.filter((distance) => {
    let borne = 0;
    let asked = 0;
    for (let k = 0; k < t.length; k++) {
      if (kernel[k] === 0 || distance(t[k]) > 0.5 * reach) continue;
      asked += kernel[k];
      borne += weights[k];
    }
    return borne < leastBorne * asked;
  });
  if (loose.length === 0 || last - first < 1) return null;
  return kernel.map((own, k) => (loose.some((distance) => distance(t[k]) <= 0.25 * reach) ? 0 : own));
}

/** Frames left out that lie below the curve: nothing makes stars brighter, so it runs too high there. */
function isContradicted(
  { t, v, kernel, leastSigma }: ConvexInput,
  fewer: Float64Array,
  at: (time: number) => number,
): boolean {
  let below = 0;
  for (let k = 0; k < t.length; k++) {
    if (kernel[k] > 0 && fewer[k] === 0 && v[k] < at(t[k]) - 4 * leastSigma) below++;
  }
  return below > 1;
}

function fitOf(input: ConvexInput, knots: Float64Array): Fit {
  const { t, v, kernel, leastSigma } = input;
  const start = lowestCurve(input);
  const near = v
    .map((value, k) => (kernel[k] > 0 ? value - start[k] : Number.NaN))
    .filter((r) => r > 0 && r < nearSigmas * leastSigma);
  let level = start.map((value) => value + (near.length > 0 ? median(near) : 0));
  let scatter = 2 * leastSigma;
  let factors: Float64Array = new Float64Array(knots.length + 2);
  const weights = Float64Array.from(kernel);
  for (let round = 0; round < rounds; round++) {
    for (let k = 0; k < t.length; k++) {
      const z = (v[k] - level[k]) / scatter;
      weights[k] = kernel[k] * Math.max(1e-6, bisquare(z, z > 0 ? upperCut : lowerCut));
    }
    factors = solve(input, knots, weights);
    level = t.map((time) => valueAt(factors, knots, time));
    const below = v.map((value, k) => level[k] - value).filter((r, k) => r >= 0 && kernel[k] > 0);
    scatter = Math.min(2 * scatter, Math.max(leastSigma, 1.4826 * (below.length > 0 ? median(below) : 0)));
  }
  return { factors, weights };
}

function knotsOf(t: Float64Array): Float64Array {
  const count = clamp(Math.floor(t.length / valuesPerKnot), 1, mostKnots);
  return Float64Array.from({ length: count }, (_, k) => quantile(t, (k + 1) / (count + 1)));
}

/** Constant, slope, and what is added after each knot. */
function valueAt(factors: Float64Array, knots: Float64Array, time: number): number {
  let sum = factors[0] + factors[1] * time;
  for (let j = 0; j < knots.length; j++) sum += factors[j + 2] * Math.max(0, time - knots[j]);
  return sum;
}

/** Weighted fit within what is believable: slope, and bend at each knot for the stretch that the knot stands for. */
function solve(
  { t, v, steepest, sharpest }: ConvexInput,
  knots: Float64Array,
  weights: Float64Array,
): Float64Array {
  const size = knots.length + 1;
  const design = new Float64Array(t.length * size);
  for (let k = 0; k < t.length; k++) {
    design[k * size] = t[k];
    for (let j = 0; j < knots.length; j++) design[k * size + j + 1] = Math.max(0, t[k] - knots[j]);
  }
  const least = new Float64Array(size);
  const most = new Float64Array(size);
  least[0] = -steepest;
  most[0] = steepest;
  knots.forEach((_, j) => {
    const before = j === 0 ? -1 : knots[j - 1];
    const after = j + 1 === knots.length ? 1 : knots[j + 1];
    most[j + 1] = (sharpest * (after - before)) / 2;
  });
  return boundedLeastSquares(design, size, v, weights, { least, most });
}

/** Lower hull of the values, at each of their times; lowest values are left out while too few others lie near it. */
function lowestCurve({ t, v, kernel, leastSigma, closeShare, steepest }: CurveInput): Float64Array {
  const brightest = quantile(v, 0.05) - tooBrightSigmas * leastSigma;
  const order = Array.from(t.keys()).filter((k) => kernel[k] > 0.05 && v[k] > brightest);
  order.sort((p, q) => t[p] - t[q] || v[p] - v[q]);
  const left = new Set(order);
  let curve = new Float64Array(t.length);
  for (let tooLow = 0; ; tooLow++) {
    const hull = lowerHull(
      order.filter((k) => left.has(k)),
      t,
      v,
    );
    curve = t.map((time) => hullAt(hull, t, v, time, steepest));
    const near = order.filter((k) => v[k] - curve[k] < nearSigmas * leastSigma).length;
    if (near >= closeShare * order.length || tooLow >= mostTooLow * order.length) return curve;
    for (const k of loneliest(hull, order, t, v)) left.delete(k);
  }
}

/** The corner of the hull that lies farthest below its neighbours in time. */
function loneliest(
  hull: readonly number[],
  order: readonly number[],
  t: Float64Array,
  v: Float64Array,
): number[] {
  let worst = hull[0];
  let most = Number.NEGATIVE_INFINITY;
  for (const corner of hull) {
    const place = order.indexOf(corner);
    const neighbours = order.slice(Math.max(0, place - 3), place + 4).filter((k) => k !== corner);
    const depth = quantile(
      neighbours.map((k) => v[k]),
      0.2,
    );
    if (depth - v[corner] > most) {
      most = depth - v[corner];
      worst = corner;
    }
  }
  return t.length > 0 ? [worst] : [];
}

function lowerHull(order: readonly number[], t: Float64Array, v: Float64Array): number[] {
  const hull: number[] = [];
  for (const k of order) {
    while (hull.length >= 2) {
      const [a, b] = [hull[hull.length - 2], hull[hull.length - 1]];
      if ((t[b] - t[a]) * (v[k] - v[a]) - (v[b] - v[a]) * (t[k] - t[a]) > 0) break;
      hull.pop();
    }
    hull.push(k);
  }
  return hull;
}

/** The hull at a time; where it is steeper than believable, the least value that its corners allow there. */
function hullAt(
  hull: readonly number[],
  t: Float64Array,
  v: Float64Array,
  time: number,
  steepest: number,
): number {
  let least = Number.POSITIVE_INFINITY;
  for (const k of hull) least = Math.min(least, v[k] + steepest * Math.abs(time - t[k]));
  for (let k = 0; k + 1 < hull.length; k++) {
    const [a, b] = [hull[k], hull[k + 1]];
    if (time < t[a] || time > t[b] || t[b] === t[a]) continue;
    least = Math.min(least, v[a] + ((v[b] - v[a]) * (time - t[a])) / (t[b] - t[a]));
  }
  return least;
}

function bisquare(z: number, cut: number): number {
  const u = z / cut;
  return Math.abs(u) >= 1 ? 0 : (1 - u * u) ** 2;
}
