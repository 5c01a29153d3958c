/**
 * The night's own reference for one figure: what the figure would be at each frame's time, had that frame no fault.
 * Frames before and after count alike. Faults push a figure one way (focus only widens stars, cloud only dims them),
 * so values on the faulty side lose their say quickly and the curve holds to the better frames.
 */
import { weightedLeastSquares } from './least-squares.ts';
import { median, robustSigma } from './robust-statistics.ts';

export interface TrendOptions {
  /** The side on which faults lie. */
  readonly faults: 'up' | 'down';
  /** 1 for straight pieces, 2 for parabolas. */
  readonly degree: 1 | 2;
  /** Frames within a piece, or Infinity for one curve over the whole night. */
  readonly span: number;
  /** The least scatter to believe in, in the unit of the values. */
  readonly leastSigma: number;
  /** 0..1 for each frame: how much it may say. Default 1. */
  readonly trust?: ArrayLike<number>;
}

export interface Trend {
  /** Reference at each frame; NaN where too few frames have the figure. */
  readonly reference: Float64Array;
  /** Scatter of blameless frames around it, with the reference's own uncertainty at each frame. */
  readonly sigma: Float64Array;
  /** Frames that carry the reference at each frame. */
  readonly support: Float64Array;
}

/** Fewer frames than this make no trend. */
export const leastFramesForTrend = 4;
const rounds = 8;

/** Values (in `times` order or not) against their own robust trend. O(frames * span). */
export function robustTrend(
  times: ArrayLike<number>,
  values: ArrayLike<number>,
  options: TrendOptions,
): Trend {
  const frames = values.length;
  const order = measuredFrames(times, values, options.trust);
  const trend: Trend = {
    reference: new Float64Array(frames).fill(Number.NaN),
    sigma: new Float64Array(frames).fill(Number.NaN),
    support: new Float64Array(frames),
  };
  if (order.length < leastFramesForTrend) return trend;
  const sign = options.faults === 'up' ? 1 : -1;
  const wide = !(options.span < order.length);
  let scatter = 0;
  for (let pass = 0; pass < 2; pass++) {
    let shared: Piece | null = null;
    for (let frame = 0; frame < frames; frame++) {
      const time = times[frame] as number;
      if (!Number.isFinite(time)) continue;
      const members = wide ? order : nearest(order, times, time, options.span);
      const piece: Piece =
        wide && shared !== null
          ? shared
          : fitPiece(times, values, members, time, sign, options, wide, scatter);
      if (wide) shared = piece;
      trend.reference[frame] = piece.at(time);
      trend.support[frame] = piece.support;
      trend.sigma[frame] = piece.leverageAt(time);
    }
    scatter = nightScatter(values, trend.reference, order, sign, options.leastSigma);
  }
  for (let frame = 0; frame < frames; frame++) {
    trend.sigma[frame] = scatter * Math.sqrt(1 + Math.min(1, trend.sigma[frame]));
  }
  return trend;
}

function measuredFrames(
  times: ArrayLike<number>,
  values: ArrayLike<number>,
  trust: ArrayLike<number> | undefined,
): number[] {
  const order: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i] as number) && Number.isFinite(times[i] as number)) {
      if (trust === undefined || (trust[i] as number) > 0) order.push(i);
    }
  }
  return order.sort((a, b) => (times[a] as number) - (times[b] as number));
}

/** The `span` measured frames nearest in time: a window that leans inwards at the night's ends. */
function nearest(order: readonly number[], times: ArrayLike<number>, time: number, span: number): number[] {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[order[middle]] as number) < time) low = middle + 1;
    else high = middle;
  }
  let start = low;
  let end = low;
  while (end - start < span) {
    const before = start > 0 ? time - (times[order[start - 1]] as number) : Number.POSITIVE_INFINITY;
    const after = end < order.length ? (times[order[end]] as number) - time : Number.POSITIVE_INFINITY;
    if (before <= after) start--;
    else end++;
  }
  return order.slice(start, end);
}

interface Piece {
  at(time: number): number;
  /** Variance of the fitted value at `time`, in units of the scatter's variance. */
  leverageAt(time: number): number;
  readonly support: number;
}

