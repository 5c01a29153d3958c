/**
 * A response that is not quite the one the shapes were recorded with: every shape s may be s_k exp(d1 g1_k + d2 g2_k) over
 * its sum, with normally distributed d. g1 is a logarithm of the column, a slope over all of them, g2 falls off after the first
 * ones, where thresholds and absorbers act. For counts c of which N are there, the logarithm of the likelihood gains about
 *     d.(c.g - N m) - 1/2 d.(N C + 1) d,     m and C the mean and covariance of g under the shape,
 * a quadratic that is taken at its maximum along the two directions in which C is diagonal, each within some deviations.
 */
import type { ModelParts } from '../estimators/model-parts.ts';

/** Of all shapes, for one direction: its parts along both curves, their mean under the shape, their variance. */
interface Direction {
  readonly first: Float64Array;
  readonly second: Float64Array;
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

export interface Response {
  readonly columns: number;
  readonly shapes: number;
  /** In deviations of what they may be off by. */
  readonly curves: readonly [Float64Array, Float64Array];
  readonly directions: readonly [Direction, Direction];
  readonly dispersion: number;
}

/** No direction is followed further, in deviations: beyond, it is another shape and no other response. */
const furthest = 2.5;
/** Columns grow from about a seventh of their range, as the roots of energies above a threshold do. */
export const start = 1 / 7;
/** The second curve falls off over a thirtieth of the columns; at the first one a sigma of it is twice the width, as a logarithm. */
const fallOff = 30;
const secondWidth = 2;

/** @param width one sigma of the exponent of (column + a seventh) squared by which responses may be off */
function responseCurves(columns: number, width: number): readonly [Float64Array, Float64Array] {
  const along = (column: number): number => (column + 0.5) / columns;
  return [
    Float64Array.from({ length: columns }, (_, column) => width * 2 * Math.log(along(column) + start)),
    Float64Array.from(
      { length: columns },
      (_, column) => -width * secondWidth * Math.exp(-fallOff * along(column)),
    ),
  ];
}

/** @param logarithms [shapes, columns] of the shares, over the dispersion */
export function responseOf(
  {
    columns,
    logarithms,
    dispersion,
  }: { readonly columns: number; readonly logarithms: Float64Array; readonly dispersion: number },
  width: number,
): Response | null {
  if (width === 0) return null;
  const shapes = logarithms.length / columns;
  const curves = responseCurves(columns, width);
  const empty = (): Direction => ({
    first: new Float64Array(shapes),
    second: new Float64Array(shapes),
    mean: new Float64Array(shapes),
    variance: new Float64Array(shapes),
  });
  const directions = [empty(), empty()] as const;
  for (let shape = 0; shape < shapes; shape++) {
    const own = logarithms.subarray(shape * columns, (shape + 1) * columns);
    const { means, spread, cross, spreads } = momentsOf(own, dispersion, curves);
    // the angle that makes the covariance of the two curves diagonal
    const angle = 0.5 * Math.atan2(2 * cross, spread - spreads);
    const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
    const parts = [
      [cosine, sine],
      [-sine, cosine],
    ] as const;
    parts.forEach(([first, second], place) => {
      const direction = directions[place]!;
      direction.first[shape] = first;
      direction.second[shape] = second;
      direction.mean[shape] = first * means[0] + second * means[1];
      direction.variance[shape] =
        first * first * spread + 2 * first * second * cross + second * second * spreads;
    });
  }
  return { columns, shapes, curves, directions, dispersion };
}

function momentsOf(
  logarithms: Float64Array,
  dispersion: number,
  [one, other]: readonly [Float64Array, Float64Array],
) {
  let [sum, first, second, squares, products, others] = [0, 0, 0, 0, 0, 0];
  logarithms.forEach((logarithm, column) => {
    const share = Math.exp(dispersion * logarithm);
    const [a, b] = [one[column]!, other[column]!];
    sum += share;
    first += share * a;
    second += share * b;
    squares += share * a * a;
    products += share * a * b;
    others += share * b * b;
  });
  const means = [first / sum, second / sum] as const;
  return {
    means,
    spread: squares / sum - means[0] ** 2,
    cross: products / sum - means[0] * means[1],
    spreads: others / sum - means[1] ** 2,
  };
}

/** What the counts say along both curves, and how many they are, over the dispersion. */
function sumsOf(
  { curves: [one, other], dispersion }: Response,
  counts: Float64Array,
): readonly [number, number, number] {
  let [first, second, total] = [0, 0, 0];
  counts.forEach((count, column) => {
    first += count * one[column]!;
    second += count * other[column]!;
    total += count;
  });
  return [first / dispersion, second / dispersion, total / dispersion];
}

/** How far along a curve the fit goes: to the top of the parabola, held within reach. */
function stepOf(slope: number, bend: number): number {
  return Math.min(furthest, Math.max(-furthest, slope / bend));
}

/** Adds to the scores of all shapes what another response explains. */
export function addGains(response: Response, counts: Float64Array, scores: Float64Array): void {
  const [first, second, total] = sumsOf(response, counts);
  for (const direction of response.directions) {
    for (let shape = 0; shape < scores.length; shape++) {
      const slope =
        direction.first[shape]! * first + direction.second[shape]! * second - direction.mean[shape]! * total;
      const bend = direction.variance[shape]! * total + 1;
      const step = stepOf(slope, bend);
      scores[shape]! += step * (slope - 0.5 * step * bend);
    }
  }
}

/** Logarithms of the factors by which the response that fits the counts best changes a shape; not normalised. */
export function factorsOf(response: Response, counts: Float64Array, shape: number): Float64Array {
  const [first, second, total] = sumsOf(response, counts);
  const { curves, columns } = response;
  const factors = new Float64Array(columns);
  for (const direction of response.directions) {
    const [one, other] = [direction.first[shape]!, direction.second[shape]!];
    const slope = one * first + other * second - direction.mean[shape]! * total;
    const step = stepOf(slope, direction.variance[shape]! * total + 1);
    for (let column = 0; column < columns; column++)
      factors[column]! += step * (one * curves[0][column]! + other * curves[1][column]!);
  }
  return factors;
}

/** Values of a graph for each direction: [rows, shapes] steps, [3, shapes] parts along the curves and the mean. */
export interface AddedResponse {
  readonly scores: string;
  readonly steps: readonly string[];
  readonly parts: readonly string[];
}

/**
 * addGains for all rows of a graph.
 * @param counts [rows, columns] @param scores [rows, shapes]
 */
export function addResponse(
  { columns, shapes, curves: [one, other], directions, dispersion }: Response,
  parts: ModelParts,
  counts: string,
  scores: string,
): AddedResponse {
  const number = (value: number) => parts.floats('float64', [value]);
  const table = new Float64Array(columns * 3);
  for (let column = 0; column < columns; column++)
    table.set([one[column]! / dispersion, other[column]! / dispersion, 1 / dispersion], column * 3);
  const sums = parts.apply('MatMul', [counts, parts.floats('float64', table, [columns, 3])]);
  const totals = parts.apply('Slice', [sums, parts.integers([2]), parts.integers([3]), parts.integers([1])]);
  let sum = scores;
  const added = directions.map(({ first, second, mean, variance }) => {
    const rows = Float64Array.from([...first, ...second, ...mean.map((value) => -value)]);
    const along = parts.floats('float64', rows, [3, shapes]);
    const slope = parts.apply('MatMul', [sums, along]);
    const spread = parts.apply('MatMul', [totals, parts.floats('float64', variance, [1, shapes])]);
    const bend = parts.apply('Add', [spread, number(1)]);
    const step = parts.apply('Clip', [
      parts.apply('Div', [slope, bend]),
      number(-furthest),
      number(furthest),
    ]);
    const half = parts.apply('Mul', [parts.apply('Mul', [step, number(0.5)]), bend]);
    sum = parts.apply('Add', [sum, parts.apply('Mul', [step, parts.apply('Sub', [slope, half])])]);
    return { step, along };
  });
  return { scores: sum, steps: added.map(({ step }) => step), parts: added.map(({ along }) => along) };
}

/**
 * factorsOf for all rows of a graph: [rows, columns].
 * @param best [rows], the shape of each row
 */
export function addFactors(
  { columns, curves: [one, other] }: Response,
  parts: ModelParts,
  added: AddedResponse,
  best: string,
): string {
  const column = parts.apply('Unsqueeze', [best, parts.integers([1])]);
  const table = parts.floats('float64', Float64Array.from([...one, ...other]), [2, columns]);
  const factors = added.steps.map((steps, place) => {
    const step = parts.apply('GatherElements', [steps, column], { axis: 1 });
    const all = parts.apply('Gather', [added.parts[place]!, best], { axis: 1 });
    const both = parts.apply('Slice', [all, parts.integers([0]), parts.integers([2]), parts.integers([0])]);
    const turned = parts.apply('Transpose', [both], { perm: [1, 0] });
    return parts.apply('Mul', [step, parts.apply('MatMul', [turned, table])]);
  });
  return parts.apply('Sum', factors);
}
