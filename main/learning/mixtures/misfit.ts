/**
 * How badly counts fit the best of a mixture's shapes, in standard deviations of what chance and the shapes' own errors
 * explain: about 0 for what the shapes know, large for what none of them can be. With m counts expected in a bin and a
 * share t by which shapes may be off, the statistic is
 *     T = sum (c - m)^2 / (m + 1/2),
 * whose mean and variance under Poisson counts of variance v = m + (t m)^2 are sum v / (m + 1/2) and
 * sum (2 v^2 + m) / (m + 1/2)^2; the half keeps bins where next to nothing is expected from ruling it.
 */
import type { ModelParts } from '../estimators/model-parts.ts';
import { checkColumns, type Table } from '../estimators/table.ts';
import { countOf } from './pooled-shapes.ts';
import { type AddedResponse, addFactors, factorsOf, type Response } from './response.ts';

export interface Mixture {
  readonly columns: number;
  readonly classes: number;
  /** [shapes, columns], over the dispersion. */
  readonly logarithms: Float64Array;
  readonly priors: Float64Array;
  /** Where the shapes of each class begin; the last is their number. */
  readonly firsts: Int32Array;
  readonly dispersion: number;
  readonly tolerance: number;
  /** By how much the response may be another; null where it may not. */
  readonly response: Response | null;
}

const softening = 0.5;

/** Counts of a row; what is missing or negative is none. */
export function countsOf({ columns, values }: Table, row: number): Float64Array {
  return Float64Array.from(values.subarray(row * columns, (row + 1) * columns), countOf);
}

/**
 * @param scoresOf the score of every shape for one row of counts
 * @returns one figure per row
 */
export function misfitOf(
  model: Mixture,
  table: Table,
  scoresOf: (model: Mixture, counts: Float64Array) => Float64Array,
): Float64Array {
  checkColumns(table, model.columns);
  return Float64Array.from({ length: table.rows }, (_, row) => {
    const counts = countsOf(table, row);
    const scores = scoresOf(model, counts);
    const best = scores.reduce((most, score, place) => (score > scores[most]! ? place : most), 0);
    return misfitTo(model, best, counts);
  });
}

/** Of the shape that fits best, under the response that fits best; adding up to 1. */
function sharesOf(
  { columns, logarithms, dispersion, response }: Mixture,
  best: number,
  counts: Float64Array,
): Float64Array {
  const own = logarithms.subarray(best * columns, (best + 1) * columns);
  const factors = response && factorsOf(response, counts, best);
  const shares = own.map((logarithm, column) => Math.exp(dispersion * logarithm + (factors?.[column] ?? 0)));
  if (factors === null) return shares;
  const sum = shares.reduce((all, share) => all + share, 0);
  return shares.map((share) => share / sum);
}

function misfitTo(model: Mixture, best: number, counts: Float64Array): number {
  const { columns, tolerance } = model;
  const total = counts.reduce((sum, value) => sum + value, 0);
  const shares = sharesOf(model, best, counts);
  let [found, mean, variance] = [0, 0, 0];
  for (let column = 0; column < columns; column++) {
    const expected = total * shares[column]!;
    const spread = expected + (tolerance * expected) ** 2;
    const divisor = expected + softening;
    found += (counts[column]! - expected) ** 2 / divisor;
    mean += spread / divisor;
    variance += (2 * spread ** 2 + expected) / divisor ** 2;
  }
  return (found - mean) / Math.sqrt(variance + 1);
}

/** Values of a graph: counts [rows, columns], logarithms of shapes [columns, shapes], scores [rows, shapes]. */
export interface Scores {
  readonly counts: string;
  readonly shapes: string;
  readonly scores: string;
  readonly response: AddedResponse | null;
}

/** The same for all rows of a graph: [rows, 1]. */
export function addMisfit(
  { dispersion, tolerance, response }: Mixture,
  parts: ModelParts,
  { counts, shapes, scores, response: added }: Scores,
): string {
  const number = (value: number) => parts.floats('float64', [value]);
  const times = (one: string, other: string) => parts.apply('Mul', [one, other]);
  const axis = parts.integers([1]);
  const sum = (value: string) => parts.apply('ReduceSum', [value, axis], { keepdims: 1 });
  const shareOut = (value: string) => parts.apply('Div', [value, sum(value)]);
  const best = parts.apply('ArgMax', [scores], { axis: 1, keepdims: 0 });
  const picked = parts.apply('Transpose', [parts.apply('Gather', [shapes, best], { axis: 1 })], {
    perm: [1, 0],
  });
  const own = times(picked, number(dispersion));
  const shares =
    response === null || added === null
      ? parts.apply('Exp', [own])
      : shareOut(parts.apply('Exp', [parts.apply('Add', [own, addFactors(response, parts, added, best)])]));
  const expected = times(shares, sum(counts));
  const spread = parts.apply('Add', [expected, times(times(expected, expected), number(tolerance ** 2))]);
  const divisor = parts.apply('Add', [expected, number(softening)]);
  const apart = parts.apply('Sub', [counts, expected]);
  const found = sum(parts.apply('Div', [times(apart, apart), divisor]));
  const mean = sum(parts.apply('Div', [spread, divisor]));
  const twice = parts.apply('Add', [times(times(spread, spread), number(2)), expected]);
  const variance = sum(parts.apply('Div', [twice, times(divisor, divisor)]));
  const deviation = parts.apply('Sqrt', [parts.apply('Add', [variance, number(1)])]);
  return parts.apply('Div', [parts.apply('Sub', [found, mean]), deviation]);
}
