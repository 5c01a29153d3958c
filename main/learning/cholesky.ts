/** Symmetric positive definite matrices, row-major, as their lower Cholesky factors. */

/**
 * Factorises in place: the lower triangle becomes L with A = L L^T; the upper one is left as it was.
 * @throws RangeError when the matrix is not positive definite
 */
export function factorise(matrix: Float64Array, size: number): void {
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column]!;
      for (let k = 0; k < column; k++) sum -= matrix[row * size + k]! * matrix[column * size + k]!;
      if (row !== column) matrix[row * size + column] = sum / matrix[column * size + column]!;
      else if (sum > 0) matrix[row * size + row] = Math.sqrt(sum);
      else throw new RangeError('The matrix is not positive definite.');
    }
  }
}

/** Solves L z = b in place. */
export function solveLower(factor: Float64Array, size: number, b: Float64Array): void {
  for (let row = 0; row < size; row++) {
    let sum = b[row]!;
    for (let k = 0; k < row; k++) sum -= factor[row * size + k]! * b[k]!;
    b[row] = sum / factor[row * size + row]!;
  }
}
