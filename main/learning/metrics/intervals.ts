/** How far a figure measured on these items may be from the truth. */
import { randomFor } from '../random.ts';
import {
  type Evaluation,
  evaluate,
  type Interval,
  type Intervals,
  predictedClasses,
  reliabilityBins,
} from './evaluation.ts';

const resamples = 1000;
/** 95 %: the share left out at each end. */
const tail = 0.025;

/**
 * Percentile bootstrap (Efron 1979) with 95 % coverage, classes resampled each by itself, so that none goes missing.
 * Seeded: the same items give the same interval. Null for no items.
 * @param probabilities [items, classes]
 */
function bootstrapIntervals(
  probabilities: Float32Array,
  labels: ArrayLike<number>,
  classes: number,
): Intervals | null {
  if (labels.length === 0) return null;
  const predicted = predictedClasses(probabilities, classes);
  const hitsOf = new Map<number, number[]>();
  predicted.forEach((choice, item) => {
    const label = labels[item]!;
    const hits = hitsOf.get(label) ?? [];
    hits.push(choice === label ? 1 : 0);
    hitsOf.set(label, hits);
  });
  const random = randomFor(1, 'bootstrap', labels.length);
  const drawn = Array.from({ length: resamples }, () => {
    let hits = 0;
    let recalls = 0;
    for (const own of hitsOf.values()) {
      let found = 0;
      for (let draw = 0; draw < own.length; draw++) found += own[random.integer(own.length)]!;
      hits += found;
      recalls += found / own.length;
    }
    return { accuracy: hits / labels.length, balancedAccuracy: recalls / hitsOf.size };
  });
  return {
    accuracy: percentiles(drawn.map(({ accuracy }) => accuracy)),
    balancedAccuracy: percentiles(drawn.map(({ balancedAccuracy }) => balancedAccuracy)),
  };
}

/** All figures with intervals and reliability: for final results, not for every epoch. */
export function evaluateWithIntervals(
  probabilities: Float32Array,
  labels: Int32Array | readonly number[],
  classes: readonly string[],
): Evaluation {
  const intervals = bootstrapIntervals(probabilities, labels, classes.length);
  const predicted = predictedClasses(probabilities, classes.length);
  const reliability = reliabilityBins(probabilities, labels, predicted, classes.length);
  return { ...evaluate(probabilities, labels, classes), intervals, reliability };
}

function percentiles(values: readonly number[]): Interval {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return { low: at(tail), high: at(1 - tail) };
}

/**
 * Whether one judge beats another on the same items: bootstrap interval of the difference of their balanced accuracies,
 * items drawn in pairs.
 */
export function pairedDifference(
  one: Float32Array,
  other: Float32Array,
  labels: ArrayLike<number>,
  classes: readonly string[],
): Interval & { readonly difference: number } {
  const count = classes.length;
  const choices = [predictedClasses(one, count), predictedClasses(other, count)] as const;
  const items = Array.from({ length: labels.length }, (_, item) => item);
  const byClass = classes
    .map((_, label) => items.filter((item) => labels[item] === label))
    .filter((own) => own.length > 0);
  const random = randomFor(1, 'paired bootstrap', labels.length);
  const differenceOver = (pick: (own: readonly number[], draw: number) => number): number =>
    byClass.reduce((sum, own) => {
      let gain = 0;
      for (let draw = 0; draw < own.length; draw++) {
        const item = pick(own, draw);
        gain += Number(choices[0][item] === labels[item]) - Number(choices[1][item] === labels[item]);
      }
      return sum + gain / own.length / byClass.length;
    }, 0);
  const drawn = Array.from({ length: resamples }, () =>
    differenceOver((own) => own[random.integer(own.length)]!),
  );
  return { difference: differenceOver((own, draw) => own[draw]!), ...percentiles(drawn) };
}
