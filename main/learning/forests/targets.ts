/** What trees tell apart: classes, by Gini impurity or entropy, and values, by variance. */
import type { Target } from './split-search.ts';

export type Criterion = 'gini' | 'entropy';

/** @param weights per row of the table; rows of weight 0 are not among the samples */
export function classTarget(
  labels: Int32Array,
  weights: Float64Array,
  classes: number,
  criterion: Criterion,
): Target {
  const nodeClass = new Int32Array(labels.length);
  const nodeWeight = new Float64Array(labels.length);
  const total = new Float64Array(classes);
  const moved = new Float64Array(classes);
  const gini = criterion === 'gini';
  let sum = 0;
  let squares = 0;
  // of the sweep under way
  let movedWeight = 0;
  let movedSquares = 0;
  let restSquares = 0;

  const move = (label: number, weight: number): void => {
    const before = moved[label]!;
    const after = before + weight;
    const restBefore = total[label]! - before;
    const restAfter = total[label]! - after;
    moved[label] = after;
    movedWeight += weight;
    movedSquares += after * after - before * before;
    restSquares += restAfter * restAfter - restBefore * restBefore;
  };
  const remainingEntropy = (): number => {
    let remaining = 0;
    for (let label = 0; label < classes; label++) {
      const onThis = moved[label]!;
      const onOther = total[label]! - onThis;
      if (onThis > 0) remaining -= onThis * Math.log(onThis / movedWeight);
      if (onOther > 1e-12) remaining -= onOther * Math.log(onOther / (sum - movedWeight));
    }
    return remaining;
  };

  return {
    width: classes,
    binWidth: classes,
    enter(samples, start, end) {
      total.fill(0);
      sum = 0;
      for (let index = start; index < end; index++) {
        const row = samples[index]!;
        const weight = weights[row]!;
        const label = labels[row]!;
        nodeClass[index - start] = label;
        nodeWeight[index - start] = weight;
        total[label]! += weight;
        sum += weight;
      }
      squares = 0;
      for (const weight of total) squares += weight * weight;
    },
    impurity() {
      if (gini) return sum - squares / sum;
      let entropy = 0;
      for (const weight of total) if (weight > 0) entropy -= weight * Math.log(weight / sum);
      return entropy;
    },
    startSweep() {
      moved.fill(0);
      movedWeight = 0;
      movedSquares = 0;
      restSquares = squares;
    },
    moveRow: (place) => move(nodeClass[place]!, nodeWeight[place]!),
    count(histogram, at, place) {
      histogram[at + nodeClass[place]!]! += nodeWeight[place]!;
    },
    moveBin(histogram, at) {
      for (let label = 0; label < classes; label++) {
        const weight = histogram[at + label]!;
        if (weight === 0) continue;
        histogram[at + label] = 0;
        move(label, weight);
      }
    },
    gain: () =>
      gini ? movedSquares / movedWeight + restSquares / (sum - movedWeight) - sum : -remainingEntropy(),
    leaf(values, at) {
      for (let label = 0; label < classes; label++) values[at + label] = total[label]! / sum;
    },
  };
}

/** Squared error: impurity is the weighted sum of squared distances from the node's mean. */
export function valueTarget(targets: Float64Array, weights: Float64Array): Target {
  const nodeValue = new Float64Array(targets.length);
  const nodeWeight = new Float64Array(targets.length);
  let weightSum = 0;
  let valueSum = 0;
  let squareSum = 0;
  let movedWeight = 0;
  let movedValue = 0;

  return {
    width: 1,
    binWidth: 2,
    enter(samples, start, end) {
      weightSum = 0;
      valueSum = 0;
      squareSum = 0;
      for (let index = start; index < end; index++) {
        const row = samples[index]!;
        const weight = weights[row]!;
        const value = targets[row]!;
        nodeValue[index - start] = value * weight;
        nodeWeight[index - start] = weight;
        weightSum += weight;
        valueSum += value * weight;
        squareSum += value * value * weight;
      }
    },
    impurity() {
      const impurity = squareSum - (valueSum * valueSum) / weightSum;
      // what rounding leaves of a node of equal values is none
      return impurity <= squareSum * 1e-14 ? 0 : impurity;
    },
    startSweep() {
      movedWeight = 0;
      movedValue = 0;
    },
    moveRow(place) {
      movedWeight += nodeWeight[place]!;
      movedValue += nodeValue[place]!;
    },
    count(histogram, at, place) {
      histogram[at]! += nodeWeight[place]!;
      histogram[at + 1]! += nodeValue[place]!;
    },
    moveBin(histogram, at) {
      movedWeight += histogram[at]!;
      movedValue += histogram[at + 1]!;
      histogram[at] = 0;
      histogram[at + 1] = 0;
    },
    gain() {
      const restValue = valueSum - movedValue;
      const explained =
        (movedValue * movedValue) / movedWeight + (restValue * restValue) / (weightSum - movedWeight);
      return explained - squareSum;
    },
    leaf(values, at) {
      values[at] = valueSum / weightSum;
    },
  };
}
