/** What answers are worth that are no single class: several marks at once, or numbers. */
import { type Evaluation, type PerClassMetrics, rankArea } from './evaluation.ts';

/** A mark counts as seen from this probability on. */
export const markThreshold = 0.5;

const undefinedFigures = {
  accuracy: Number.NaN,
  balancedAccuracy: Number.NaN,
  macroF1: Number.NaN,
  auc: null,
  calibrationError: Number.NaN,
  perClass: [],
  confusion: [],
} as const;

/**
 * Every mark by itself: precision, recall, F1, area under the curve. `accuracy` is the share of items with all marks
 * right, `macroF1` the mean F1 and `balancedAccuracy` the mean of recall and of the share of true noes over the marks that
 * occur; the calibration error is taken over all answers, in ten bins of equal mass. `loss` is the mean cross-entropy.
 * @param probabilities [items, marks]
 * @param truth [items, marks], 1 or 0
 */
export function evaluateMarks(
  probabilities: Float32Array,
  truth: Float32Array,
  marks: readonly string[],
): Evaluation {
  const items = truth.length / marks.length;
  if (items === 0) return { ...undefinedFigures, items, loss: 0 };
  const columns = marks.map((name, mark) => markColumn(name, mark, marks.length, probabilities, truth));
  const present = columns.filter(({ metrics }) => metrics.support > 0);
  const areas = columns.flatMap(({ area }) => area ?? []);
  return {
    items,
    loss: meanOf(
      Array.from(truth, (wanted, place) => {
        const said = wanted === 1 ? probabilities[place]! : 1 - probabilities[place]!;
        return -Math.log(Math.max(said, 1e-7));
      }),
    ),
    accuracy: meanOf(
      Array.from({ length: items }, (_, item) => (columns.every(({ hits }) => hits[item] === true) ? 1 : 0)),
    ),
    balancedAccuracy: meanOf(present.map(({ metrics, specificity }) => (metrics.recall + specificity) / 2)),
    macroF1: meanOf(present.map(({ metrics }) => metrics.f1)),
    auc: areas.length === 0 ? null : meanOf(areas),
    calibrationError: calibrationOf(probabilities, truth),
    perClass: columns.map(({ metrics }) => metrics),
    confusion: [],
  };
}

interface MarkColumn {
  readonly metrics: PerClassMetrics;
  /** Share of the items without the mark that are answered so; 1 where there are none. */
  readonly specificity: number;
  readonly area: number | null;
  readonly hits: readonly boolean[];
}

function markColumn(
  className: string,
  mark: number,
  width: number,
  probabilities: Float32Array,
  truth: Float32Array,
): MarkColumn {
  const places = Array.from({ length: truth.length / width }, (_, item) => item * width + mark);
  const wanted = places.map((place) => truth[place] === 1);
  const said = places.map((place) => probabilities[place]!);
  const called = said.map((value) => value >= markThreshold);
  const both = called.filter((yes, item) => yes && wanted[item]).length;
  const support = wanted.filter(Boolean).length;
  const claimed = called.filter(Boolean).length;
  const precision = claimed === 0 ? 0 : both / claimed;
  const recall = support === 0 ? 0 : both / support;
  const without = places.length - support;
  return {
    metrics: {
      className,
      support,
      precision,
      recall,
      f1: both === 0 ? 0 : (2 * precision * recall) / (precision + recall),
      called: claimed,
    },
    specificity: without === 0 ? 1 : (without - (claimed - both)) / without,
    area: rankArea(said, wanted),
    hits: called.map((yes, item) => yes === wanted[item]),
  };
}

const calibrationBins = 10;

/** Mean distance between the probability of a mark and how often it is there, in bins of equal mass. */
function calibrationOf(probabilities: Float32Array, truth: Float32Array): number {
  const order = Array.from(probabilities.keys()).sort((a, b) => probabilities[a]! - probabilities[b]!);
  const bins = Math.min(calibrationBins, order.length);
  let error = 0;
  for (let bin = 0; bin < bins; bin++) {
    const part = order.slice(
      Math.floor((bin * order.length) / bins),
      Math.floor(((bin + 1) * order.length) / bins),
    );
    error += Math.abs(part.reduce((sum, place) => sum + probabilities[place]! - truth[place]!, 0));
  }
  return error / order.length;
}

/**
 * The figures of classes are not defined.
 * @param lossOf one error, in the numbers' own unit
 */
export function evaluateNumbers(
  answers: Float32Array,
  truth: Float32Array,
  lossOf: (error: number) => number = (error) => error * error,
): Evaluation {
  const items = truth.length;
  if (items === 0) return { ...undefinedFigures, items, loss: 0 };
  const errors = Array.from(truth, (value, item) => answers[item]! - value);
  const square = meanOf(errors.map((error) => error * error));
  const centre = meanOf(Array.from(truth));
  const variance = meanOf(Array.from(truth, (value) => (value - centre) ** 2));
  return {
    ...undefinedFigures,
    items,
    loss: meanOf(errors.map(lossOf)),
    numbers: {
      meanAbsoluteError: meanOf(errors.map(Math.abs)),
      rootMeanSquareError: Math.sqrt(square),
      r2: variance > 0 ? 1 - square / variance : null,
    },
  };
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
