/** Temperature scaling: one number that makes confident networks as confident as they should be (Guo et al. 2017). */

const lowestTemperature = 0.25;
const highestTemperature = 8;
/** Before any evidence, temperatures within a factor of 1.6 are likely: few items must not make a model cocksure. */
const priorDeviation = 0.5;

/** Rows of logits divided by the temperature, as probabilities. */
export function softmaxRows(logits: Float32Array, classes: number, temperature = 1): Float32Array {
  const result = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    let highest = Number.NEGATIVE_INFINITY;
    for (let index = start; index < start + classes; index++) highest = Math.max(highest, logits[index]!);
    let sum = 0;
    for (let index = start; index < start + classes; index++) {
      const value = Math.exp((logits[index]! - highest) / temperature);
      result[index] = value;
      sum += value;
    }
    for (let index = start; index < start + classes; index++) result[index]! /= sum;
  }
  return result;
}

/**
 * The temperature with the lowest mean negative log-likelihood, by golden-section search over its logarithm
 * (the loss has one minimum in it), with a weak log-normal prior around 1. Limited to 0.25 … 8.
 */
export function fitTemperature(
  logits: Float32Array,
  labels: Int32Array | readonly number[],
  classes: number,
): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  let low = Math.log(lowestTemperature);
  let high = Math.log(highestTemperature);
  const loss = (logTemperature: number): number =>
    meanLoss(logits, labels, classes, Math.exp(logTemperature)) +
    logTemperature ** 2 / (2 * priorDeviation ** 2 * Math.max(1, labels.length));
  let left = high - golden * (high - low);
  let right = low + golden * (high - low);
  let leftLoss = loss(left);
  let rightLoss = loss(right);
  while (high - low > 1e-4) {
    if (leftLoss <= rightLoss) {
      high = right;
      right = left;
      rightLoss = leftLoss;
      left = high - golden * (high - low);
      leftLoss = loss(left);
    } else {
      low = left;
      left = right;
      leftLoss = rightLoss;
      right = low + golden * (high - low);
      rightLoss = loss(right);
    }
  }
  return Math.exp((low + high) / 2);
}

function meanLoss(
  logits: Float32Array,
  labels: Int32Array | readonly number[],
  classes: number,
  temperature: number,
): number {
  let total = 0;
  for (let item = 0; item < labels.length; item++) {
    const row = logits.subarray(item * classes, (item + 1) * classes);
    const highest = row.reduce((a, b) => Math.max(a, b));
    const sum = row.reduce((partial, value) => partial + Math.exp((value - highest) / temperature), 0);
    total += Math.log(sum) - (row[labels[item]!]! - highest) / temperature;
  }
  return total / Math.max(1, labels.length);
}
