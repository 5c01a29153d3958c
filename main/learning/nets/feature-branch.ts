/** Measured features beside an image: the part that networks for frames share. */
import type { Value } from '../graph/rule.ts';
import { numberOf, type ParameterDefinition, type Parameters, type StartingData } from '../recipes/recipe.ts';
import { linear, relu } from './layers.ts';
import type { Network } from './network.ts';
import { bestSingleFeature } from './single-feature-start.ts';

export const featureSettings: readonly ParameterDefinition[] = [
  {
    name: 'featureWidth',
    description: 'hidden units of the feature branch',
    kind: 'integer',
    default: 32,
    minimum: 1,
    maximum: 4096,
  },
  {
    name: 'featureRate',
    description: 'learning rate of the feature branch, as a multiple of learningRate',
    kind: 'number',
    default: 0.2,
    minimum: 0,
    maximum: 100,
  },
  {
    name: 'featureDropout',
    description: 'share of features left out in training',
    kind: 'number',
    default: 0.1,
    minimum: 0,
    maximum: 0.95,
  },
  {
    name: 'hiddenDropout',
    description: 'share of hidden units of the feature branch left out in training',
    kind: 'number',
    default: 0.3,
    minimum: 0,
    maximum: 0.95,
  },
];

/** A linear path and a small perceptron beside it. */
export function featureLogits(
  network: Network,
  features: Value,
  classes: number,
  parameters: Parameters,
): Value {
  const kept = network.dropout('features', features, numberOf(parameters, 'featureDropout'));
  const rate = numberOf(parameters, 'featureRate');
  const direct = linear(network, 'features.linear', kept, { outputs: classes, startAtZero: true, rate });
  const hidden = relu(
    network,
    linear(network, 'features.hidden', kept, { outputs: numberOf(parameters, 'featureWidth'), rate }),
  );
  const dropped = network.dropout('hidden', hidden, numberOf(parameters, 'hiddenDropout'));
  const bent = linear(network, 'features.head', dropped, { outputs: classes, startAtZero: true, rate });
  return network.graph.apply('Add', [direct, bent]);
}

/** Two classes start from the one feature that tells them apart best. */
export function startFromBestFeature(
  state: Map<string, Float32Array>,
  { vectors, labels, classes }: StartingData,
): void {
  const vector = vectors.get('features');
  const weight = state.get('features.linear.weight');
  const bias = state.get('features.linear.bias');
  if (!vector || !weight || !bias || classes !== 2) return;
  const model = bestSingleFeature(vector.table, vector.features, labels);
  if (!model) return;
  weight[model.feature] = -model.slope / 2;
  weight[vector.features + model.feature] = model.slope / 2;
  bias.set([-model.offset / 2, model.offset / 2]);
}
