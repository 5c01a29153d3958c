import type { Value } from '../graph/rule.ts';
import { linear } from '../nets/layers.ts';
import type { Network } from '../nets/network.ts';
import { encoderLayer, layerNorm, withPositions } from '../nets/transformer.ts';
import { withCommonParameters } from './common-parameters.ts';
import { numberOf, type Parameters, type Recipe } from './recipe.ts';

/** A signal is cut into this many pieces, each a word of the sentence; fewer where it is short. */
const mostPieces = 64;

/** Pieces next to each other, each as one vector: [items, pieces, width]. What is left over at the end is not read. */
function pieces(network: Network, signal: Value, width: number): Value {
  const { graph } = network;
  const [, channels, length] = signal.shape as [number, number, number];
  const size = Math.max(1, Math.ceil(length / mostPieces));
  const shape = [width, channels, size];
  const bound = Math.sqrt(3 / (channels * size));
  const weight = network.parameter({
    name: 'pieces.weight',
    shape,
    decay: 1,
    initial: (random) =>
      Float32Array.from({ length: width * channels * size }, () => (random.uniform() * 2 - 1) * bound),
  });
  const made = graph.apply('Conv', [signal, weight], { kernel_shape: [size], strides: [size] });
  return graph.apply('Transpose', [made], { perm: [0, 2, 1] });
}

function headsOf(parameters: Parameters): number {
  const width = numberOf(parameters, 'width');
  const wanted = numberOf(parameters, 'heads');
  // the largest number of heads up to the wanted one that divides the width
  for (let heads = wanted; heads > 1; heads--) if (width % heads === 0) return heads;
  return 1;
}

/** Self-attention over pieces of a spectrum or a time window: for patterns that belong together far apart. */
export const transformer: Recipe = {
  name: 'transformer',
  description: 'small transformer encoder for spectra and time windows',
  inputs: [
    { name: 'signal', rank: 2, required: true },
    { name: 'features', rank: 1, required: false },
  ],
  parameters: withCommonParameters(
    { epochs: 40, batchSize: 32, learningRate: 1e-3, shift: 0.01, stretch: 0.01, patience: 12 },
    [
      { name: 'layers', description: 'encoder layers', kind: 'integer', default: 2, minimum: 1, maximum: 12 },
      {
        name: 'width',
        description: 'figures for each piece of the signal',
        kind: 'integer',
        default: 32,
        minimum: 4,
        maximum: 512,
      },
      {
        name: 'heads',
        description: 'attention heads; fewer where they do not divide the width',
        kind: 'integer',
        default: 4,
        minimum: 1,
        maximum: 16,
      },
      {
        name: 'dropout',
        description: 'share of what each layer adds that is left out in training',
        kind: 'number',
        default: 0.1,
        minimum: 0,
        maximum: 0.95,
      },
    ],
  ),
  build(network, inputs, classes, parameters) {
    const { graph } = network;
    const dropout = numberOf(parameters, 'dropout');
    let x = pieces(network, inputs.get('signal')!, numberOf(parameters, 'width'));
    x = withPositions(network, 'positions', x);
    for (let layer = 0; layer < numberOf(parameters, 'layers'); layer++) {
      x = encoderLayer(network, `layers.${layer}`, x, { heads: headsOf(parameters), dropout });
    }
    const mean = graph.apply('ReduceMean', [layerNorm(network, 'norm', x), graph.integers([1])], {
      keepdims: 0,
    });
    const features = inputs.get('features');
    const joined = features ? graph.apply('Concat', [mean, features], { axis: 1 }) : mean;
    return linear(network, 'head', network.represented(joined), { outputs: classes });
  },
};
