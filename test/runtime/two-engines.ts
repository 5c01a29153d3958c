/** Both engines train the same recipe from the same start: their losses must not part. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, it } from 'vitest';
import { findRecipe } from '../../main/learning/recipes.ts';
import type { GraphRuntime } from '../../main/learning/runtime.ts';
import { trainNetwork } from '../../main/learning/train-network.ts';
import { onnxRuntime } from '../../main/runtime/onnx-runtime.ts';
import { tfjsRuntime } from '../../main/runtime/tfjs-runtime.ts';
import { type RecipeDatasetSize, recipeDataset } from '../learning/recipe-dataset.ts';

type Parameters = Readonly<Record<string, number | string>>;

const usualSize: RecipeDatasetSize = { items: 24, shapes: { 1: [5], 2: [1, 40], 3: [1, 16, 16] } };

/** Declares a test for each recipe: the losses of 20 steps within 1e-4. */
export function itHasTheSameLosses(
  cases: readonly (readonly [recipe: string, parameters: Parameters, size?: RecipeDatasetSize])[],
  timeout: number,
): void {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });
  for (const [recipe, parameters, size = usualSize] of cases) {
    it(`has the same losses over 20 steps of ${recipe}`, { timeout }, async () => {
      const lossesOn = (runtime: GraphRuntime) => stepLosses(runtime, recipe, parameters, size);
      const ours = await lossesOn(onnxRuntime({ threads: 1 }));
      const theirs = await lossesOn(tfjsRuntime(tf));
      expect(theirs).toHaveLength(20);
      theirs.forEach((loss, step) => {
        expect(Math.abs(loss - ours[step]!), `step ${step}`).toBeLessThanOrEqual(1e-4);
      });
    });
  }
}

async function stepLosses(
  runtime: GraphRuntime,
  recipe: string,
  parameters: Parameters,
  size: RecipeDatasetSize,
): Promise<number[]> {
  const losses: number[] = [];
  await trainNetwork(
    recipeDataset(findRecipe(recipe), size),
    { recipe, parameters: { batchSize: 6, epochs: 5, patience: 0, ...parameters }, seed: 3, metadata: {} },
    {
      runtime,
      now: () => 0,
      onEvent: ({ kind, metrics }) => void (kind === 'step' && losses.push(metrics['train/stepLoss']!)),
    },
  );
  return losses;
}
