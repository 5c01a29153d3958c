/** Made-up items for any recipe: every input that it knows, classes that differ in level. */
import type { TensorDataset } from '../../main/learning/dataset.ts';
import type { Recipe } from '../../main/learning/recipes.ts';

export interface RecipeDatasetSize {
  readonly items: number;
  /** Shape of an input by its rank, and by its name where that is to differ. */
  readonly shapes: Readonly<Record<number | string, readonly number[]>>;
  /** 0 training, 1 validation, 2 test; all for training when left out. */
  readonly splitOf?: (item: number) => number;
}

export function recipeDataset(
  { inputs }: Pick<Recipe, 'inputs'>,
  { items, shapes, splitOf = () => 0 }: RecipeDatasetSize,
): TensorDataset {
  return {
    ids: Array.from({ length: items }, (_, item) => `item-${item}`),
    inputs: inputs.map(({ name, rank }) => {
      const shape = shapes[name] ?? shapes[rank]!;
      const size = shape.reduce((product, length) => product * length, 1);
      const data = Float32Array.from({ length: items * size }, (_, index) => {
        const item = Math.floor(index / size);
        return 0.4 + 0.2 * (item % 2) + 0.2 * Math.sin(index * 12.9898 + item);
      });
      return { name, shape, data };
    }),
    classes: ['clean', 'contaminated'],
    labels: Int32Array.from({ length: items }, (_, item) => item % 2),
    split: Uint8Array.from({ length: items }, (_, item) => splitOf(item)),
    personLabelled: new Uint8Array(items),
  };
}
