/** The one-class support vector machine by sequential minimal optimisation: see assembly/solver.ts. */
import type { PreparedTable } from '../estimators/preparation.ts';
import { packedPoints } from './support-kernels.ts';

export interface OneClassSolution {
  /** Per row, 0 to 1. */
  readonly alpha: Float64Array;
  /** A row is strange when the sum of alpha times kernel is below this. */
  readonly rho: number;
  readonly iterations: number;
}

const cacheBytes = 256 * 2 ** 20;
/** Rows of the first gradient, and steps, between two breaths. */
const rowsAtOnce = 64;
const stepsAtOnce = 500;

/**
 * @param breathe called now and then, to stop by throwing
 * @throws RangeError when there is too little memory
 */
export function solveOneClass(
  table: PreparedTable,
  gamma: number,
  nu: number,
  tolerance: number,
  breathe: () => void,
): OneClassSolution {
  const { rows } = table;
  const { kernels, padded } = packedPoints(table, gamma);
  const { run } = kernels;
  const rowBytes = padded * 4;
  const bytes = Math.max(2 * rowBytes, Math.min(cacheBytes, rows * rowBytes));
  const cells = kernels.allocate(bytes);
  const slotOf = kernels.allocate(padded * 4);
  const slots = Math.max(2, rows);
  const slotRoom = kernels.allocate(slots * 12);
  const alphaAt = kernels.allocate(padded * 8);
  const gradient = kernels.allocate(padded * 8);
  const bound = kernels.allocate(padded * 8);
  const sourceAt = kernels.allocate(padded * 4);
  const pairs = kernels.allocate(rows * 8);
  kernels.doubles(alphaAt, padded).set(startingWeights(rows, padded, nu));
  kernels.integers(sourceAt, rows).set(Int32Array.from({ length: rows }, (_, row) => row));
  run.setCache(cells, bytes, slotOf, slotRoom, slots);
  run.setSolver(rows, tolerance, alphaAt, gradient, bound, sourceAt, pairs);
  for (let from = 0; from < rows && from < Math.ceil(nu * rows); from += rowsAtOnce) {
    breathe();
    run.startFrom(from, Math.min(rows, from + rowsAtOnce));
  }
  run.finishStart();
  const most = Math.max(10_000_000, rows * 100);
  let iterations = 0;
  for (let made = stepsAtOnce; made === stepsAtOnce && iterations < most; iterations += made) {
    breathe();
    made = run.run(stepsAtOnce);
  }
  const alpha = new Float64Array(rows);
  const source = kernels.integers(sourceAt, rows);
  kernels.doubles(alphaAt, rows).forEach((weight, place) => {
    alpha[source[place]!] = weight;
  });
  return { alpha, rho: run.rho(), iterations };
}

/** All weight on the first rows; added up row by row, as LIBSVM does: the last digits decide between equally good rows. */
function startingWeights(rows: number, padded: number, nu: number): Float64Array {
  const weights = new Float64Array(padded);
  let left = 0;
  for (let row = 0; row < rows; row++) left += nu;
  for (let row = 0; row < rows && left > 0; row++) {
    weights[row] = Math.min(1, left);
    left -= weights[row]!;
  }
  return weights;
}
