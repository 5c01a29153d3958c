/** Bringing what was learned on one camera to another without labels of the other. */
import { factorise, solveLower } from './cholesky.ts';

/** Rows of figures, [items, width]; NaN where something was not measured. */
export interface Figures {
  readonly rows: Float32Array;
  readonly width: number;
}

/** Correlations are shrunk at least by this share; the fewer items for each column, the more. */
const leastShrinkage = 0.1;
/** A column whose deviation is below this share of its size is constant, but for rounding of single precision. */
const roundingShare = 1e-6;

interface ColumnMoments {
  readonly mean: number;
  /** 0 for a constant column, and for one that was hardly ever measured. */
  readonly deviation: number;
}

/**
 * Correlation alignment (Sun, Feng and Saenko 2016): moves and mixes the columns of `source` so that their means and
 * covariances become those of `target`. Labels of the source then hold for the target as far as the two differ in nothing
 * else. Columns are scaled to their own deviations and their correlations shrunk towards none, so that collinear columns
 * and few items do no harm. A column that is constant on either side says nothing of the other and is left as it is; so is
 * what was not measured, which counts as the mean. O(items width^2 + width^3).
 * @throws RangeError when the widths differ
 */
export function alignedTo(source: Figures, target: Figures): Float32Array {
  const { width } = source;
  if (target.width !== width) throw new RangeError(`${width} columns cannot be aligned to ${target.width}.`);
  const [own, other] = [momentsOf(source), momentsOf(target)];
  const moving = Array.from({ length: width }, (_, column) => column).filter(
    (column) => own[column]!.deviation > 0 && other[column]!.deviation > 0,
  );
  const size = moving.length;
  const aligned = source.rows.slice();
  const [ownFactor, otherFactor] = [factorOf(source, own, moving), factorOf(target, other, moving)];
  for (let start = 0; start < aligned.length; start += width) {
    const white = standardised(source.rows, start, own, moving);
    solveLower(ownFactor, size, white);
    moving.forEach((column, row) => {
      if (!Number.isFinite(source.rows[start + column])) return;
      let sum = 0;
      for (let k = 0; k <= row; k++) sum += otherFactor[row * size + k]! * white[k]!;
      aligned[start + column] = other[column]!.mean + other[column]!.deviation * sum;
    });
  }
  return aligned;
}

function momentsOf({ rows, width }: Figures): ColumnMoments[] {
  return Array.from({ length: width }, (_, column) => {
    const values: number[] = [];
    for (let place = column; place < rows.length; place += width) {
      if (Number.isFinite(rows[place])) values.push(rows[place]!);
    }
    const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
    const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const deviation = Math.sqrt(square / Math.max(1, values.length - 1));
    return { mean, deviation: deviation > roundingShare * Math.abs(mean) ? deviation : 0 };
  });
}

/** The lower Cholesky factor of the shrunk correlations: no eigenvalue is below the shrinkage. */
function factorOf(
  figures: Figures,
  moments: readonly ColumnMoments[],
  columns: readonly number[],
): Float64Array {
  const size = columns.length;
  const count = figures.rows.length / figures.width;
  const shrinkage = Math.max(leastShrinkage, size / (size + count));
  const factor = new Float64Array(size * size);
  const share = (1 - shrinkage) / Math.max(1, count - 1);
  for (let start = 0; start < figures.rows.length; start += figures.width) {
    const row = standardised(figures.rows, start, moments, columns);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) factor[i * size + j]! += share * row[i]! * row[j]!;
    }
  }
  // what was not measured lowers no variance
  for (let i = 0; i < size; i++) factor[i * size + i] = 1;
  factorise(factor, size);
  return factor;
}

/** One row in deviations from the mean. */
function standardised(
  rows: Float32Array,
  start: number,
  moments: readonly ColumnMoments[],
  columns: readonly number[],
): Float64Array {
  return Float64Array.from(columns, (column) => {
    const value = rows[start + column]!;
    const { mean, deviation } = moments[column]!;
    return Number.isFinite(value) ? (value - mean) / deviation : 0;
  });
}
