/**
 * How badly counts fit the best of a mixture's shapes, in standard deviations of what chance and the shapes' own errors
 * explain: about 0 for what the shapes know, large for what none of them can be. With m counts expected in a bin, a share
 * t by which shapes may be off and a share g by which the columns' scale may have drifted (columns being roots of an energy
 * above a threshold, as those of the response), a bin's variance is
 *     v = m + (t m)^2 + (g s)^2,     s = (column + columns / 7) / 2 times the slope of m there,
 * and the statistic
 *     T = sum (c - m)^2 / (v + 1/2),
 * whose mean and variance under Poisson counts are sum v / (v + 1/2) and sum (2 v^2 + m) / (v + 1/2)^2. Every bin weighs by
 * its own noise: a line of few counts is not drowned by a strong continuum elsewhere. The half keeps bins where next to
 * nothing is expected from ruling it.
 */
import type { ModelParts } from '../estimators/model-parts.ts';
import { checkColumns, type Table } from '../estimators/table.ts';
import { countOf } from './pooled-shapes.ts';
import { type AddedResponse, addFactors, factorsOf, type Response, start } from './response.ts';

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
  readonly drift: number;
  /** By how much the response may be another; null where it may not. */
  readonly response: Response | null;
}

const softening = 0.5;
/** Shapes that are mixed, and how often their parts are bettered. */
const neighbours = 64;
const rounds = 60;

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

/** Places of the largest scores, the best first; of equal ones the first. */
function bestOf(scores: Float64Array): number[] {
  const places = Array.from(scores.keys());
  return places.sort((one, other) => scores[other]! - scores[one]! || one - other).slice(0, neighbours);
}

/**
 * What lies between the shapes: the likeliest mixture of the best ones, under the response that fits the best. Shapes are
 * cut from what varies smoothly (gain, share of the source, absorber); nothing is misfit for lying between two cuts.
 * Expectation and maximisation from equal parts.
 */
function blendOf(model: Mixture, scores: Float64Array, counts: Float64Array): Float64Array {
  const { columns, logarithms, dispersion, response } = model;
  const places = bestOf(scores);
  const factors = response && factorsOf(response, counts, places[0]!);
  const shapes = places.map((place) => {
    const own = logarithms.subarray(place * columns, (place + 1) * columns);
    const shares = own.map((logarithm, column) =>
      Math.exp(dispersion * logarithm + (factors?.[column] ?? 0)),
    );
    const sum = shares.reduce((all, share) => all + share, 0);
    return shares.map((share) => share / sum);
  });
  const parts = new Float64Array(shapes.length).fill(1 / shapes.length);
  const total = Math.max(1, sumOf(counts));
  for (let round = 0; round < rounds; round++) {
    const ratios = blended(shapes, parts).map((share, column) => counts[column]! / (share * total));
    shapes.forEach((shares, place) => {
      parts[place]! *= shares.reduce((sum, share, column) => sum + share * ratios[column]!, 0);
    });
  }
  const mixed = blended(shapes, parts);
  const sum = sumOf(mixed);
  return sum > 0 ? mixed.map((share) => share / sum) : shapes[0]!;
}

function blended(shapes: readonly Float64Array[], parts: Float64Array): Float64Array {
  const mixed = new Float64Array(shapes[0]!.length);
  shapes.forEach((shares, place) => {
    for (let column = 0; column < mixed.length; column++) mixed[column]! += parts[place]! * shares[column]!;
  });
  return mixed;
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** How far every column lies from the zero of its scale, in columns, over two: what a drift of 1 would move it by. */
function leversOf(columns: number): Float64Array {
  return Float64Array.from({ length: columns }, (_, column) => (column + 0.5 + columns * start) / 2);
}

function misfitTo(
  { columns, tolerance, drift }: Mixture,
  shares: Float64Array,
  counts: Float64Array,
): number {
  const total = sumOf(counts);
  const expecteds = shares.map((share) => total * share);
  const levers = leversOf(columns);
  let [found, mean, variance] = [0, 0, 0];
  for (let column = 0; column < columns; column++) {
    const expected = expecteds[column]!;
    const slope = (expecteds[Math.min(columns - 1, column + 1)]! - expecteds[Math.max(0, column - 1)]!) / 2;
    const spread = expected + (tolerance * expected) ** 2 + (drift * levers[column]! * slope) ** 2;
    const divisor = spread + softening;
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

/** blendOf for all rows of a graph: [rows, columns]. */
function addBlend(
  { columns, logarithms, dispersion, response }: Mixture,
  parts: ModelParts,
  { counts, shapes, scores, response: added }: Scores,
): string {
  const apply = (operator: string, ...values: string[]) => parts.apply(operator, values);
  const count = Math.min(neighbours, logarithms.length / columns);
  const places = parts.top(scores, count).places;
  const alone = parts.apply('Transpose', [shapes], { perm: [1, 0] });
  // [rows, neighbours, columns]
  const own = apply(
    'Mul',
    parts.apply('Gather', [alone, places], { axis: 0 }),
    parts.floats('float64', [dispersion]),
  );
  const across = parts.integers([1]);
  const first = parts.apply('ArgMax', [scores], { axis: 1, keepdims: 0 });
  const factors = response && added && apply('Unsqueeze', addFactors(response, parts, added, first), across);
  const shares = apply('Exp', factors === null ? own : apply('Add', own, factors));
  const sum = (value: string, axis: number) =>
    parts.apply('ReduceSum', [value, parts.integers([axis])], { keepdims: 1 });
  const normal = apply('Div', shares, sum(shares, 2));
  const turned = parts.apply('Transpose', [normal], { perm: [0, 2, 1] });
  const observed = apply('Unsqueeze', counts, across);
  const total = apply('Max', sum(observed, 2), parts.floats('float64', [1]));
  const relative = apply('Div', observed, total);
  // as many rows as asked, all 0
  const even = apply('Mul', sum(normal, 2), parts.floats('float64', [0]));
  let weights = parts.apply('Transpose', [apply('Add', even, parts.floats('float64', [1 / count]))], {
    perm: [0, 2, 1],
  });
  for (let round = 0; round < rounds; round++) {
    const ratios = apply('Div', relative, apply('MatMul', weights, normal));
    weights = apply('Mul', weights, apply('MatMul', ratios, turned));
  }
  const mixed = apply('Squeeze', apply('MatMul', weights, normal), across);
  const all = sum(mixed, 1);
  const plain = apply(
    'Squeeze',
    parts.apply('Slice', [normal, parts.integers([0]), parts.integers([1]), parts.integers([1])]),
    across,
  );
  const some = apply('Greater', all, parts.floats('float64', [0]));
  return apply('Where', some, apply('Div', mixed, all), plain);
}

/** The same for all rows of a graph: [rows, 1]. */
export function addMisfit(model: Mixture, parts: ModelParts, values: Scores): string {
  const { columns, tolerance, drift } = model;
  const { counts } = values;
  const number = (value: number) => parts.floats('float64', [value]);
  const times = (one: string, other: string) => parts.apply('Mul', [one, other]);
  const axis = parts.integers([1]);
  const sum = (value: string) => parts.apply('ReduceSum', [value, axis], { keepdims: 1 });
  const expected = times(addBlend(model, parts, values), sum(counts));
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
