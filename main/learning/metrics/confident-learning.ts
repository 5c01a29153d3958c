/** Which given labels are probably wrong, from answers of models that had not seen them (Northcutt, Jiang, Chuang 2021). */

export interface SuspectLabel {
  /** Place among the items. */
  readonly item: number;
  readonly given: number;
  /** The class that it confidently belongs to. */
  readonly likely: number;
  /** Probability of `likely` less that of `given`. */
  readonly margin: number;
}

export interface LabelQuality {
  /** Estimated share of wrong labels among all items. */
  readonly wrongShare: number;
  /** Estimated share of wrong ones among the items labelled with each class; null for a class without items. */
  readonly wrongByClass: readonly (number | null)[];
  /** The surest first. */
  readonly suspects: readonly SuspectLabel[];
}

/**
 * A class counts for an item when its probability reaches the mean that items labelled so are given; of several the
 * most probable. Items that count for another class than their own are suspects, and their share, class by class, is
 * the estimate.
 * @param probabilities [items, classes], out of fold
 * @param labels index of the given class, per item
 */
export function labelQuality(
  probabilities: Float32Array,
  labels: readonly number[],
  classes: number,
): LabelQuality {
  const thresholds = meanOwnProbability(probabilities, labels, classes);
  const counted = new Float64Array(classes);
  const wrong = new Float64Array(classes);
  const suspects: SuspectLabel[] = [];
  labels.forEach((given, item) => {
    const row = probabilities.subarray(item * classes, (item + 1) * classes);
    let likely = -1;
    row.forEach((value, index) => {
      if (value >= thresholds[index]! && (likely < 0 || value > row[likely]!)) likely = index;
    });
    if (likely < 0) return;
    counted[given]! += 1;
    if (likely === given) return;
    wrong[given]! += 1;
    suspects.push({ item, given, likely, margin: row[likely]! - row[given]! });
  });
  const totals = new Float64Array(classes);
  for (const label of labels) totals[label]! += 1;
  const shares = Array.from(totals, (total, index) =>
    total === 0 ? null : counted[index] === 0 ? 0 : wrong[index]! / counted[index]!,
  );
  const estimated = shares.reduce<number>((sum, share, index) => sum + (share ?? 0) * totals[index]!, 0);
  return {
    wrongShare: labels.length === 0 ? 0 : estimated / labels.length,
    wrongByClass: shares,
    suspects: suspects.sort((one, other) => other.margin - one.margin),
  };
}

/** Infinite for a class without items, which no item then counts for. */
function meanOwnProbability(
  probabilities: Float32Array,
  labels: readonly number[],
  classes: number,
): Float64Array {
  const sums = new Float64Array(classes);
  const counts = new Float64Array(classes);
  labels.forEach((label, item) => {
    sums[label]! += probabilities[item * classes + label]!;
    counts[label]! += 1;
  });
  return sums.map((sum, index) => (counts[index] === 0 ? Number.POSITIVE_INFINITY : sum / counts[index]!));
}
