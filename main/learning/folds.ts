/** Folds for cross-validation: classes spread evenly, items of a group together. */
import { randomFor, shuffled } from './random.ts';

/**
 * The fold of each item. Groups go, in a seeded order but the most one-sided first, each to the fold that leaves the
 * classes spread most evenly (the greedy rule of scikit-learn's StratifiedGroupKFold).
 * @param groups number of each item's group; its own place where there are none
 * @param folds 2 or more
 */
export function groupedFolds(
  labels: Int32Array,
  groups: Int32Array,
  folds: number,
  seed: number,
): Int32Array {
  const classes = labels.reduce((most, label) => Math.max(most, label + 1), 1);
  const members = membersOf(groups);
  const counts = members.map((items) => {
    const count = new Float64Array(classes);
    for (const item of items) if (labels[item]! >= 0) count[labels[item]!]! += 1;
    return count;
  });
  const totals = counts.reduce(
    (sum, count) => sum.map((value, index) => value + count[index]!),
    new Float64Array(classes),
  );
  const spread = counts.map(deviation);
  const order = [...shuffled(members.length, randomFor(seed, 'folds'))].sort(
    (one, other) => spread[other]! - spread[one]!,
  );
  const held = Array.from({ length: folds }, () => new Float64Array(classes));
  const sizes = new Float64Array(folds);
  const result = new Int32Array(labels.length);
  for (const group of order) {
    const fold = bestFold(held, sizes, counts[group]!, totals);
    counts[group]!.forEach((count, index) => {
      held[fold]![index]! += count;
    });
    sizes[fold]! += members[group]!.length;
    for (const item of members[group]!) result[item] = fold;
  }
  return result;
}

/**
 * Every group in so many stretches of items that follow one another, each a group of its own: neighbours in time mostly
 * stay together.
 */
export function cutGroups(groups: Int32Array, stretches: number): Int32Array {
  const sizes = new Map<number, number>();
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const numbers = new Map([...sizes.keys()].map((group, index) => [group, index]));
  const seen = new Map<number, number>();
  return groups.map((group) => {
    const place = seen.get(group) ?? 0;
    seen.set(group, place + 1);
    return numbers.get(group)! * stretches + Math.floor((place * stretches) / sizes.get(group)!);
  });
}

function membersOf(groups: Int32Array): number[][] {
  const byGroup = new Map<number, number[]>();
  groups.forEach((group, item) => {
    const known = byGroup.get(group);
    if (known === undefined) byGroup.set(group, [item]);
    else known.push(item);
  });
  return [...byGroup.values()];
}

/** The fold with the most even shares once the group is in it; of equal ones the smallest. */
function bestFold(
  held: readonly Float64Array[],
  sizes: Float64Array,
  added: Float64Array,
  totals: Float64Array,
): number {
  let best = 0;
  let lowest = Number.POSITIVE_INFINITY;
  held.forEach((_, fold) => {
    let sum = 0;
    for (let index = 0; index < totals.length; index++) {
      if (totals[index] === 0) continue;
      const shares = held.map(
        (each, place) => (each[index]! + (place === fold ? added[index]! : 0)) / totals[index]!,
      );
      sum += deviation(Float64Array.from(shares));
    }
    const isBetter = sum < lowest - 1e-12 || (Math.abs(sum - lowest) <= 1e-12 && sizes[fold]! < sizes[best]!);
    if (isBetter) {
      lowest = sum;
      best = fold;
    }
  });
  return best;
}

function deviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
