/**
 * Calibration by answers to rows that a model had not seen: a temperature, which makes it as confident as it should be,
 * and an offset for each class, which makes it expect each class as often as it comes.
 */
import { fitTemperature } from '../metrics/index.ts';
import { leastProbability } from './calibrate.ts';

export interface ClassCalibration {
  readonly temperature: number;
  /** Added to log(max(p, floor)) / temperature before the softmax. */
  readonly offsets: Float64Array;
}

/** Before any evidence, offsets of this size are likely: few rows must not move a class. */
const priorDeviation = 0.5;
const steps = 60;
/** Newton steps of one class at a time overshoot when all classes step together. */
const damping = 0.7;

export interface CalibrationFacts {
  /**
   * One of two classes, or -1. Even odds are then put where calling a row an anomaly begins to serve F1: at half of the
   * best F1 to be expected (Lipton, Elkan and Naryanaswamy 2014).
   */
  readonly anomaly?: number;
  /** What each row says of how often classes come; 1 where nothing is told. */
  readonly weights?: Float64Array;
}

/**
 * The temperature is of all rows alike, so that confidence is right on the whole; weights are for the offsets only.
 * @param probabilities [rows, classes], of rows that the model did not learn from
 */
export function fitClassCalibration(
  probabilities: ArrayLike<number>,
  labels: Int32Array,
  classes: number,
  { anomaly = -1, weights }: CalibrationFacts = {},
): ClassCalibration {
  const first = temperatureOf(probabilities, labels, classes);
  const moved = fitOffsets(probabilities, labels, weights, {
    temperature: first,
    offsets: new Float64Array(classes),
  });
  const again = weights ? temperatureOf(calibrated(probabilities, classes, moved), labels, classes) : 1;
  const offsets = moved.offsets.map((offset) => offset / again);
  const calibration = { temperature: first * again, offsets };
  if (anomaly >= 0 && classes === 2) {
    const expected = calibrated(probabilities, classes, calibration);
    const border = bestExpectedF1(expected.filter((_, place) => place % 2 === anomaly)) / 2;
    if (border > 0) offsets[anomaly]! -= Math.log(border / (1 - border));
  }
  return calibration;
}

function temperatureOf(probabilities: ArrayLike<number>, labels: Int32Array, classes: number): number {
  const logits = Float32Array.from(probabilities, (value) => Math.log(Math.max(value, leastProbability)));
  return fitTemperature(logits, labels, classes);
}

/** Newton's steps towards classes that are expected as often as they come. */
function fitOffsets(
  probabilities: ArrayLike<number>,
  labels: Int32Array,
  weights: Float64Array | undefined,
  calibration: ClassCalibration,
): ClassCalibration {
  const { offsets } = calibration;
  const classes = offsets.length;
  for (let step = 0; step < steps; step++) {
    const slope = Float64Array.from(offsets, (offset) => offset / priorDeviation ** 2);
    const curvature = new Float64Array(classes).fill(1 / priorDeviation ** 2);
    const expected = calibrated(probabilities, classes, calibration);
    for (let row = 0; row < labels.length; row++) {
      const weight = weights?.[row] ?? 1;
      for (let label = 0; label < classes; label++) {
        const share = expected[row * classes + label]!;
        slope[label]! += weight * (share - (labels[row] === label ? 1 : 0));
        curvature[label]! += weight * share * (1 - share);
      }
    }
    for (let label = 0; label < classes; label++) {
      offsets[label]! -= (damping * slope[label]!) / curvature[label]!;
    }
  }
  return calibration;
}

/** [rows, classes] to the same. */
export function calibrated(
  probabilities: ArrayLike<number>,
  classes: number,
  { temperature, offsets }: ClassCalibration,
): Float64Array {
  const result = new Float64Array(probabilities.length);
  for (let start = 0; start < result.length; start += classes) {
    let sum = 0;
    for (let label = 0; label < classes; label++) {
      const raw = Math.max(probabilities[start + label]!, leastProbability);
      result[start + label] = Math.exp(Math.log(raw) / temperature + offsets[label]!);
      sum += result[start + label]!;
    }
    for (let label = 0; label < classes; label++) result[start + label]! /= sum;
  }
  return result;
}

/** Of calling the likeliest rows anomalies, as many as serve best, where the chances are right. */
function bestExpectedF1(chances: Float64Array): number {
  const falling = Float64Array.from(chances).sort().reverse();
  const all = falling.reduce((sum, chance) => sum + chance, 0);
  let hits = 0;
  let best = 0;
  falling.forEach((chance, place) => {
    hits += chance;
    best = Math.max(best, (2 * hits) / (place + 1 + all));
  });
  return best;
}
