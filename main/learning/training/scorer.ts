import { encodeModel } from '../../formats/onnx/index.ts';
import type { TensorInput } from '../dataset.ts';
import { fasterPrediction } from '../graph/operators/convolution.ts';
import { assembleNetwork, type NetworkPlan } from '../nets/assemble.ts';
import type { NetworkState } from '../nets/network.ts';
import type { GraphRuntime, GraphSession, TensorValue } from '../runtime.ts';
import { floats, plainFeeds } from './batches.ts';

/** Items scored at once. */
export const scoringBatch = 32;

interface OpenedScorer {
  readonly session: GraphSession;
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

/** The network in inference mode with its weights as feeds, so one session serves every epoch. Opened when first asked. */
export class Scorer {
  private readonly plan: NetworkPlan;
  private readonly runtime: GraphRuntime;
  private opened: Promise<OpenedScorer> | undefined;

  constructor(plan: NetworkPlan, runtime: GraphRuntime) {
    this.plan = plan;
    this.runtime = runtime;
  }

  /** Logits [items, classes] of the plain, unaugmented items. */
  async logits(
    inputs: readonly TensorInput[],
    items: Int32Array,
    state: NetworkState,
  ): Promise<Float32Array> {
    if (items.length === 0) return new Float32Array(0);
    this.opened ??= open(this.plan, this.runtime);
    const { session, shapes } = await this.opened;
    const { classes } = this.plan;
    const weights: Record<string, TensorValue> = {};
    for (const [name, shape] of shapes) weights[name] = floats(state.get(name)!, shape);
    const result = new Float32Array(items.length * classes);
    for (let start = 0; start < items.length; start += scoringBatch) {
      const part = items.subarray(start, start + scoringBatch);
      const { logits } = await session.run({ ...plainFeeds(inputs, part), ...weights }, ['logits']);
      result.set(logits!.data as Float32Array, start * classes);
    }
    return result;
  }

  async release(): Promise<void> {
    await (await this.opened)?.session.release();
  }
}

async function open(plan: NetworkPlan, runtime: GraphRuntime): Promise<OpenedScorer> {
  const { graph, network, logits } = assembleNetwork(plan, { mode: 'inference', items: 1 });
  graph.replaceWhere(fasterPrediction);
  const model = graph.toModel({ name: 'scorer', outputs: { logits }, symbolicBatchOutputs: ['logits'] });
  return {
    session: await runtime.load(encodeModel(model), { purpose: 'training' }),
    shapes: new Map([...network.parameters, ...network.statistics].map((spec) => [spec.name, spec.shape])),
  };
}
