/**
 * An autoencoder: rows squeezed through a narrow layer and drawn again; what cannot be drawn is unusual. It learns to undo
 * noise (a denoising autoencoder, Vincent et al. 2008), so that it does not learn to copy.
 */
import type { Estimator, FitInput, FitPorts, Fitted } from '../estimators/estimator.ts';
import type { ModelParts } from '../estimators/model-parts.ts';
import { obeySignal } from '../estimators/parallel.ts';
import { fitPreparation, type Scaling, scalingParameter } from '../estimators/preparation.ts';
import { checkColumns, checkTable, drawnRows, type Table } from '../estimators/table.ts';
import { randomFor, shuffled } from '../random.ts';
import { numberOf, type Parameters } from '../recipes/recipe.ts';
import { type DenseLayer, drawLayers, type Learning, learnBatch, outputOf } from './dense-layers.ts';

export const autoencoder: Estimator = {
  name: 'autoencoder',
  description: 'autoencoder: rows squeezed through a narrow layer; what cannot be drawn again is unusual',
  task: 'anomaly',
  parameters: [
    {
      name: 'code',
      description: 'width of the narrow layer; 0: a quarter of the columns',
      kind: 'integer',
      default: 0,
      minimum: 0,
      maximum: 512,
    },
    {
      name: 'hidden',
      description: 'width of the layers around it; 0: as many as columns',
      kind: 'integer',
      default: 0,
      minimum: 0,
      maximum: 2048,
    },
    {
      name: 'epochs',
      description: 'times that every row is seen',
      kind: 'integer',
      default: 60,
      minimum: 1,
      maximum: 10_000,
    },
    {
      name: 'learningRate',
      description: 'step of the optimiser (Adam)',
      kind: 'number',
      default: 0.005,
      minimum: 1e-7,
      maximum: 1,
    },
    {
      name: 'noise',
      description: 'added to each value while learning, in its deviations',
      kind: 'number',
      default: 0.1,
      minimum: 0,
      maximum: 10,
    },
    {
      name: 'mostRows',
      description: 'of larger tables as many rows are drawn; 0 takes all',
      kind: 'integer',
      default: 5000,
      minimum: 0,
      maximum: 10_000_000,
    },
    scalingParameter('standard'),
  ],
  fit: fitAutoencoder,
};

const batchRows = 32;
/** Further out a value tells no more, and its square would outweigh all others. */
const furthest = 20;

async function fitAutoencoder(input: FitInput, parameters: Parameters, ports: FitPorts): Promise<Fitted> {
  checkTable(input.table);
  const preparation = fitPreparation(input.table, parameters.scaling as Scaling);
  const most = numberOf(parameters, 'mostRows');
  const { rows, columns, values } = clipped(preparation.apply(drawnRows(input.table, most, ports.seed)));
  const hidden = numberOf(parameters, 'hidden') || Math.max(2, columns);
  const code = numberOf(parameters, 'code') || Math.max(1, Math.ceil(columns / 4));
  const learning = drawLayers([columns, hidden, code, hidden, columns], randomFor(ports.seed, 'layers'));
  const epochs = numberOf(parameters, 'epochs');
  const noise = numberOf(parameters, 'noise');
  let loss = 0;
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    obeySignal(ports.signal);
    await new Promise((resolve) => setImmediate(resolve));
    // the step shrinks to nothing along half a cosine
    const rate = numberOf(parameters, 'learningRate') * 0.5 * (1 + Math.cos((Math.PI * epoch) / epochs));
    loss = learnEpoch(learning, values, { rows, rate, noise, seed: ports.seed, epoch });
    ports.onProgress?.((epoch + 1) / epochs, { loss });
  }
  const { layers } = learning;
  return {
    columns,
    width: 1,
    inputType: 'float64',
    predict(table) {
      checkColumns(table, columns);
      return errorsOf(layers, clipped(preparation.apply(table)));
    },
    addTo: (parts, name) => addErrors(parts, layers, preparation.addTo(parts, name)),
    figures: { loss, code, hidden },
  };
}

interface Epoch {
  readonly rows: number;
  readonly rate: number;
  readonly noise: number;
  readonly seed: number;
  readonly epoch: number;
}

/** The mean squared error over all rows, as they were met. */
function learnEpoch(
  learning: Learning,
  values: Float64Array,
  { rows, rate, noise, seed, epoch }: Epoch,
): number {
  const columns = values.length / rows;
  const random = randomFor(seed, 'noise', epoch);
  const order = shuffled(rows, randomFor(seed, 'order', epoch));
  let sum = 0;
  for (let start = 0; start < rows; start += batchRows) {
    const batch = Array.from(order.subarray(start, start + batchRows), (row) => {
      const target = values.subarray(row * columns, (row + 1) * columns);
      return { target, source: noise > 0 ? target.map((value) => value + noise * random.normal()) : target };
    });
    sum += learnBatch(learning, batch, rate);
  }
  return sum / (rows * columns);
}

function clipped({ rows, columns, values }: Table): Table & { readonly values: Float64Array } {
  return {
    rows,
    columns,
    values: Float64Array.from(values, (value) => Math.min(furthest, Math.max(-furthest, value))),
  };
}

/** Root of the mean squared error of each row. */
function errorsOf(layers: readonly DenseLayer[], { rows, columns, values }: Table): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    const target = values.subarray(row * columns, (row + 1) * columns);
    const output = outputOf(layers, target as Float64Array);
    let sum = 0;
    for (let column = 0; column < columns; column += 1) sum += (output[column]! - target[column]!) ** 2;
    return Math.sqrt(sum / columns);
  });
}

function addErrors(parts: ModelParts, layers: readonly DenseLayer[], prepared: string): string {
  const [low, high] = [-furthest, furthest].map((value) => parts.floats('float64', [value]));
  const target = parts.apply('Clip', [prepared, low!, high!]);
  const output = layers.reduce((value, { weights, bias, inputs, outputs, isCurved }) => {
    const product = parts.apply('MatMul', [value, parts.floats('float64', weights, [inputs, outputs])]);
    const sum = parts.apply('Add', [product, parts.floats('float64', bias, [1, outputs])]);
    return isCurved ? parts.apply('Tanh', [sum]) : sum;
  }, target);
  const error = parts.apply('Sub', [output, target]);
  const mean = parts.apply('ReduceMean', [parts.apply('Mul', [error, error]), parts.integers([1])], {
    keepdims: 1,
  });
  return parts.apply('Sqrt', [mean]);
}
