import { activated, linear, linearAndNorm } from '../nets/layers.ts';
import { withCommonParameters } from './common-parameters.ts';
import { layerSettings, layersOf } from './layer-settings.ts';
import { numberOf, type Parameters, type Recipe } from './recipe.ts';

/** Each hidden layer has half the units of the one before, at least this many. */
const narrowest = 8;

function hiddenSizes(parameters: Parameters): number[] {
  const width = numberOf(parameters, 'width');
  return Array.from({ length: numberOf(parameters, 'layers') }, (_, layer) =>
    Math.max(narrowest, Math.round(width / 2 ** layer)),
  );
}

/** Linear layers with normalisation, activation and dropout: for measured figures and short vectors. */
export const mlp: Recipe = {
  name: 'mlp',
  description: 'multi-layer perceptron on measured figures',
  inputs: [{ name: 'features', rank: 1, required: true }],
  parameters: withCommonParameters({ epochs: 60, batchSize: 32, learningRate: 3e-3, patience: 15 }, [
    { name: 'layers', description: 'hidden layers', kind: 'integer', default: 2, minimum: 1, maximum: 12 },
    {
      name: 'width',
      description: 'units of the first hidden layer; each further one has half',
      kind: 'integer',
      default: 64,
      minimum: 2,
      maximum: 4096,
    },
    {
      name: 'dropout',
      description: 'share of hidden units left out in training',
      kind: 'number',
      default: 0.2,
      minimum: 0,
      maximum: 0.95,
    },
    ...layerSettings,
  ]),
  build(network, inputs, classes, parameters) {
    let x = inputs.get('features')!;
    const { activation, norm } = layersOf(parameters);
    hiddenSizes(parameters).forEach((outputs, index) => {
      const name = `layers.${index}`;
      // the normalisation behind it has a bias of its own
      const even = linearAndNorm(network, `${name}.linear`, `${name}.norm`, x, { outputs, norm });
      const active = activated(network, even, activation);
      x = network.dropout(name, active, numberOf(parameters, 'dropout'));
    });
    return linear(network, 'head', network.represented(x), { outputs: classes });
  },
};
