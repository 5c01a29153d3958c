import { optimisers } from '../training/optimisers.ts';
import { scheduleNames } from '../training/schedule.ts';
import type { ParameterDefinition, ParameterValue } from './recipe.ts';

const definitions: readonly ParameterDefinition[] = [
  {
    name: 'epochs',
    description: 'passes over the training items, unless stopped early',
    kind: 'integer',
    default: 30,
    minimum: 1,
    maximum: 1000,
  },
  {
    name: 'batchSize',
    description: 'items per step; reduced to the number of training items',
    kind: 'integer',
    default: 16,
    minimum: 2,
    maximum: 512,
  },
  {
    name: 'learningRate',
    description: 'highest learning rate of AdamW',
    kind: 'number',
    default: 1e-3,
    minimum: 1e-7,
    maximum: 1,
  },
  {
    name: 'optimiser',
    description: 'update rule; sgd has Nesterov momentum 0.9',
    kind: 'choice',
    default: 'adamw',
    choices: Object.keys(optimisers),
  },
  {
    name: 'weightDecay',
    description: 'pull of the weights towards zero, not applied to biases and normalisation',
    kind: 'number',
    default: 0.05,
    minimum: 0,
    maximum: 10,
  },
  {
    name: 'schedule',
    description: 'how the learning rate goes after the warm-up',
    kind: 'choice',
    default: 'cosine',
    choices: scheduleNames,
  },
  {
    name: 'warmup',
    description: 'share of all steps with a rising learning rate',
    kind: 'number',
    default: 0.1,
    minimum: 0,
    maximum: 0.9,
  },
  {
    name: 'clipNorm',
    description: 'largest global gradient norm',
    kind: 'number',
    default: 5,
    minimum: 1e-3,
    maximum: 1e6,
  },
  {
    name: 'clipValue',
    description: 'largest gradient value, limited before the norm; 0 for none',
    kind: 'number',
    default: 0,
    minimum: 0,
    maximum: 1e6,
  },
  {
    name: 'averageDecay',
    description: 'keep a moving average of the weights with this memory and judge by it; 0 for none',
    kind: 'number',
    default: 0,
    minimum: 0,
    maximum: 0.9999,
  },
  {
    name: 'focus',
    description: 'exponent of the focal loss, which turns to hard items; 0 is cross-entropy',
    kind: 'number',
    default: 0,
    minimum: 0,
    maximum: 10,
  },
  {
    name: 'labelSmoothing',
    description: 'probability spread evenly over all classes',
    kind: 'number',
    default: 0.05,
    minimum: 0,
    maximum: 0.5,
  },
  {
    name: 'classWeights',
    description: 'balanced: rare classes count as much as common ones',
    kind: 'choice',
    default: 'balanced',
    choices: ['balanced', 'none'],
  },
  {
    name: 'personWeight',
    description: 'how often an item labelled by a person counts, against one labelled by rules',
    kind: 'number',
    default: 3,
    minimum: 1,
    maximum: 1000,
  },
  {
    name: 'patience',
    description: 'epochs without a better validation loss before stopping; 0 never stops',
    kind: 'integer',
    default: 10,
    minimum: 0,
    maximum: 1000,
  },
  { name: 'flips', description: 'mirror images at random', kind: 'flag', default: true },
  { name: 'rotations', description: 'turn images by quarters at random', kind: 'flag', default: true },
  {
    name: 'shift',
    description: 'largest random shift, as a share of the side',
    kind: 'number',
    default: 0.06,
    minimum: 0,
    maximum: 0.5,
  },
  {
    name: 'brightness',
    description: 'standard deviation of a random offset and gain of image values',
    kind: 'number',
    default: 0.05,
    minimum: 0,
    maximum: 1,
  },
  {
    name: 'featureNoise',
    description: 'standard deviation of noise on measured features, in their own width',
    kind: 'number',
    default: 0.1,
    minimum: 0,
    maximum: 5,
  },
  {
    name: 'calibration',
    description: 'fit the temperature of the probabilities on the validation items, if there are enough',
    kind: 'flag',
    default: true,
  },
  {
    name: 'checkpointSteps',
    description: 'steps between checkpoints; 0 means after every epoch',
    kind: 'integer',
    default: 0,
    minimum: 0,
    maximum: 1_000_000,
  },
];

/** The settings of the training loop, with a recipe's own defaults and additions. */
export function withCommonParameters(
  defaults: Readonly<Record<string, ParameterValue>>,
  own: readonly ParameterDefinition[] = [],
): ParameterDefinition[] {
  const common = definitions.map((definition) => {
    const value = defaults[definition.name];
    return value === undefined ? definition : { ...definition, default: value };
  });
  return [...common, ...own];
}
