/**
 * Mixtures of multinomials: every class is a set of shapes that its counts may be drawn from, and a row of counts is
 * answered by Bayes' rule over all of them,
 *     P(class | counts) ~ sum over the class's shapes of weight * product of share_k ^ (counts_k / dispersion).
 * With the true shapes and dispersion 1 this is the best that any classifier of counts can do (the likelihood of a
 * multinomial); a dispersion above 1 trusts the counts less, since shapes are never quite true.
 */
import { NightsiftError } from '../../../contract/errors.ts';
import type { Estimator, FitInput, FitPorts, Fitted } from '../estimators/estimator.ts';
import type { ModelParts } from '../estimators/model-parts.ts';
import { obeySignal } from '../estimators/parallel.ts';
import { checkColumns, checkTable, type Table } from '../estimators/table.ts';
import { numberOf, type Parameters } from '../recipes/recipe.ts';
import type { Mixture, Scores } from './blend.ts';
import { addMisfit, countsOf, misfitOf } from './misfit.ts';
import { pooledShapes, type Shape } from './pooled-shapes.ts';
import { addGains, addResponse, responseOf } from './response.ts';
import { addTogether, togetherOf, twinsAmong } from './together.ts';

export const countMixture: Estimator = {
  name: 'count-mixture',
  description: 'likelihood of counts under sets of template shapes: best for spectra with known templates',
  task: 'classification',
  input: 'counts',
  parameters: [
    {
      name: 'dispersion',
      description: 'variance of the counts over that of a Poisson process: how little the shapes are trusted',
      kind: 'number',
      default: 1.5,
      minimum: 0.1,
      maximum: 1000,
    },
    {
      name: 'floor',
      description: 'share of every shape that is spread evenly, for counts where the template has none',
      kind: 'number',
      default: 0.001,
      minimum: 1e-9,
      maximum: 0.5,
    },
    {
      name: 'tolerance',
      description: 'how far a bin of a shape may be off, as a share, before a spectrum fits none of them',
      kind: 'number',
      default: 0.1,
      minimum: 0,
      maximum: 10,
    },
    {
      name: 'drift',
      description:
        'how far the scale of energies may have drifted, as a share, before a spectrum fits none of the shapes: steep parts may then differ more',
      kind: 'number',
      default: 0,
      minimum: 0,
      maximum: 1,
    },
    {
      name: 'response',
      description:
        'how far the response of the detector may differ from that of the templates: one sigma of an exponent of the energy; 0: not at all',
      kind: 'number',
      default: 0,
      minimum: 0,
      maximum: 2,
    },
    {
      name: 'pairEmphasis',
      description:
        'by how much shapes that two classes share weigh more than two come at once: taken off again in telling one from two',
      kind: 'number',
      default: 1,
      minimum: 1,
      maximum: 1e6,
    },
    {
      name: 'templateCounts',
      description: 'rows with fewer counts are draws, not templates: alike ones are added up first',
      kind: 'number',
      default: 20_000,
      minimum: 0,
      maximum: 1e12,
    },
  ],
  fit: fitCountMixture,
};

async function fitCountMixture(input: FitInput, parameters: Parameters, ports: FitPorts): Promise<Fitted> {
  checkTable(input.table);
  obeySignal(ports.signal);
  const { classes = 0 } = input;
  const shapes = pooledShapes(input, numberOf(parameters, 'templateCounts'), ports.seed);
  obeySignal(ports.signal);
  if (shapes.length === 0) {
    throw new NightsiftError('notEnoughData', 'No row has a count: there is no shape to learn.', {
      hint: 'Check that the counts are those of the spectra, not of their differences.',
    });
  }
  return mixtureOf(shapes, input.table.columns, classes, parameters);
}

function mixtureOf(
  shapes: readonly Shape[],
  columns: number,
  classes: number,
  parameters: Parameters,
): Fitted {
  const floor = numberOf(parameters, 'floor');
  const dispersion = numberOf(parameters, 'dispersion');
  const sorted = [...shapes].sort((one, other) => one.label - other.label);
  const logarithms = new Float64Array(sorted.length * columns);
  const priors = new Float64Array(sorted.length);
  const firsts = new Int32Array(classes + 1).fill(sorted.length);
  const totals = new Float64Array(classes);
  for (const { label, weight } of sorted) totals[label]! += weight;
  for (let place = sorted.length - 1; place >= 0; place--) firsts[sorted[place]!.label] = place;
  for (let label = classes - 1; label >= 0; label--)
    firsts[label] = Math.min(firsts[label]!, firsts[label + 1]!);
  sorted.forEach(({ shares, weight, label }, place) => {
    priors[place] = Math.log(weight / totals[label]!);
    for (let column = 0; column < columns; column++)
      logarithms[place * columns + column] =
        Math.log((1 - floor) * shares[column]! + floor / columns) / dispersion;
  });
  const tolerance = numberOf(parameters, 'tolerance');
  const drift = numberOf(parameters, 'drift');
  const response = responseOf({ columns, logarithms, dispersion }, numberOf(parameters, 'response'));
  const model: Mixture = {
    columns,
    classes,
    logarithms,
    priors,
    firsts,
    dispersion,
    floor,
    tolerance,
    drift,
    response,
  };
  const twins = twinsAmong(sorted);
  const emphasis = numberOf(parameters, 'pairEmphasis');
  return {
    columns,
    width: classes,
    inputType: 'float64',
    predict: (table) => predict(model, table),
    addTo: (parts, value) => addTo(model, parts, value),
    misfit: (table) => misfitOf(model, table, scoresOf),
    addMisfitTo: (parts, value) => addMisfit(model, parts, addScores(model, parts, value)),
    ...(twins.includes(1) && {
      together: (table: Table) => togetherOf(model, { twins, emphasis }, table, scoresOf),
      addTogetherTo: (parts: ModelParts, value: string) =>
        addTogether(parts, { twins, emphasis }, addScores(model, parts, value)),
    }),
    figures: { shapes: sorted.length },
  };
}

