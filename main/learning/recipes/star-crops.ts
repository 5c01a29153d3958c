import { featureLogits, featureSettings, startFromBestFeature } from '../nets/feature-branch.ts';
import { linear } from '../nets/layers.ts';
import { starEmbedding } from '../nets/star-crops.ts';
import { withCommonParameters } from './common-parameters.ts';
import { numberOf, type Recipe } from './recipe.ts';

/** Both pictures are stretched to the same 8 bits on every camera. */
const picture = { centre: 0.3, scale: 0.25 } as const;

/**
 * Pieces around stars at the frame's own resolution, the view of the whole frame, and measured features. Squeezed to a
 * view a star is a dot; its shape is in the pieces.
 */
export const starCrops: Recipe = {
  name: 'star-crops',
  description: 'stars at full resolution, the whole view and measured features; may start from a backbone',
  inputs: [
    { name: 'crops', rank: 3, required: true, normalisation: picture },
    { name: 'image', rank: 3, required: true, normalisation: picture },
    { name: 'features', rank: 1, required: false },
  ],
  parameters: withCommonParameters(
    { learningRate: 5e-3, weightDecay: 0.05, epochs: 40, patience: 12, shift: 0.03 },
    [
      {
        name: 'frozenEpochs',
        description: 'epochs at the start in which only the head is trained, on cached embeddings',
        kind: 'integer',
        default: 1000,
        minimum: 0,
        maximum: 1000,
      },
      {
        name: 'bodyRate',
        description: 'learning rate of the body once it is trained too, as a multiple of learningRate',
        kind: 'number',
        default: 0.1,
        minimum: 0,
        maximum: 10,
      },
      {
        name: 'embeddingDropout',
        description: 'share of the embedding left out in training',
        kind: 'number',
        default: 0.3,
        minimum: 0,
        maximum: 0.95,
      },
      {
        name: 'embeddingDecay',
        description: 'weight decay of the head on the embedding, as a multiple of weightDecay',
        kind: 'number',
        default: 4,
        minimum: 0,
        maximum: 100,
      },
      ...featureSettings,
    ],
  ),
  isBody: (name) => /^(crops|view|embedding)\./.test(name),
  embedded: ['crops', 'image'],
  embed: (network, inputs) => starEmbedding(network, inputs.get('crops')!, inputs.get('image')!),
  fromEmbedding(network, embedding, inputs, classes, parameters) {
    const dropped = network.dropout(
      'embedding',
      network.represented(embedding),
      numberOf(parameters, 'embeddingDropout'),
    );
    const fromPictures = linear(network, 'head', dropped, {
      outputs: classes,
      startAtZero: true,
      decay: numberOf(parameters, 'embeddingDecay'),
    });
    const features = inputs.get('features');
    if (!features) return fromPictures;
    return network.graph.apply('Add', [fromPictures, featureLogits(network, features, classes, parameters)]);
  },
  build(network, inputs, classes, parameters) {
    const embedding = starEmbedding(network, inputs.get('crops')!, inputs.get('image')!);
    return starCrops.fromEmbedding!(network, embedding, inputs, classes, parameters);
  },
  start: startFromBestFeature,
};
