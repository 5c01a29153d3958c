/** A body with weights from a file, as a model of its own: for embeddings that are computed once and kept. */
import type { TensorInput } from './dataset.ts';
import { fixedStatistics, measureInput } from './input-statistics.ts';
import { assembleNetwork, type NetworkPlan } from './nets/assemble.ts';
import { importBackbone } from './nets/backbone.ts';
import { initialState } from './nets/network.ts';
import { completeParameters, findRecipe } from './recipes.ts';
import type { GraphRuntime } from './runtime.ts';
import { embeddingModel, embedItems } from './training/embeddings.ts';

export interface EmbedInput {
  readonly recipe: string;
  /** Weights of the body, ONNX or SafeTensors. */
  readonly backbone: Uint8Array;
  /** What the body reads; others are passed over. */
  readonly inputs: readonly TensorInput[];
  readonly items: number;
}

export interface Embeddings {
  readonly width: number;
  /** [items, width] */
  readonly data: Float32Array;
}

/**
 * What the body makes of each item.
 * @throws NightsiftError `badModel`, `modelMismatch` when the weights are another network's
 */
export async function embedWith(runtime: GraphRuntime, input: EmbedInput): Promise<Embeddings> {
  const recipe = findRecipe(input.recipe);
  const read = input.inputs.filter(({ name }) => recipe.embedded?.includes(name));
  const plan: NetworkPlan = {
    recipe,
    parameters: completeParameters(recipe, {}),
    inputs: read.map((each) => {
      const fixed = recipe.inputs.find(({ name }) => name === each.name)?.normalisation;
      return fixed ? fixedStatistics(each, fixed) : measureInput(each, new Int32Array(0));
    }),
    classes: 2,
  };
  const { network } = assembleNetwork(plan, { mode: 'training', items: 2 });
  const state = initialState(network, 1);
  importBackbone(input.backbone, plan, state);
  const { model, width } = embeddingModel(plan, state);
  const items = Int32Array.from({ length: input.items }, (_, item) => item);
  return { width, data: await embedItems(runtime, model, read, items, width) };
}
