/** Spaces that have names, and what is searched where a person names none. */
import { NightsiftError } from '../../contract/errors.ts';
import type { Space } from './space.ts';

export interface NamedSpace {
  readonly name: string;
  readonly description: string;
  /** Recipes that have all of these settings. */
  readonly recipes: readonly string[];
  readonly space: Space;
}

const forests = ['random-forest', 'extra-trees'];
const networks = [
  'mlp',
  'conv1d',
  'transformer',
  'small-cnn',
  'star-crops',
  'faint-lines',
  'resnet18',
  'resnet34',
  'mobile-cnn',
];

/** The first that fits a recipe is its usual one. */
export const namedSpaces: readonly NamedSpace[] = [
  {
    name: 'forest',
    description: 'depth, leaves, columns and criterion of a forest',
    recipes: forests,
    space: [
      { name: 'maximumDepth', kind: 'choice', values: [0, 10, 20, 40] },
      { name: 'minimumLeaf', kind: 'integer', from: 1, to: 8, scale: 'log' },
      { name: 'columns', kind: 'choice', values: ['sqrt', 'log2', 'third'] },
      { name: 'criterion', kind: 'choice', values: ['gini', 'entropy'] },
      { name: 'classWeights', kind: 'choice', values: ['none', 'balanced'] },
    ],
  },
  {
    name: 'forest-grid',
    description: 'five settings of a forest in full: 216 combinations',
    recipes: forests,
    space: [
      { name: 'trees', kind: 'choice', values: [100, 200, 300] },
      { name: 'maximumDepth', kind: 'choice', values: [10, 20, 30, 0] },
      { name: 'minimumSplit', kind: 'choice', values: [2, 5, 10] },
      { name: 'minimumLeaf', kind: 'choice', values: [1, 2, 4] },
      { name: 'columns', kind: 'choice', values: ['sqrt', 'log2'] },
    ],
  },
  {
    name: 'boosting',
    description: 'rate, depth, leaves and shares of gradient boosting',
    recipes: ['gradient-boosting'],
    space: [
      { name: 'rate', kind: 'float', from: 0.03, to: 0.3, scale: 'log' },
      { name: 'maximumDepth', kind: 'integer', from: 3, to: 10, scale: 'linear' },
      { name: 'l2', kind: 'float', from: 0.1, to: 10, scale: 'log' },
      { name: 'minimumHessian', kind: 'float', from: 0.1, to: 10, scale: 'log' },
      { name: 'columnShare', kind: 'float', from: 0.2, to: 1, scale: 'linear' },
      { name: 'rowShare', kind: 'float', from: 0.5, to: 1, scale: 'linear' },
    ],
  },
  {
    name: 'network',
    description: 'rate, batch and decay of a network',
    recipes: networks,
    space: [
      { name: 'learningRate', kind: 'float', from: 1e-4, to: 1e-2, scale: 'log' },
      { name: 'batchSize', kind: 'choice', values: [16, 32, 64] },
      { name: 'weightDecay', kind: 'float', from: 1e-5, to: 0.1, scale: 'log' },
    ],
  },
];

/** The usual space of a recipe; undefined where none has been laid out. */
export function usualSpace(recipe: string): NamedSpace | undefined {
  return namedSpaces.find(({ recipes }) => recipes.includes(recipe));
}

/** @throws NightsiftError `wrongUse`, also where it is not for that recipe */
export function findSpace(name: string, recipe: string): NamedSpace {
  const found = namedSpaces.find((each) => each.name === name);
  if (found === undefined) {
    throw new NightsiftError('wrongUse', `There is no space "${name}".`, {
      hint: `Spaces: ${namedSpaces.map((each) => each.name).join(', ')}; or a file that ends with .yaml or .json.`,
    });
  }
  if (found.recipes.includes(recipe)) return found;
  throw new NightsiftError('wrongUse', `The space ${name} is not for ${recipe}.`, {
    hint: `It is for ${found.recipes.join(', ')}.`,
  });
}
