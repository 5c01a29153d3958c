/** Densities of several correlated values. */

/**
 * Natural log of the Gaussian density of `values` about zero, less its constant. `covariance` is symmetric and positive
 * (row by row); O(n^3). Minus infinity where it is not.
 */
export function logDensity(covariance: readonly Float64Array[], values: ArrayLike<number>): number {
  const size = values.length;
  const root = covariance.map((row) => Float64Array.from(row));
  const white = Float64Array.from(values);
  let logDeterminant = 0;
  let square = 0;
  // Cholesky, and the triangular system solved on the way
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = root[i][j];
      for (let k = 0; k < j; k++) sum -= root[i][k] * root[j][k];
      if (j < i) root[i][j] = sum / root[j][j];
      else if (sum > 0) root[i][i] = Math.sqrt(sum);
      else return Number.NEGATIVE_INFINITY;
    }
    for (let k = 0; k < i; k++) white[i] -= root[i][k] * white[k];
    white[i] /= root[i][i];
    square += white[i] ** 2;
    logDeterminant += 2 * Math.log(root[i][i]);
  }
  return -0.5 * (square + logDeterminant);
}
