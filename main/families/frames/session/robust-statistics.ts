/** Order statistics and densities the session's comparisons are built from. NaN means "not measured" and is left out. */

/** The q-quantile (0..1, linear interpolation) of the finite values; NaN when there are none. */
export function quantile(values: ArrayLike<number>, q: number): number {
  const finite = new Float64Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isFinite(value)) finite[count++] = value;
  }
  if (count === 0) return Number.NaN;
  const sorted = finite.subarray(0, count).sort();
  const position = q * (count - 1);
  const below = Math.floor(position);
  const above = Math.min(count - 1, below + 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (position - below);
}

export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

/** Scatter as 1.4826 times the median absolute deviation, which is one sigma for Gaussian values. */
export function robustSigma(values: ArrayLike<number>, centre = median(values)): number {
  const deviations = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) deviations[i] = Math.abs((values[i] as number) - centre);
  return 1.4826 * median(deviations);
}

/** Median of the values in which each counts with its weight; NaN when no weight is positive. */
export function weightedMedian(values: ArrayLike<number>, weights: ArrayLike<number>): number {
  const order: number[] = [];
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i] as number) && (weights[i] as number) > 0) {
      order.push(i);
      total += weights[i] as number;
    }
  }
  order.sort((a, b) => (values[a] as number) - (values[b] as number));
  let sum = 0;
  for (const i of order) {
    sum += weights[i] as number;
    if (sum >= total / 2) return values[i] as number;
  }
  return Number.NaN;
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

export function normalDensity(x: number, sigma: number): number {
  const z = x / sigma;
  return Math.exp(-0.5 * z * z) / (sigma * Math.sqrt(2 * Math.PI));
}

/** Log of p / (1 - p), with p kept within 1e-6 of its ends so that it stays finite. */
export function logit(probability: number): number {
  const p = clamp(probability, 1e-6, 1 - 1e-6);
  return Math.log(p / (1 - p));
}

/** Natural log of a figure that must be positive; NaN for null, zero and less. */
export function logOrNaN(value: number | null): number {
  return value !== null && value > 0 ? Math.log(value) : Number.NaN;
}
