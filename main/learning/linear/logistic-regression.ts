/** Logistic regression: softmax of a weighted sum, with weights held small; by Newton-like steps (L-BFGS). */
import type { Estimator, FitInput, FitPorts, Fitted } from '../estimators/estimator.ts';
import { obeySignal } from '../estimators/parallel.ts';
import {
  fitPreparation,
  type PreparedTable,
  type Scaling,
  scalingParameter,
} from '../estimators/preparation.ts';
import { checkColumns, checkTable } from '../estimators/table.ts';
import { balancedWeights } from '../estimators/weights.ts';
import { numberOf, type Parameters } from '../recipes/recipe.ts';
import { minimise } from './minimise.ts';

export const logisticRegression: Estimator = {
  name: 'logistic-regression',
  description: 'logistic regression on scaled columns',
  task: 'classification',
  parameters: [
    {
      name: 'l2',
      description: 'pull of the weights towards zero: 1 / C of scikit-learn',
      kind: 'number',
      default: 1,
      minimum: 0,
      maximum: 1e6,
    },
    {
      name: 'iterations',
      description: 'steps at most',
      kind: 'integer',
      default: 200,
      minimum: 1,
      maximum: 100_000,
    },
    {
      name: 'classWeights',
      description: 'balanced: rare classes count as much as common ones',
      kind: 'choice',
      default: 'none',
      choices: ['balanced', 'none'],
    },
    scalingParameter('standard'),
  ],
  fit: fitLogistic,
};

async function fitLogistic(input: FitInput, parameters: Parameters, ports: FitPorts): Promise<Fitted> {
  checkTable(input.table);
  const preparation = fitPreparation(input.table, parameters.scaling as Scaling);
  const table = preparation.apply(input.table);
  const classes = input.classes ?? 2;
  const { columns } = table;
  const rowWeights = parameters.classWeights === 'balanced' ? balancedWeights(input) : input.weights;
  const loss = penalisedLoss(table, input.labels!, classes, rowWeights, numberOf(parameters, 'l2'));
  const found = await minimise(loss, new Float64Array(classes * (columns + 1)), {
    iterations: numberOf(parameters, 'iterations'),
    breathe: () => obeySignal(ports.signal),
  });
  return {
    columns,
    width: classes,
    inputType: 'float64',
    predict(rows) {
      checkColumns(rows, columns);
      return probabilities(preparation.apply(rows), found.at, classes);
    },
    addTo(parts, name) {
      const weights = new Float64Array(columns * classes);
      const offsets = new Float64Array(classes);
      for (let label = 0; label < classes; label++) {
        offsets[label] = found.at[label * (columns + 1) + columns]!;
        for (let column = 0; column < columns; column++) {
          weights[column * classes + label] = found.at[label * (columns + 1) + column]!;
        }
      }
      const product = parts.apply('MatMul', [
        preparation.addTo(parts, name),
        parts.floats('float64', weights, [columns, classes]),
      ]);
      const sum = parts.apply('Add', [product, parts.floats('float64', offsets, [1, classes])]);
      return parts.apply('Softmax', [sum], { axis: 1 });
    },
    figures: { iterations: found.iterations, loss: found.value },
  };
}

/** Softmax of every row, [rows, classes]. Weights: for each class the columns, then the offset. */
function probabilities(
  { rows, columns, values }: PreparedTable,
  weights: Float64Array,
  classes: number,
): Float64Array {
  const result = new Float64Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    let highest = Number.NEGATIVE_INFINITY;
    for (let label = 0; label < classes; label++) {
      const start = label * (columns + 1);
      let sum = weights[start + columns]!;
      for (let column = 0; column < columns; column++)
        sum += weights[start + column]! * values[row * columns + column]!;
      result[row * classes + label] = sum;
      highest = Math.max(highest, sum);
    }
    let total = 0;
    for (let place = row * classes; place < (row + 1) * classes; place++) {
      result[place] = Math.exp(result[place]! - highest);
      total += result[place]!;
    }
    for (let place = row * classes; place < (row + 1) * classes; place++) result[place]! /= total;
  }
  return result;
}

/** Sum of cross-entropies and half of l2 times the squared weights, offsets apart; writes the gradient. */
function penalisedLoss(
  table: PreparedTable,
  labels: Int32Array,
  classes: number,
  rowWeights: Float64Array | undefined,
  l2: number,
): (at: Float64Array, gradient: Float64Array) => number {
  const { rows, columns, values } = table;
  return (at, gradient) => {
    gradient.fill(0);
    const found = probabilities(table, at, classes);
    let loss = 0;
    for (let row = 0; row < rows; row++) {
      const weight = rowWeights?.[row] ?? 1;
      loss -= weight * Math.log(Math.max(found[row * classes + labels[row]!]!, 1e-300));
      for (let label = 0; label < classes; label++) {
        const error = weight * (found[row * classes + label]! - (labels[row] === label ? 1 : 0));
        const start = label * (columns + 1);
        for (let column = 0; column < columns; column++)
          gradient[start + column]! += error * values[row * columns + column]!;
        gradient[start + columns]! += error;
      }
    }
    for (let label = 0; label < classes; label++) {
      const start = label * (columns + 1);
      for (let column = 0; column < columns; column++) {
        loss += (l2 / 2) * at[start + column]! ** 2;
        gradient[start + column]! += l2 * at[start + column]!;
      }
    }
    return loss;
  };
}