/** Log-likelihood of a class without any shape. */
const impossible = -1e30;

/** Of every shape, for one row: log-likelihood of its counts over the dispersion, and the shape's weight. */
function scoresOf({ columns, logarithms, priors, response }: Mixture, counts: Float64Array): Float64Array {
  const scores = Float64Array.from(priors);
  for (let place = 0; place < scores.length; place++) {
    const start = place * columns;
    let sum = 0;
    for (let column = 0; column < columns; column++) sum += counts[column]! * logarithms[start + column]!;
    scores[place]! += sum;
  }
  if (response !== null) addGains(response, counts, scores);
  return scores;
}

function predict(model: Mixture, table: Table): Float64Array {
  const { columns, classes, firsts } = model;
  checkColumns(table, columns);
  const result = new Float64Array(table.rows * classes);
  for (let row = 0; row < table.rows; row++) {
    const scores = scoresOf(model, countsOf(table, row));
    const logits = Float64Array.from({ length: classes }, (_, label) =>
      logSum(scores.subarray(firsts[label]!, firsts[label + 1]!)),
    );
    const all = logSum(logits);
    for (let label = 0; label < classes; label++)
      result[row * classes + label] = Math.exp(logits[label]! - all);
  }
  return result;
}

function logSum(values: Float64Array): number {
  let most = impossible;
  for (const value of values) if (value > most) most = value;
  let sum = 0;
  for (const value of values) sum += Math.exp(value - most);
  return sum === 0 ? impossible : most + Math.log(sum);
}

// The table of shapes is most of a model's file: it is laid down once in each.
const laidDown = new WeakMap<ModelParts, Map<Mixture, Scores>>();

/** scoresOf for all rows of a graph: [rows, shapes]. */
function addScores(model: Mixture, parts: ModelParts, input: string): Scores {
  const inFile = laidDown.get(parts) ?? new Map<Mixture, Scores>();
  laidDown.set(parts, inFile);
  const known = inFile.get(model);
  if (known !== undefined) return known;
  const { columns, logarithms, priors, response } = model;
  const zero = parts.floats('float64', [0]);
  // a comparison with NaN is false, so missing values become 0 with the negative ones
  const counts = parts.apply('Where', [parts.apply('Greater', [input, zero]), input, zero]);
  const count = priors.length;
  const turned = new Float64Array(logarithms.length);
  for (let place = 0; place < count; place++)
    for (let column = 0; column < columns; column++)
      turned[column * count + place] = logarithms[place * columns + column]!;
  const shapes = parts.floats('float64', turned, [columns, count]);
  const products = parts.apply('MatMul', [counts, shapes]);
  const plain = parts.apply('Add', [products, parts.floats('float64', priors, [count])]);
  const another = response && addResponse(response, parts, counts, plain);
  const added = { counts, shapes, scores: another?.scores ?? plain, response: another };
  inFile.set(model, added);
  return added;
}

function addTo(model: Mixture, parts: ModelParts, input: string): string {
  const { classes, firsts } = model;
  const { scores } = addScores(model, parts, input);
  const logits = Array.from({ length: classes }, (_, label) => {
    const [from, to] = [firsts[label]!, firsts[label + 1]!];
    const sliced = from === to ? null : slice(parts, scores, from, to);
    if (sliced !== null) return sumOf(parts, sliced);
    // as many rows as the others, all impossible
    const any = slice(parts, scores, 0, 1);
    const nothing = parts.apply('Mul', [any, parts.floats('float64', [0])]);
    return parts.apply('Add', [nothing, parts.floats('float64', [impossible])]);
  });
  return parts.apply('Softmax', [parts.apply('Concat', logits, { axis: 1 })], { axis: 1 });
}

function slice(parts: ModelParts, value: string, from: number, to: number): string {
  return parts.apply('Slice', [value, parts.integers([from]), parts.integers([to]), parts.integers([1])]);
}

/** log(sum(exp)) along the shapes, by the largest first: exponentials of large numbers must not appear. */
function sumOf(parts: ModelParts, scores: string): string {
  const axis = parts.integers([1]);
  const most = parts.apply('ReduceMax', [scores, axis], { keepdims: 1 });
  const sum = parts.apply('ReduceSum', [parts.apply('Exp', [parts.apply('Sub', [scores, most])]), axis], {
    keepdims: 1,
  });
  return parts.apply('Add', [most, parts.apply('Log', [sum])]);
}
