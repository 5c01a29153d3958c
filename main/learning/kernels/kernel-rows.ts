/** Rows of the RBF kernel matrix exp(-gamma |a - b|²), computed when asked for and kept while there is room. */
import type { PreparedTable } from '../estimators/preparation.ts';

export interface KernelRows {
  /** Kernel of one row of the table with all; single precision, as the solver's cache has it. */
  row(index: number): Float32Array;
}

const cacheBytes = 256 * 2 ** 20;

export function kernelRows({ rows, columns, values }: PreparedTable, gamma: number): KernelRows {
  const squares = new Float64Array(rows);
  for (let row = 0; row < rows; row++) squares[row] = dot(values, row, row, columns);
  const most = Math.max(2, Math.floor(cacheBytes / (rows * 4)));
  // a Map keeps the order of insertion: the first is the one longest unused
  const kept = new Map<number, Float32Array>();
  return {
    row(index) {
      const known = kept.get(index);
      if (known) {
        kept.delete(index);
        kept.set(index, known);
        return known;
      }
      let fresh: Float32Array | undefined;
      if (kept.size >= most) {
        const [oldest, array] = kept.entries().next().value!;
        kept.delete(oldest);
        fresh = array;
      }
      fresh ??= new Float32Array(rows);
      for (let other = 0; other < rows; other++) {
        const distance = squares[index]! + squares[other]! - 2 * dot(values, index, other, columns);
        fresh[other] = Math.exp(-gamma * distance);
      }
      kept.set(index, fresh);
      return fresh;
    },
  };
}

function dot(values: Float64Array, a: number, b: number, columns: number): number {
  const first = a * columns;
  const second = b * columns;
  let sum = 0;
  for (let column = 0; column < columns; column++) sum += values[first + column]! * values[second + column]!;
  return sum;
}
