import type { Value } from '../graph/rule.ts';
import { featureLogits, featureSettings, startFromBestFeature } from '../nets/feature-branch.ts';
import { convolutionAndNorm, globalAverage, globalMaximum, linear, maxPool, relu } from '../nets/layers.ts';
import type { Network } from '../nets/network.ts';
import { withCommonParameters } from './common-parameters.ts';
import { numberOf, type Parameters, type Recipe } from './recipe.ts';

/** Halves the size three times before the last convolution: 112 pixels become 14. */
function imageEmbedding(network: Network, image: Value, width: number): Value {
  const first = convolutionAndNorm(network, 'image.conv1', 'image.bn1', image, {
    outputs: width,
    kernel: 3,
    stride: 2,
    padding: 1,
  });
  const second = convolutionAndNorm(
    network,
    'image.conv2',
    'image.bn2',
    maxPool(network, relu(network, first), 2),
    { outputs: 2 * width, kernel: 3, padding: 1 },
  );
  const third = convolutionAndNorm(
    network,
    'image.conv3',
    'image.bn3',
    maxPool(network, relu(network, second), 2),
    { outputs: 4 * width, kernel: 3, padding: 1 },
  );
  const map = relu(network, third);
  return network.graph.apply('Concat', [globalAverage(network, map), globalMaximum(network, map)], {
    axis: 1,
  });
}

function imageLogits(network: Network, image: Value, classes: number, parameters: Parameters): Value {
  const embedding = imageEmbedding(network, image, numberOf(parameters, 'imageWidth'));
  const dropped = network.dropout(
    'image',
    network.represented(embedding),
    numberOf(parameters, 'imageDropout'),
  );
  return linear(network, 'image.head', dropped, {
    outputs: classes,
    startAtZero: true,
    decay: numberOf(parameters, 'imageDecay'),
  });
}

/**
 * A three-layer convolutional network; with measured features it becomes their classifier, to which the image adds.
 * Whole images are left out at random during training, so that the features learn to stand alone: with a hundred
 * frames they generalise to another night and the image alone does not.
 */
export const smallCnn: Recipe = {
  name: 'small-cnn',
  description: 'small convolutional network, optionally with measured features; trains in seconds',
  inputs: [
    { name: 'image', rank: 3, required: true },
    { name: 'features', rank: 1, required: false },
  ],
  parameters: withCommonParameters({ learningRate: 5e-3, weightDecay: 0.05, epochs: 30, patience: 12 }, [
    {
      name: 'imageWidth',
      description: 'channels of the first convolution; the others have 2 and 4 times as many',
      kind: 'integer',
      default: 12,
      minimum: 4,
      maximum: 128,
    },
    {
      name: 'imageDropout',
      description: 'share of image activations left out in training',
      kind: 'number',
      default: 0.3,
      minimum: 0,
      maximum: 0.95,
    },
    {
      name: 'imageOmission',
      description: 'share of items trained on their features alone',
      kind: 'number',
      default: 0.5,
      minimum: 0,
      maximum: 0.95,
    },
    {
      name: 'imageDecay',
      description: 'weight decay of the image head, as a multiple of weightDecay',
      kind: 'number',
      default: 4,
      minimum: 0,
      maximum: 100,
    },
    ...featureSettings,
  ]),
  build(network, inputs, classes, parameters) {
    const fromImage = imageLogits(network, inputs.get('image')!, classes, parameters);
    const features = inputs.get('features');
    if (!features) return fromImage;
    const omission = numberOf(parameters, 'imageOmission');
    const optional = network.dropout('imageLogits', fromImage, omission, [fromImage.shape[0]!, 1]);
    const fromFeatures = featureLogits(network, features, classes, parameters);
    return network.graph.apply('Add', [fromFeatures, optional]);
  },
  start: startFromBestFeature,
};
