import { encodeModel } from '../../formats/onnx/index.ts';
import type { TensorInput } from '../dataset.ts';
import { assembleNetwork, type NetworkPlan } from '../nets/assemble.ts';
import type { NetworkState } from '../nets/network.ts';
import type { GraphRuntime, GraphSession, TensorValue } from '../runtime.ts';
import { floats, plainFeeds } from './batches.ts';

/** Items scored at once. */
const scoringBatch = 32;

/** The network in inference mode with its weights as feeds, so one session serves every epoch. */
export class Scorer {
  private readonly session: GraphSession;
  private readonly shapes: ReadonlyMap<string, readonly number[]>;
  private readonly classes: number;

  private constructor(
    session: GraphSession,
    shapes: ReadonlyMap<string, readonly number[]>,
    classes: number,
  ) {
    this.session = session;
    this.shapes = shapes;
    this.classes = classes;
  }

  static async open(plan: NetworkPlan, runtime: GraphRuntime): Promise<Scorer> {
    const { graph, network, logits } = assembleNetwork(plan, { mode: 'inference', items: 1 });
    const shapes = new Map(
      [...network.parameters, ...network.statistics].map((spec) => [spec.name, spec.shape]),
    );
    const model = graph.toModel({ name: 'scorer', outputs: { logits }, symbolicBatchOutputs: ['logits'] });
    return new Scorer(await runtime.load(encodeModel(model), { purpose: 'training' }), shapes, plan.classes);
  }

  /** Logits [items, classes] of the plain, unaugmented items. */
  async logits(
    inputs: readonly TensorInput[],
    items: Int32Array,
    state: NetworkState,
  ): Promise<Float32Array> {
    const weights: Record<string, TensorValue> = {};
    for (const [name, shape] of this.shapes) weights[name] = floats(state.get(name)!, shape);
    const result = new Float32Array(items.length * this.classes);
    for (let start = 0; start < items.length; start += scoringBatch) {
      const part = items.subarray(start, start + scoringBatch);
      const { logits } = await this.session.run({ ...plainFeeds(inputs, part), ...weights }, ['logits']);
      result.set(logits!.data as Float32Array, start * this.classes);
    }
    return result;
  }

  release(): Promise<void> {
    return this.session.release();
  }
}
