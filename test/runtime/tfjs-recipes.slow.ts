import { describe } from 'vitest';
import type { RecipeDatasetSize } from '../learning/recipe-dataset.ts';
import { itHasTheSameLosses } from './two-engines.ts';

/** The plain engine takes seconds per step of a wide network: it gets the least that shows every layer. */
const little: RecipeDatasetSize = { items: 12, shapes: { 1: [5], crops: [2, 8, 8], image: [1, 8, 8] } };

describe('the second engine, recipe by recipe', () => {
  itHasTheSameLosses(
    [
      ['small-cnn', { imageWidth: 4, averageDecay: 0.9 }],
      ['conv1d', { width: 4, focus: 2, optimiser: 'sgd', learningRate: 0.01 }],
      ['transformer', { width: 8, layers: 1 }],
      ['mobile-cnn', { width: 2, accumulation: 2, epochs: 10 }],
      ['faint-lines', { optimiser: 'adam', learningRate: 1e-3, frozenEpochs: 0 }],
      ['mlp', { width: 8, activation: 'silu', norm: 'group' }],
      ['mobile-cnn', { width: 2, activation: 'gelu', norm: 'group' }],
      ['star-crops', { optimiser: 'adam', learningRate: 1e-3, batchSize: 3 }, little],
    ],
    120_000,
  );
});