/** Weighted polynomial through the members, refitted while the faulty side loses weight. */
function fitPiece(
  times: ArrayLike<number>,
  values: ArrayLike<number>,
  members: readonly number[],
  centre: number,
  sign: number,
  options: TrendOptions,
  wide: boolean,
  knownScatter: number,
): Piece {
  const count = members.length;
  const t = new Float64Array(count);
  const v = new Float64Array(count);
  const kernel = new Float64Array(count);
  let radius = 1e-9;
  const middle = wide ? median(members.map((i) => times[i] as number)) : centre;
  for (const i of members) radius = Math.max(radius, Math.abs((times[i] as number) - middle));
  for (let k = 0; k < count; k++) {
    const i = members[k];
    t[k] = ((times[i] as number) - middle) / radius;
    v[k] = sign * (values[i] as number);
    const near = wide ? 1 : (1 - Math.min(0.999, Math.abs(t[k]) / 1.05) ** 3) ** 3;
    kernel[k] = near * (options.trust === undefined ? 1 : (options.trust[i] as number));
  }
  const degree = count >= 8 ? options.degree : count >= 5 ? 1 : 0;
  const fit = refit(t, v, kernel, degree, options.leastSigma, knownScatter);
  return {
    at: (time) => sign * polynomial(fit.coefficients, (time - middle) / radius),
    leverageAt: (time) => fit.leverage((time - middle) / radius),
    support: fit.support,
  };
}

interface Fit {
  readonly coefficients: ArrayLike<number>;
  leverage(t: number): number;
  readonly support: number;
}

/** After the sign change faults lie above the curve. */
function refit(
  t: Float64Array,
  v: Float64Array,
  kernel: Float64Array,
  degree: number,
  leastSigma: number,
  knownScatter: number,
): Fit {
  const count = t.length;
  const weights = Float64Array.from(kernel);
  let solution = solvePolynomial(t, v, weights, degree);
  for (let round = 0; round < rounds; round++) {
    const residuals = Float64Array.from(v, (value, k) => value - polynomial(solution.coefficients, t[k]));
    const below = residuals.filter((r, k) => r <= 0 && kernel[k] > 0);
    const own = 1.4826 * -median(below.length > 0 ? below : Float64Array.of(0));
    const scatter = Math.max(leastSigma, knownScatter > 0 ? Math.min(own, 1.5 * knownScatter) : own);
    // early rounds lean to the better side, so that a majority of bad frames does not carry the curve
    const lean = round < rounds / 2 ? 0.35 : 1;
    for (let k = 0; k < count; k++) {
      const z = residuals[k] / scatter;
      const say = z > 0 ? lean * bisquare(z, 3.5) : bisquare(z, 6);
      weights[k] = kernel[k] * Math.max(say, 1e-4);
    }
    solution = solvePolynomial(t, v, weights, degree);
  }
  return solution;
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

function solvePolynomial(t: Float64Array, v: Float64Array, weights: Float64Array, degree: number): Fit {
  const terms = degree + 1;
  const design = new Float64Array(t.length * terms);
  let support = 0;
  for (let k = 0; k < t.length; k++) {
    support += weights[k];
    for (let i = 0; i < terms; i++) design[k * terms + i] = t[k] ** i;
  }
  const { coefficients, covariance } = weightedLeastSquares(design, terms, v, weights);
  const leverage = (at: number): number => {
    let sum = 0;
    for (let i = 0; i < terms; i++) for (let j = 0; j < terms; j++) sum += covariance[i][j] * at ** (i + j);
    return Math.max(0, sum);
  };
  return { coefficients, leverage, support };
}

/** One sigma of the blameless side: half the normal is enough to know the whole. */
function nightScatter(
  values: ArrayLike<number>,
  reference: Float64Array,
  order: readonly number[],
  sign: number,
  leastSigma: number,
): number {
  const better: number[] = [];
  for (const i of order) {
    const residual = sign * ((values[i] as number) - reference[i]);
    if (residual <= 0) better.push(residual);
  }
  if (better.length < 2) return leastSigma;
  return Math.max(leastSigma, robustSigma(better, 0));
}
