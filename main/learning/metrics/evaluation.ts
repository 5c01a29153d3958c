/** What a classifier's probabilities are worth against known labels. */

export interface PerClassMetrics {
  readonly className: string;
  readonly support: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Items called so, where no table of confusion tells it. */
  readonly called?: number;
}

/** Items of about the same confidence. */
export interface ReliabilityBin {
  readonly items: number;
  /** Mean probability of the predicted class. */
  readonly confidence: number;
  /** Share that is right. */
  readonly accuracy: number;
}

/** 95 % of the mass. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface Intervals {
  readonly accuracy: Interval;
  readonly balancedAccuracy: Interval;
}

/** Of answers that are numbers, in their own unit. */
interface NumberFigures {
  readonly meanAbsoluteError: number;
  readonly rootMeanSquareError: number;
  /** Share of the variance that is explained; null where the truth does not vary. */
  readonly r2: number | null;
}

/** Of answers that are numbers the figures of classes are NaN, and their lists are empty. */
export interface Evaluation {
  readonly items: number;
  readonly loss: number;
  readonly accuracy: number;
  /** Mean recall of the classes that occur. */
  readonly balancedAccuracy: number;
  readonly macroF1: number;
  /** Area under the ROC curve: of the second class for two, the mean of one-against-rest for more. Null where undefined. */
  readonly auc: number | null;
  /** Expected calibration error, bins of equal mass. */
  readonly calibrationError: number;
  readonly perClass: readonly PerClassMetrics[];
  /** Rows: true class; columns: predicted class. Empty where an item may have several marks. */
  readonly confusion: readonly (readonly number[])[];
  /** 95 % intervals; null for no items, absent where nobody asked. */
  readonly intervals?: Intervals | null;
  /** Bins of equal mass, least confident first; absent where nobody asked. */
  readonly reliability?: readonly ReliabilityBin[];
  /** Of answers that are numbers. */
  readonly numbers?: NumberFigures;
}

/** Bins of the calibration error; fewer when there are too few items to fill them. */
const calibrationBins = 10;

/**
 * @param probabilities [items, classes], row-major
 * @param labels index of the true class, per item
 */
export function evaluate(
  probabilities: Float32Array,
  labels: Int32Array | readonly number[],
  classes: readonly string[],
): Evaluation {
  const count = classes.length;
  const predicted = predictedClasses(probabilities, count);
  const confusion = confusionMatrix(labels, predicted, count);
  const perClass = classes.map((className, index) => classMetrics(className, index, confusion));
  const present = perClass.filter((entry) => entry.support > 0);
  const correct = confusion.reduce((sum, row, index) => sum + row[index]!, 0);
  return {
    items: labels.length,
    loss: crossEntropy(probabilities, labels, count),
    accuracy: ratio(correct, labels.length),
    balancedAccuracy: mean(present.map((entry) => entry.recall)),
    macroF1: mean(present.map((entry) => entry.f1)),
    auc: areaUnderCurve(probabilities, labels, count),
    calibrationError: calibrationError(probabilities, labels, predicted, count),
    perClass,
    confusion,
  };
}

function mean(values: readonly number[]): number {
  return ratio(
    values.reduce((sum, value) => sum + value, 0),
    values.length,
  );
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** Items that were called this class: of none the precision has no meaning. */
export function timesCalled({ perClass, confusion }: Evaluation, index: number): number {
  return perClass[index]?.called ?? confusion.reduce((sum, row) => sum + (row[index] ?? 0), 0);
}

/** The most probable class; the first of equals. */
export function predictedClasses(probabilities: Float32Array, classes: number): Int32Array {
  const predicted = new Int32Array(probabilities.length / classes);
  for (let item = 0; item < predicted.length; item++) {
    let best = 0;
    for (let index = 1; index < classes; index++) {
      if (probabilities[item * classes + index]! > probabilities[item * classes + best]!) best = index;
    }
    predicted[item] = best;
  }
  return predicted;
}

export function confusionMatrix(
  labels: Int32Array | readonly number[],
  predicted: Int32Array | readonly number[],
  classes: number,
): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let item = 0; item < labels.length; item++) matrix[labels[item]!]![predicted[item]!]! += 1;
  return matrix;
}

