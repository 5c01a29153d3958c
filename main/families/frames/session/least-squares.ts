/** Weighted linear least squares for a handful of unknowns. */

export interface Solution {
  readonly coefficients: Float64Array;
  /** Inverse of the normal matrix: the coefficients' covariance when the weights are 1 / variance. */
  readonly covariance: readonly Float64Array[];
}

/**
 * Minimises sum w (value - row . coefficients)^2. `design` holds one row of `terms` numbers for each value. Unknowns
 * that the data do not fix stay near 0 (a faint ridge keeps the matrix invertible).
 */
export function weightedLeastSquares(
  design: Float64Array,
  terms: number,
  values: ArrayLike<number>,
  weights: ArrayLike<number>,
): Solution {
  const normal = Array.from({ length: terms }, () => new Float64Array(terms));
  const right = new Float64Array(terms);
  for (let k = 0; k < values.length; k++) {
    const w = weights[k] as number;
    if (!(w > 0)) continue;
    const base = k * terms;
    for (let i = 0; i < terms; i++) {
      const weighted = w * design[base + i];
      right[i] += weighted * (values[k] as number);
      for (let j = 0; j <= i; j++) normal[i][j] += weighted * design[base + j];
    }
  }
  let trace = 0;
  for (let i = 0; i < terms; i++) {
    trace += normal[i][i];
    for (let j = 0; j < i; j++) normal[j][i] = normal[i][j];
  }
  for (let i = 0; i < terms; i++) normal[i][i] += 1e-9 * (trace / terms) + 1e-30;
  const covariance = invert(normal);
  const coefficients = new Float64Array(terms);
  for (let i = 0; i < terms; i++) {
    for (let j = 0; j < terms; j++) coefficients[i] += covariance[i][j] * right[j];
  }
  return { coefficients, covariance };
}

/** Gauss-Jordan without pivoting: enough for symmetric positive matrices. */
function invert(matrix: readonly Float64Array[]): Float64Array[] {
  const size = matrix.length;
  const left = matrix.map((row) => Float64Array.from(row));
  const right = matrix.map((_, i) => Float64Array.from({ length: size }, (_v, j) => (i === j ? 1 : 0)));
  for (let column = 0; column < size; column++) {
    const pivot = left[column][column] || 1e-30;
    for (let j = 0; j < size; j++) {
      left[column][j] /= pivot;
      right[column][j] /= pivot;
    }
    for (let row = 0; row < size; row++) {
      const factor = left[row][column];
      if (row === column || factor === 0) continue;
      for (let j = 0; j < size; j++) {
        left[row][j] -= factor * left[column][j];
        right[row][j] -= factor * right[column][j];
      }
    }
  }
  return right;
}

const mostSweeps = 400;

/**
 * The same with a constant in front and bounds on the other unknowns, by turns for one at a time (the problem is convex).
 * Returns the constant, then the unknowns.
 */
export function boundedLeastSquares(
  design: Float64Array,
  terms: number,
  values: ArrayLike<number>,
  weights: ArrayLike<number>,
  bounds: { readonly least: Float64Array; readonly most: Float64Array },
): Float64Array {
  const { matrix, right, middles, middle } = centredNormal(design, terms, values, weights);
  const x = new Float64Array(terms);
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let moved = 0;
    for (let i = 0; i < terms; i++) {
      if (!(matrix[i][i] > 0)) continue;
      let rest = right[i];
      for (let j = 0; j < terms; j++) if (j !== i) rest -= matrix[i][j] * x[j];
      const next = Math.min(bounds.most[i], Math.max(bounds.least[i], rest / matrix[i][i]));
      moved = Math.max(moved, Math.abs(next - x[i]));
      x[i] = next;
    }
    if (moved < 1e-9) break;
  }
  const constant = x.reduce((sum, factor, i) => sum - factor * middles[i], middle);
  return Float64Array.of(constant, ...x);
}

/** Normal equations about the weighted means, which take care of the constant. */
function centredNormal(
  design: Float64Array,
  terms: number,
  values: ArrayLike<number>,
  weights: ArrayLike<number>,
) {
  const middles = new Float64Array(terms);
  let total = 0;
  let middle = 0;
  for (let k = 0; k < values.length; k++) {
    const w = weights[k] as number;
    total += w;
    middle += w * (values[k] as number);
    for (let i = 0; i < terms; i++) middles[i] += w * design[k * terms + i];
  }
  middle /= total;
  for (let i = 0; i < terms; i++) middles[i] /= total;
  const matrix = Array.from({ length: terms }, () => new Float64Array(terms));
  const right = new Float64Array(terms);
  for (let k = 0; k < values.length; k++) {
    const w = weights[k] as number;
    for (let i = 0; i < terms; i++) {
      const own = w * (design[k * terms + i] - middles[i]);
      right[i] += own * ((values[k] as number) - middle);
      for (let j = 0; j < terms; j++) matrix[i][j] += own * (design[k * terms + j] - middles[j]);
    }
  }
  return { matrix, right, middles, middle };
}
