/** Bringing what was learned on one camera to another without labels of the other. */
import { factorise, solveLower } from './cholesky.ts';

/** Rows of figures, [items, width]. */
export interface Figures {
  readonly rows: Float32Array;
  readonly width: number;
}

/** Share by which every variance grows, which shrinks correlations: few items still give a covariance that can be inverted. */
const shrinkage = 0.1;

/**
 * Correlation alignment (Sun, Feng and Saenko 2016): moves and mixes the columns of `source` so that their means and
 * covariances become those of `target`. Labels of the source then hold for the target as far as the two differ in
 * nothing else. Correlations are shrunk a little; O(items width^2 + width^3).
 * @throws RangeError when the widths differ
 */
export function alignedTo(source: Figures, target: Figures): Float32Array {
  const { width } = source;
  if (target.width !== width) throw new RangeError(`${width} columns cannot be aligned to ${target.width}.`);
  const [own, other] = [momentsOf(source), momentsOf(target)];
  const aligned = new Float32Array(source.rows.length);
  const white = new Float64Array(width);
  for (let start = 0; start < source.rows.length; start += width) {
    for (let column = 0; column < width; column++) {
      white[column] = source.rows[start + column]! - own.mean[column]!;
    }
    solveLower(own.factor, width, white);
    for (let row = 0; row < width; row++) {
      let sum = other.mean[row]!;
      for (let column = 0; column <= row; column++)
        sum += other.factor[row * width + column]! * white[column]!;
      aligned[start + row] = sum;
    }
  }
  return aligned;
}

/** Mean, and the lower Cholesky factor of the covariance. */
function momentsOf({ rows, width }: Figures): { readonly mean: Float64Array; readonly factor: Float64Array } {
  const count = rows.length / width;
  const mean = new Float64Array(width);
  for (let place = 0; place < rows.length; place++) mean[place % width]! += rows[place]! / Math.max(1, count);
  const factor = new Float64Array(width * width);
  for (let start = 0; start < rows.length; start += width) {
    for (let i = 0; i < width; i++) {
      const first = (rows[start + i]! - mean[i]!) / Math.max(1, count - 1);
      for (let j = 0; j <= i; j++) factor[i * width + j]! += first * (rows[start + j]! - mean[j]!);
    }
  }
  for (let i = 0; i < width; i++) {
    factor[i * width + i] = Math.max(1e-9, factor[i * width + i]! * (1 + shrinkage));
  }
  factorise(factor, width);
  return { mean, factor };
}
