import { lineOdds, spoiledByAny } from '../nets/faint-lines.ts';
import { featureLogits, featureSettings, startFromBestFeature } from '../nets/feature-branch.ts';
import { linear } from '../nets/layers.ts';
import { withCommonParameters } from './common-parameters.ts';
import type { Recipe } from './recipe.ts';

/**
 * Lines that were suspected and not told, by figures of the pixels along them at the frame's own resolution, and measured
 * features: whether a faint line is a trail shows along it, not in a view of the whole frame.
 */
export const faintLines: Recipe = {
  name: 'faint-lines',
  description: 'suspected lines at full resolution and measured features; starts from a backbone',
  inputs: [
    { name: 'lines', rank: 1, required: true, normalisation: { centre: 0, scale: 1 } },
    { name: 'features', rank: 1, required: false },
  ],
  parameters: withCommonParameters({ epochs: 60, batchSize: 32, learningRate: 3e-3, patience: 15 }, [
    {
      name: 'frozenEpochs',
      description: 'epochs at the start in which what is known of lines stays as it is',
      kind: 'integer',
      default: 1000,
      minimum: 0,
      maximum: 1000,
    },
    {
      name: 'bodyRate',
      description: 'learning rate of what is known of lines, as a multiple of learningRate',
      kind: 'number',
      default: 0.1,
      minimum: 0,
      maximum: 10,
    },
    ...featureSettings,
  ]),
  isBody: (name) => name.startsWith('lines.'),
  embedded: ['lines'],
  embed: (network, inputs) => lineOdds(network, inputs.get('lines')!),
  fromEmbedding(network, odds, inputs, classes, parameters) {
    const features = inputs.get('features');
    const others = features && featureLogits(network, features, classes, parameters);
    const represented = network.represented(odds);
    if (classes === 2 && parameters.targets !== 'marks') return spoiledByAny(network, represented, others);
    const fromLines = linear(network, 'head', represented, { outputs: classes, startAtZero: true });
    return others === undefined ? fromLines : network.graph.apply('Add', [fromLines, others]);
  },
  build(network, inputs, classes, parameters) {
    const odds = lineOdds(network, inputs.get('lines')!);
    return faintLines.fromEmbedding!(network, odds, inputs, classes, parameters);
  },
  start: startFromBestFeature,
};
