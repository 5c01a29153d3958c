import type { Value } from '../graph/rule.ts';
import {
  type Activation,
  activated,
  convolutionAndNorm,
  globalAverage,
  linear,
  type Norm,
} from '../nets/layers.ts';
import type { Network } from '../nets/network.ts';
import { withCommonParameters } from './common-parameters.ts';
import { layerSettings, layersOf } from './layer-settings.ts';
import { numberOf, type Recipe } from './recipe.ts';

/** Channels (in widths) and stride of the depthwise separable blocks. */
const blocks = [
  { widths: 2, stride: 1 },
  { widths: 4, stride: 2 },
  { widths: 4, stride: 1 },
  { widths: 8, stride: 2 },
  { widths: 8, stride: 1 },
  { widths: 16, stride: 2 },
] as const;

interface SeparableOptions {
  readonly outputs: number;
  readonly stride: number;
  readonly activation: Activation;
  readonly norm: Norm;
}

/** A convolution of each channel by itself, then one across channels (Howard et al. 2017): an eighth of the work. */
function separable(
  network: Network,
  name: string,
  x: Value,
  { outputs, stride, activation, norm }: SeparableOptions,
): Value {
  const channels = x.shape[1]!;
  const depthwise = activated(
    network,
    convolutionAndNorm(network, `${name}.depthwise`, `${name}.norm1`, x, {
      outputs: channels,
      kernel: 3,
      stride,
      padding: 1,
      groups: channels,
      norm,
    }),
    activation,
  );
  return activated(
    network,
    convolutionAndNorm(network, `${name}.pointwise`, `${name}.norm2`, depthwise, {
      outputs,
      kernel: 1,
      norm,
    }),
    activation,
  );
}

export const mobileCnn: Recipe = {
  name: 'mobile-cnn',
  description: 'depthwise separable network for whole frames on a small computer',
  inputs: [
    { name: 'image', rank: 3, required: true },
    { name: 'features', rank: 1, required: false },
  ],
  parameters: withCommonParameters({ epochs: 30, learningRate: 3e-3, patience: 10 }, [
    {
      name: 'width',
      description: 'channels of the first convolution; the last has 16 times as many',
      kind: 'integer',
      default: 8,
      minimum: 2,
      maximum: 64,
    },
    {
      name: 'dropout',
      description: 'share of pooled activations left out in training',
      kind: 'number',
      default: 0.2,
      minimum: 0,
      maximum: 0.95,
    },
    ...layerSettings,
  ]),
  build(network, inputs, classes, parameters) {
    const width = numberOf(parameters, 'width');
    const { activation, norm } = layersOf(parameters);
    let x = activated(
      network,
      convolutionAndNorm(network, 'stem.conv', 'stem.norm', inputs.get('image')!, {
        outputs: width,
        kernel: 3,
        stride: 2,
        padding: 1,
        norm,
      }),
      activation,
    );
    blocks.forEach(({ widths, stride }, index) => {
      x = separable(network, `blocks.${index}`, x, { outputs: widths * width, stride, activation, norm });
    });
    const parts = [globalAverage(network, x)];
    const features = inputs.get('features');
    if (features) parts.push(features);
    const joined = parts.length === 1 ? parts[0]! : network.graph.apply('Concat', parts, { axis: 1 });
    const dropped = network.dropout('pooled', network.represented(joined), numberOf(parameters, 'dropout'));
    return linear(network, 'head', dropped, { outputs: classes });
  },
};
