/** How far a figure measured on these items may be from the truth. */
import { type Random, randomFor } from '../random.ts';
import {
  type Evaluation,
  evaluate,
  type Interval,
  type Intervals,
  predictedClasses,
  reliabilityBins,
} from './evaluation.ts';
import { evaluateMarks, markThreshold } from './targets.ts';

const resamples = 1000;
/** 95 %: the share left out at each end. */
const tail = 0.025;

/**
 * 95 % credible intervals: each class's recall has the posterior of Jeffreys' prior (Brown, Cai and DasGupta 2001), so
 * that three right answers of three leave room for doubt, as a bootstrap would not. Drawn from, seeded: the same items
 * give the same interval, and it holds the figure itself. Accuracy is that of the mix of classes at hand. Null for no items.
 * @param probabilities [items, classes]
 */
function credibleIntervals(
  probabilities: Float32Array,
  labels: ArrayLike<number>,
  classes: number,
): Intervals | null {
  if (labels.length === 0) return null;
  const predicted = predictedClasses(probabilities, classes);
  const counts = Array.from({ length: classes }, () => ({ hits: 0, items: 0 }));
  predicted.forEach((choice, item) => {
    const own = counts[labels[item]!]!;
    own.items += 1;
    if (choice === labels[item]) own.hits += 1;
  });
  const present = counts.filter(({ items }) => items > 0);
  const random = randomFor(1, 'interval', labels.length);
  const weighed = (recalls: readonly number[]) => ({
    accuracy: recalls.reduce((sum, recall, own) => sum + recall * present[own]!.items, 0) / labels.length,
    balancedAccuracy: recalls.reduce((sum, recall) => sum + recall, 0) / present.length,
  });
  const found = weighed(present.map(({ hits, items }) => hits / items));
  const drawn = Array.from({ length: resamples }, () =>
    weighed(present.map(({ hits, items }) => drawnShare(hits, items - hits, random))),
  );
  const of = (name: 'accuracy' | 'balancedAccuracy') =>
    around(
      found[name],
      drawn.map((each) => each[name]),
    );
  return { accuracy: of('accuracy'), balancedAccuracy: of('balancedAccuracy') };
}

/** Of a Beta distribution with half a count more on either side. */
function drawnShare(hits: number, misses: number, random: Random): number {
  const right = drawnGamma(hits, random);
  return right / (right + drawnGamma(misses, random));
}

/** Of a Gamma distribution of shape `count` + 1/2 and scale 1: Marsaglia and Tsang 2000; half a squared normal for 1/2. */
function drawnGamma(count: number, random: Random): number {
  if (count === 0) return random.normal() ** 2 / 2;
  const shift = count + 0.5 - 1 / 3;
  const width = 1 / Math.sqrt(9 * shift);
  for (;;) {
    const normal = random.normal();
    const cube = (1 + width * normal) ** 3;
    if (cube <= 0) continue;
    const limit = normal ** 2 / 2 + shift * (1 - cube + Math.log(cube));
    if (Math.log(1 - random.uniform()) < limit) return shift * cube;
  }
}

/** All figures with intervals and reliability: for final results, not for every epoch. */
export function evaluateWithIntervals(
  probabilities: Float32Array,
  labels: Int32Array | readonly number[],
  classes: readonly string[],
): Evaluation {
  const intervals = credibleIntervals(probabilities, labels, classes.length);
  const predicted = predictedClasses(probabilities, classes.length);
  const reliability = reliabilityBins(probabilities, labels, predicted, classes.length);
  return { ...evaluate(probabilities, labels, classes), intervals, reliability };
}

/**
 * The same for several marks at once. `accuracy` is the share of items with all marks right; each recall and each share of true noes has
 * a posterior of its own. The reliability is that of all answers together: how often a mark is there that is called so probable.
 * @param probabilities [items, marks]
 * @param truth [items, marks], 1 or 0
 */
export function evaluateMarksWithIntervals(
  probabilities: Float32Array,
  truth: Float32Array,
  marks: readonly string[],
): Evaluation {
  const found = evaluateMarks(probabilities, truth, marks);
  const reliability = markReliability(probabilities, truth);
  return {
    ...found,
    intervals: markIntervals(found, markCounts(probabilities, truth, marks.length)),
    reliability,
  };
}

interface MarkCounts {
  /** Of items with the mark and of items without it. */
  readonly present: { readonly items: number; readonly hits: number };
  readonly absent: { readonly items: number; readonly hits: number };
}

/** Of the marks that occur. */
function markCounts(probabilities: Float32Array, truth: Float32Array, width: number): MarkCounts[] {
  const counts = Array.from({ length: width }, () => [
    { items: 0, hits: 0 },
    { items: 0, hits: 0 },
  ]);
  truth.forEach((wanted, place) => {
    const own = counts[place % width]![wanted]!;
    own.items += 1;
    if (probabilities[place]! >= markThreshold === (wanted === 1)) own.hits += 1;
  });
  return counts.flatMap(([absent, present]) =>
    present!.items > 0 ? [{ absent: absent!, present: present! }] : [],
  );
}

function markIntervals({ items, accuracy, balancedAccuracy }: Evaluation, counts: readonly MarkCounts[]) {
  if (items === 0) return null;
  const random = randomFor(1, 'interval', items);
  const share = ({ items: all, hits }: MarkCounts['present']) => drawnShare(hits, all - hits, random);
  const right = Math.round(accuracy * items);
  const accuracies = Array.from({ length: resamples }, () => drawnShare(right, items - right, random));
  const balanced = Array.from({ length: resamples }, () =>
    // nobody can err where every item bears the mark
    counts.reduce(
      (sum, { present, absent }) => sum + share(present) + (absent.items > 0 ? share(absent) : 1),
      0,
    ),
  ).map((sum) => sum / (2 * counts.length));
  return {
    accuracy: around(accuracy, accuracies),
    balancedAccuracy: counts.length === 0 ? { low: 0, high: 1 } : around(balancedAccuracy, balanced),
  };
}

function around(figure: number, drawn: readonly number[]): Interval {
  const { low, high } = percentiles(drawn);
  return { low: Math.min(low, figure), high: Math.max(high, figure) };
}

/** Each answer is one of two: that the mark is there, or that it is not. */
function markReliability(probabilities: Float32Array, truth: Float32Array) {
  const pairs = Float32Array.from({ length: 2 * probabilities.length }, (_, place) => {
    const there = probabilities[place >> 1]!;
    return place % 2 === 0 ? 1 - there : there;
  });
  const all = new Int32Array(probabilities.length).fill(1);
  return reliabilityBins(pairs, Array.from(truth), all, 2);
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
