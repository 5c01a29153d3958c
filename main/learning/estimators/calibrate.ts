/** Makes probabilities as confident as they should be, within the exported graph too. */
import { fitTemperature } from '../metrics/index.ts';
import type { ModelParts } from './model-parts.ts';

export interface Calibration {
  /** [rows, classes] to the same. */
  apply(probabilities: Float64Array, classes: number): Float64Array;
  /** float32 in, float32 out. */
  addTo(parts: ModelParts, probabilities: string): string;
  readonly figures: Readonly<Record<string, number>>;
}

/** Probabilities below this count as this, so that a class no tree voted for is unlikely, not impossible. */
export const leastProbability = 1e-4;

export const noCalibration: Calibration = {
  apply: (probabilities) => probabilities,
  addTo: (_parts, probabilities) => probabilities,
  figures: {},
};

/**
 * Temperature scaling of the logarithms of probabilities.
 * @param probabilities [rows, classes], of rows that the estimator did not learn from
 */
export function fitTemperatureCalibration(
  probabilities: ArrayLike<number>,
  labels: Int32Array,
  classes: number,
): Calibration {
  const logits = Float32Array.from(probabilities, (value) => Math.log(Math.max(value, leastProbability)));
  const temperature = fitTemperature(logits, labels, classes);
  return {
    apply(values) {
      const result = new Float64Array(values.length);
      for (let start = 0; start < values.length; start += classes) {
        let sum = 0;
        for (let place = start; place < start + classes; place++) {
          result[place] = Math.max(values[place]!, leastProbability) ** (1 / temperature);
          sum += result[place]!;
        }
        for (let place = start; place < start + classes; place++) result[place]! /= sum;
      }
      return result;
    },
    addTo(parts, values) {
      const floored = parts.apply('Max', [values, parts.floats('float32', [leastProbability])]);
      const scaled = parts.apply('Mul', [
        parts.apply('Log', [floored]),
        parts.floats('float32', [1 / temperature]),
      ]);
      return parts.apply('Softmax', [scaled], { axis: 1 });
    },
    figures: { temperature },
  };
}
