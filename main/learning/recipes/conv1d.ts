import type { Value } from '../graph/rule.ts';
import { convolutionAndNorm, globalAverage, globalMaximum, linear, relu } from '../nets/layers.ts';
import type { Network } from '../nets/network.ts';
import { withCommonParameters } from './common-parameters.ts';
import { numberOf, type Recipe } from './recipe.ts';

/** Each stage doubles the channels up to this multiple of the first and halves the length. */
const widestMultiple = 4;

function stage(network: Network, index: number, x: Value, outputs: number): Value {
  const layer = convolutionAndNorm(network, `stages.${index}.conv`, `stages.${index}.norm`, x, {
    outputs,
    kernel: 7,
    stride: 2,
    padding: 3,
  });
  return relu(network, layer);
}

/** Convolutions along a spectrum or a time window; mean and maximum of the last stage are classified. */
export const conv1d: Recipe = {
  name: 'conv1d',
  description: 'one-dimensional convolutional network for spectra and time windows',
  inputs: [
    { name: 'signal', rank: 2, required: true },
    { name: 'features', rank: 1, required: false },
  ],
  parameters: withCommonParameters(
    { epochs: 40, batchSize: 32, learningRate: 3e-3, shift: 0.01, stretch: 0.01, patience: 12 },
    [
      {
        name: 'stages',
        description: 'convolutions, each halving the length; fewer where the signal is too short',
        kind: 'integer',
        default: 5,
        minimum: 1,
        maximum: 12,
      },
      {
        name: 'width',
        description: 'channels of the first convolution',
        kind: 'integer',
        default: 16,
        minimum: 2,
        maximum: 512,
      },
      {
        name: 'dropout',
        description: 'share of pooled activations left out in training',
        kind: 'number',
        default: 0.3,
        minimum: 0,
        maximum: 0.95,
      },
    ],
  ),
  build(network, inputs, classes, parameters) {
    let x = inputs.get('signal')!;
    const width = numberOf(parameters, 'width');
    for (let index = 0; index < numberOf(parameters, 'stages') && x.shape[2]! > 2; index++) {
      x = stage(network, index, x, width * Math.min(widestMultiple, 2 ** index));
    }
    const parts = [globalAverage(network, x), globalMaximum(network, x)];
    const features = inputs.get('features');
    if (features) parts.push(features);
    const joined = network.graph.apply('Concat', parts, { axis: 1 });
    const dropped = network.dropout('pooled', network.represented(joined), numberOf(parameters, 'dropout'));
    return linear(network, 'head', dropped, { outputs: classes });
  },
};
