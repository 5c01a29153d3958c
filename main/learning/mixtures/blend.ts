/**
 * What lies between a mixture's shapes: the likeliest mixture of the best ones. Expectation and maximisation come closer ever
 * more slowly: short of the end they leave errors that many counts show, so that a spectrum with a hundred thousand of them
 * would fit not even its own template. They begin near the likeliest shape and are followed on by squared extrapolation (Varadhan and Roland,
 * Scandinavian Journal of Statistics 35, 2008): two steps, r the first and v what the second has more, then
 *     parts + 2 a r + a^2 v,     a = |r| / |v|,
 * and a third step from there, which mends what that overshot.
 */
import type { ModelParts } from '../estimators/model-parts.ts';
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
  /** Share of every shape that is spread evenly. */
  readonly floor: number;
  readonly tolerance: number;
  readonly drift: number;
  /** By how much the response may be another; null where it may not. */
  readonly response: Response | null;
}

/** Values of a graph: counts [rows, columns], logarithms of shapes [columns, shapes], scores [rows, shapes]. */
export interface Scores {
  readonly counts: string;
  readonly shapes: string;
  readonly scores: string;
  readonly response: AddedResponse | null;
}

/** Shapes that are mixed, how often their parts are bettered, of three steps each. */
const neighbours = 64;
const rounds = 12;
/** Share of the parts that lies with the likeliest shapes in the beginning; the rest is even. */
const likeliest = 0.5;
/** How far an extrapolation goes, and to what share of itself a part may fall in it: none may vanish for good. */
const reach = { least: 1, most: 64, leastShare: 0.01 };
/** Lengths below are none. */
const tiny = 1e-12;

/** Places of the largest scores, the best first; of equal ones the first. */
function bestOf(scores: Float64Array): number[] {
  const places = Array.from(scores.keys());
  return places.sort((one, other) => scores[other]! - scores[one]! || one - other).slice(0, neighbours);
}

/**
 * What lies between the shapes: the likeliest mixture of the best ones, under the response that fits the best. Shapes are
 * cut from what varies smoothly (gain, share of the source, absorber); nothing is misfit for lying between two cuts.
 */
export function blendOf(model: Mixture, scores: Float64Array, counts: Float64Array): Float64Array {
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
  const total = Math.max(1, sumOf(counts));
  const step = (parts: Float64Array): Float64Array => {
    const ratios = blended(shapes, parts).map((share, column) => counts[column]! / (share * total));
    return parts.map(
      (part, place) => part * shapes[place]!.reduce((sum, share, column) => sum + share * ratios[column]!, 0),
    );
  };
  let parts = beginningOf(Float64Array.from(places, (place) => scores[place]!));
  for (let round = 0; round < rounds; round++) parts = betteredBy(step, parts);
  const mixed = blended(shapes, parts);
  const sum = sumOf(mixed);
  return sum > 0 ? mixed.map((share) => share / sum) : shapes[0]!;
}

function beginningOf(scores: Float64Array): Float64Array {
  const odds = scores.map((score) => Math.exp(score - scores[0]!));
  const all = sumOf(odds);
  return odds.map((each) => (likeliest * each) / all + (1 - likeliest) / odds.length);
}

function betteredBy(step: (parts: Float64Array) => Float64Array, parts: Float64Array): Float64Array {
  const one = step(parts);
  const two = step(one);
  const first = one.map((part, place) => part - parts[place]!);
  const more = two.map((part, place) => part - one[place]! - first[place]!);
  const ratio = lengthOf(first) / Math.max(tiny, lengthOf(more));
  const along = Math.min(reach.most, Math.max(reach.least, ratio));
  const far = parts.map((part, place) =>
    Math.max(reach.leastShare * two[place]!, part + 2 * along * first[place]! + along ** 2 * more[place]!),
  );
  const all = sumOf(far);
  return step(far.map((part) => part / all));
}

function lengthOf(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

function blended(shapes: readonly Float64Array[], parts: Float64Array): Float64Array {
  const mixed = new Float64Array(shapes[0]!.length);
  shapes.forEach((shares, place) => {
    for (let column = 0; column < mixed.length; column++) mixed[column]! += parts[place]! * shares[column]!;
  });
  return mixed;
}

export function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** blendOf for all rows of a graph: [rows, columns]. */
export function addBlend(
  { columns, logarithms, dispersion, response }: Mixture,
  parts: ModelParts,
  { counts, shapes, scores, response: added }: Scores,
): string {
  const apply = (operator: string, ...values: string[]) => parts.apply(operator, values);
  const count = Math.min(neighbours, logarithms.length / columns);
  const { values: best, places } = parts.top(scores, count);
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
  const step = (weights: string) => {
    const ratios = apply('Div', relative, apply('MatMul', weights, normal));
    return apply('Mul', weights, apply('MatMul', ratios, turned));
  };
  let weights = apply('Unsqueeze', addBeginning(parts, best, count), across);
  for (let round = 0; round < rounds; round++) weights = addBettered(parts, step, weights);
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

/** beginningOf: [rows, shapes]. */
function addBeginning(parts: ModelParts, best: string, count: number): string {
  const number = (value: number) => parts.floats('float64', [value]);
  const odds = parts.apply('Softmax', [best], { axis: 1 });
  const some = parts.apply('Mul', [odds, number(likeliest)]);
  return parts.apply('Add', [some, number((1 - likeliest) / count)]);
}

/** betteredBy for weights [rows, 1, shapes]. */
function addBettered(parts: ModelParts, step: (weights: string) => string, weights: string): string {
  const apply = (operator: string, ...values: string[]) => parts.apply(operator, values);
  const number = (value: number) => parts.floats('float64', [value]);
  const axis = parts.integers([2]);
  const sum = (value: string) => parts.apply('ReduceSum', [value, axis], { keepdims: 1 });
  const length = (value: string) => apply('Sqrt', sum(apply('Mul', value, value)));
  const one = step(weights);
  const two = step(one);
  const first = apply('Sub', one, weights);
  const more = apply('Sub', apply('Sub', two, one), first);
  const ratio = apply('Div', length(first), apply('Max', length(more), number(tiny)));
  const along = apply('Clip', ratio, number(reach.least), number(reach.most));
  const far = apply(
    'Sum',
    weights,
    apply('Mul', apply('Mul', along, number(2)), first),
    apply('Mul', apply('Mul', along, along), more),
  );
  const held = apply('Max', far, apply('Mul', two, number(reach.leastShare)));
  return step(apply('Div', held, sum(held)));
}
