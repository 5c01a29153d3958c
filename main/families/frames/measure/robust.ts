/** Order statistics and truncated-normal statistics that measuring rests on. */

/** k-th smallest (0-based) of the first `n` values; reorders them. Hoare's quickselect. */
export function selectInPlace(values: Float32Array | Float64Array, n: number, k: number): number {
  let left = 0;
  let right = n - 1;
  while (left < right) {
    const pivot = values[(left + right) >> 1];
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i <= j) {
        const swap = values[i];
        values[i] = values[j];
        values[j] = swap;
        i++;
        j--;
      }
    }
    if (k <= j) right = j;
    else if (k >= i) left = i;
    else break;
  }
  return values[k];
}

/** Median of the first `n` values; reorders them. NaN when there are none. */
export function medianInPlace(values: Float32Array | Float64Array, n = values.length): number {
  if (n === 0) return Number.NaN;
  const upper = selectInPlace(values, n, n >> 1);
  if (n % 2 === 1) return upper;
  let lower = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < n >> 1; i++) if (values[i] > lower) lower = values[i];
  return (lower + upper) / 2;
}

/** Median of the finite values of any list; NaN when there are none. */
export function medianOf(values: Iterable<number>): number {
  const finite = Float64Array.from([...values].filter(Number.isFinite));
  return medianInPlace(finite);
}

/** Robust sigma of the finite values: 1.4826 times the median absolute deviation. */
export function madSigmaOf(values: Iterable<number>, centre: number): number {
  return 1.4826 * medianOf([...values].map((value) => Math.abs(value - centre)));
}

const inverseSqrtTwoPi = 1 / Math.sqrt(2 * Math.PI);

export function normalDensity(z: number): number {
  return inverseSqrtTwoPi * Math.exp(-0.5 * z * z);
}

/** Cumulative normal, absolute error below 1e-7 (complementary error function by a rational Chebyshev fit). */
export function normalCumulative(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.5 * x);
  const series = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
    -0.82215223, 0.17087277,
  ];
  let exponent = 0;
  for (let i = series.length - 1; i >= 0; i--) exponent = exponent * t + series[i];
  const complement = t * Math.exp(-x * x + exponent);
  return z >= 0 ? 1 - complement / 2 : complement / 2;
}

export interface LevelAndSigma {
  readonly level: number;
  readonly sigma: number;
}

/** Number, sum and sum of squares of value - level of the values within [low, high]. */
export interface WindowSums {
  readonly count: number;
  readonly sum: number;
  readonly squares: number;
}

export interface TruncationOptions {
  readonly lowSigmas: number;
  readonly highSigmas: number;
  /** Step of the values, 0 for continuous ones, and any one of them to count it from. */
  readonly quantum: number;
  readonly origin: number;
}

/** Share of sigma that an answer may still move by: far below what the sampling leaves open. */
const convergence = 4e-3;

/**
 * Level and sigma of a normal core under one-sided contamination: the mean and scatter of the values inside
 * [level - lowSigmas * sigma, level + highSigmas * sigma], corrected for what the window cuts off, iterated to
 * a fixed point (method of moments for a doubly truncated normal). `quantum` is the step of the stored values
 * (0 for continuous ones): the window is then closed half a step beyond the outermost value it takes in, so that
 * integers give continuous answers. `inside` is the share of the `n` values within the last window.
 */
export function truncatedNormal(
  sumsWithin: (low: number, high: number, level: number) => WindowSums,
  n: number,
  start: LevelAndSigma,
  options: TruncationOptions,
): LevelAndSigma & { readonly inside: number } {
  let { level, sigma } = start;
  const { lowSigmas, highSigmas, quantum, origin } = options;
  let inside = 0;
  for (let iteration = 0; iteration < 12; iteration++) {
    if (!(sigma > 0)) break;
    let low = level - lowSigmas * sigma;
    let high = level + highSigmas * sigma;
    if (quantum > 0) {
      // Counted from a value there is: stored steps need not pass through 0.
      low = (Math.round((low - origin) / quantum) - 0.5) * quantum + origin;
      high = (Math.round((high - origin) / quantum) + 0.5) * quantum + origin;
    }
    const { count, sum, squares } = sumsWithin(low, high, level);
    inside = count / n;
    if (count < 3) break;
    correctTruncation(sum / count, squares / count, low - level, high - level, sigma);
    const moved = Math.abs(corrected[0]) + Math.abs(corrected[1] - sigma);
    level += corrected[0];
    sigma = corrected[1];
    if (moved < convergence * sigma) break;
  }
  return { level, sigma, inside };
}

/** Leaves its answer in `corrected`. */
function correctTruncation(mean: number, square: number, low: number, high: number, sigma: number): void {
  const a = low / sigma;
  const b = high / sigma;
  const inside = Math.max(1e-6, normalCumulative(b) - normalCumulative(a));
  const slope = (normalDensity(a) - normalDensity(b)) / inside;
  const shrink = 1 + (a * normalDensity(a) - b * normalDensity(b)) / inside - slope * slope;
  const variance = Math.max(0, square - mean * mean);
  corrected[0] = mean - sigma * slope;
  corrected[1] = Math.sqrt(variance / Math.max(0.05, shrink));
}

/** Shift and sigma of the last correction, one for all: there are tens of thousands in a frame. */
const corrected = new Float64Array(2);

/**
 * Level and sigma of a normal from the count, sum and sum of squares of its values inside a fixed window [low, high]:
 * maximum likelihood for a truncated normal, by fixed-point iteration from (0, 1).
 */
export function normalFromMoments(
  count: number,
  sum: number,
  squares: number,
  low: number,
  high: number,
): LevelAndSigma {
  const mean = sum / count;
  const square = squares / count;
  let level = 0;
  let sigma = 1;
  for (let iteration = 0; iteration < 40; iteration++) {
    const shifted = square - 2 * level * mean + level * level;
    correctTruncation(mean - level, shifted, low - level, high - level, sigma);
    const moved = Math.abs(corrected[0]) + Math.abs(corrected[1] - sigma);
    level += corrected[0];
    sigma = corrected[1];
    if (moved < 1e-6 || !(sigma > 0)) break;
  }
  return { level, sigma };
}
