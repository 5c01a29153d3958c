/** While a body is frozen, what it makes of each item is computed once, and only the rest of the network is trained. */
import { encodeModel } from '../../formats/onnx/index.ts';
import type { TensorInput } from '../dataset.ts';
import { fasterPrediction } from '../graph/operators/convolution.ts';
import { assembleEmbedding, type NetworkPlan } from '../nets/assemble.ts';
import type { NetworkState } from '../nets/network.ts';
import type { Recipe } from '../recipes/recipe.ts';
import type { GraphRuntime } from '../runtime.ts';
import { type BatchSource, plainFeeds } from './batches.ts';

/** Items embedded at once. */
const embeddingBatch = 32;
export const embeddingInput = 'embedding';

/** The body with its weights as a model of its own: raw inputs in, `embedding` [batch, width] out. */
export function embeddingModel(
  plan: NetworkPlan,
  state: NetworkState,
): { readonly model: Uint8Array; readonly width: number } {
  const { graph, embedding } = assembleEmbedding(plan, { mode: 'inference', items: 1, state });
  graph.replaceWhere(fasterPrediction);
  const model = graph.toModel({
    name: `${plan.recipe.name} body`,
    outputs: { embedding },
    symbolicBatchOutputs: ['embedding'],
    optimise: true,
  });
  return { model: encodeModel(model), width: embedding.shape[1]! };
}

/** [items, width] of the given items, in their order. */
export async function embedItems(
  runtime: GraphRuntime,
  model: Uint8Array,
  inputs: readonly TensorInput[],
  items: Int32Array,
  width: number,
): Promise<Float32Array> {
  const session = await runtime.load(model, { purpose: 'inference' });
  try {
    const result = new Float32Array(items.length * width);
    for (let start = 0; start < items.length; start += embeddingBatch) {
      const part = items.subarray(start, start + embeddingBatch);
      const { embedding } = await session.run(plainFeeds(inputs, part), ['embedding']);
      result.set(embedding!.data as Float32Array, start * width);
    }
    return result;
  } finally {
    await session.release();
  }
}

/** Plan and batches of the part above the body. */
export interface HeadTask {
  readonly plan: NetworkPlan;
  readonly source: BatchSource;
}

/** The same training with the frozen body's figures in place of what it reads. */
export async function headTask(
  plan: NetworkPlan,
  source: BatchSource,
  state: NetworkState,
  runtime: GraphRuntime,
): Promise<HeadTask> {
  const { recipe } = plan;
  const read = new Set(recipe.embedded);
  const embedded = source.inputs.filter(({ name }) => read.has(name));
  const { model, width } = embeddingModel(plan, state);
  const all = Int32Array.from(source.dataset.ids.keys());
  const data = await embedItems(runtime, model, embedded, all, width);
  const rest = plan.inputs.filter(({ name }) => !read.has(name));
  const statistics = [
    {
      name: embeddingInput,
      shape: [width],
      centre: new Float32Array(width),
      scale: new Float32Array(width).fill(1),
      asIs: true,
    },
    ...rest,
  ];
  return {
    plan: { ...plan, recipe: headRecipe(recipe), inputs: statistics },
    source: {
      ...source,
      statistics,
      inputs: [
        { name: embeddingInput, shape: [width], data },
        ...source.inputs.filter(({ name }) => !read.has(name)),
      ],
    },
  };
}

function headRecipe(recipe: Recipe): Recipe {
  return {
    ...recipe,
    build: (network, inputs, classes, parameters) =>
      recipe.fromEmbedding!(network, inputs.get(embeddingInput)!, inputs, classes, parameters),
  };
}
