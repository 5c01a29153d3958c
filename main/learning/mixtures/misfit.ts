/**
 * How badly counts fit the best of a mixture's shapes, in standard deviations of what chance and the shapes' own errors
 * explain: about 0 for what the shapes know, large for what none of them can be. With m counts expected in a bin, a share
 * t by which shapes may be off and a share g by which the columns' scale may have drifted (columns being roots of an energy
 * above a threshold, as those of the response), a bin's variance is
 *     v = m + (t m)^2 + (g s)^2 + f^2,     s = (column + columns / 7) / 2 times the slope of m there, f what is spread evenly,
 * and the statistic
 *     T = sum (c - m)^2 / (v + 1/2),
 * whose mean and variance under Poisson counts are sum v / (v + 1/2) and sum (2 v^2 + m) / (v + 1/2)^2. Every bin weighs by
 * its own noise: a line of few counts is not drowned by a strong continuum elsewhere. The half keeps bins where next to
 * nothing is expected from ruling it.
 */
import type { ModelParts } from '../estimators/model-parts.ts';
import { checkColumns, type Table } from '../estimators/table.ts';
import { addBlend, blendOf, type Mixture, type Scores, sumOf } from './blend.ts';
import { countOf } from './pooled-shapes.ts';
import { start } from './response.ts';

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
    return misfitTo(model, blendOf(model, scoresOf(model, counts), counts), counts);
  });
}

/** How far every column lies from the zero of its scale, in columns, over two: what a drift of 1 would move it by. */
function leversOf(columns: number): Float64Array {
  return Float64Array.from({ length: columns }, (_, column) => (column + 0.5 + columns * start) / 2);
}

function misfitTo(
  { columns, tolerance, drift, floor }: Mixture,
  shares: Float64Array,
  counts: Float64Array,
): number {
  const total = sumOf(counts);
  const expecteds = shares.map((share) => total * share);
  const spreadEvenly = (total * floor) / columns;
  const levers = leversOf(columns);
  let [found, mean, variance] = [0, 0, 0];
  for (let column = 0; column < columns; column++) {
    const expected = expecteds[column]!;
    const slope = (expecteds[Math.min(columns - 1, column + 1)]! - expecteds[Math.max(0, column - 1)]!) / 2;
    const spread =
      expected + (tolerance * expected) ** 2 + (drift * levers[column]! * slope) ** 2 + spreadEvenly ** 2;
    const divisor = spread + softening;
    found += (counts[column]! - expected) ** 2 / divisor;
    mean += spread / divisor;
    variance += (2 * spread ** 2 + expected) / divisor ** 2;
  }
  return (found - mean) / Math.sqrt(variance + 1);
}

/** The same for all rows of a graph: [rows, 1]. */
export function addMisfit(model: Mixture, parts: ModelParts, values: Scores): string {
  const { columns, tolerance, drift, floor } = model;
  const { counts } = values;
  const number = (value: number) => parts.floats('float64', [value]);
  const times = (one: string, other: string) => parts.apply('Mul', [one, other]);
  const axis = parts.integers([1]);
  const sum = (value: string) => parts.apply('ReduceSum', [value, axis], { keepdims: 1 });
  const total = sum(counts);
  const expected = times(addBlend(model, parts, values), total);
  const squared = (value: string) => times(value, value);
  const shifted = (places: Int32Array) =>
    parts.apply('Gather', [expected, parts.integers([...places])], { axis: 1 });
  const places = Int32Array.from({ length: columns }, (_, column) => column);
  const slope = parts.apply('Sub', [
    shifted(places.map((column) => Math.min(columns - 1, column + 1))),
    shifted(places.map((column) => Math.max(0, column - 1))),
  ]);
  const levers = parts.floats(
    'float64',
    leversOf(columns).map((lever) => (drift * lever) / 2),
    [columns],
  );
  const spread = parts.apply('Sum', [
    expected,
    times(squared(expected), number(tolerance ** 2)),
    squared(times(slope, levers)),
    squared(times(total, number(floor / columns))),
  ]);
  const divisor = parts.apply('Add', [spread, number(softening)]);
  const apart = parts.apply('Sub', [counts, expected]);
  const found = sum(parts.apply('Div', [times(apart, apart), divisor]));
  const mean = sum(parts.apply('Div', [spread, divisor]));
  const twice = parts.apply('Add', [times(times(spread, spread), number(2)), expected]);
  const variance = sum(parts.apply('Div', [twice, times(divisor, divisor)]));
  const deviation = parts.apply('Sqrt', [parts.apply('Add', [variance, number(1)])]);
  return parts.apply('Div', [parts.apply('Sub', [found, mean]), deviation]);
}