/** Precision, recall and F1 are 0 where their denominator is. */
export function classMetrics(
  className: string,
  index: number,
  confusion: readonly (readonly number[])[],
): PerClassMetrics {
  const hits = confusion[index]![index]!;
  const support = confusion[index]!.reduce((sum, count) => sum + count, 0);
  const claimed = confusion.reduce((sum, row) => sum + row[index]!, 0);
  const precision = ratio(hits, claimed);
  const recall = ratio(hits, support);
  return { className, support, precision, recall, f1: ratio(2 * precision * recall, precision + recall) };
}

/** Mean negative log-probability of the true class; probabilities below 1e-7 count as 1e-7. */
export function crossEntropy(
  probabilities: Float32Array,
  labels: Int32Array | readonly number[],
  classes: number,
): number {
  let sum = 0;
  for (let item = 0; item < labels.length; item++) {
    sum -= Math.log(Math.max(probabilities[item * classes + labels[item]!]!, 1e-7));
  }
  return ratio(sum, labels.length);
}

/**
 * Expected calibration error: items sorted by the probability of their predicted class, cut into bins of equal mass;
 * the mean distance between confidence and accuracy, weighted by bin size (Guo et al. 2017 with equal-mass bins).
 */
export function calibrationError(
  probabilities: Float32Array,
  labels: Int32Array | readonly number[],
  predicted: Int32Array,
  classes: number,
): number {
  const bins = reliabilityBins(probabilities, labels, predicted, classes);
  const error = bins.reduce(
    (sum, { items, confidence, accuracy }) => sum + items * Math.abs(confidence - accuracy),
    0,
  );
  return ratio(error, labels.length);
}

/** Items sorted by the probability of their predicted class, cut into bins of equal mass. */
export function reliabilityBins(
  probabilities: Float32Array,
  labels: Int32Array | readonly number[],
  predicted: Int32Array,
  classes: number,
): ReliabilityBin[] {
  const items = Array.from(predicted, (choice, item) => ({
    confidence: probabilities[item * classes + choice]!,
    correct: choice === labels[item] ? 1 : 0,
  })).sort((a, b) => a.confidence - b.confidence);
  const bins = Math.min(calibrationBins, items.length);
  return Array.from({ length: bins }, (_, bin) => {
    const part = items.slice(
      Math.floor((bin * items.length) / bins),
      Math.floor(((bin + 1) * items.length) / bins),
    );
    return {
      items: part.length,
      confidence: mean(part.map(({ confidence }) => confidence)),
      accuracy: mean(part.map(({ correct }) => correct)),
    };
  });
}

/** Null when a class is missing on either side of every comparison. */
export function areaUnderCurve(
  probabilities: Float32Array,
  labels: Int32Array | readonly number[],
  classes: number,
): number | null {
  const areas: number[] = [];
  for (let positive = classes === 2 ? 1 : 0; positive < classes; positive++) {
    const scores = Array.from(labels, (_, item) => probabilities[item * classes + positive]!);
    const area = rankArea(
      scores,
      Array.from(labels, (label) => label === positive),
    );
    if (area !== null) areas.push(area);
  }
  return areas.length === 0 ? null : mean(areas);
}

/** Area under the curve of one score (Mann-Whitney statistic); tied scores take their mean rank. Null for one class. */
export function rankArea(scores: readonly number[], positive: readonly boolean[]): number | null {
  const order = scores.map((_, index) => index).sort((a, b) => scores[a]! - scores[b]!);
  let rankSum = 0;
  let positives = 0;
  for (let start = 0; start < order.length; ) {
    // at least one, so that a score that is no number cannot stall
    let end = start + 1;
    while (end < order.length && scores[order[end]!] === scores[order[start]!]) end++;
    const meanRank = (start + 1 + end) / 2;
    for (let place = start; place < end; place++) {
      if (!positive[order[place]!]) continue;
      rankSum += meanRank;
      positives += 1;
    }
    start = end;
  }
  const negatives = scores.length - positives;
  if (positives === 0 || negatives === 0) return null;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
