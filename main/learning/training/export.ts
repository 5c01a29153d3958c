import { decodeModel, encodeModel } from '../../formats/onnx/index.ts';
import { encodeSafeTensors, floatTensor, type SafeTensor } from '../../formats/safetensors/safetensors.ts';
import { elementCount, type Value } from '../graph/rule.ts';
import { assembleNetwork, type NetworkPlan } from '../nets/assemble.ts';
import type { NetworkState } from '../nets/network.ts';
import type { Targets } from '../targets.ts';

/**
 * The model as it is deployed: raw inputs in, `probabilities` [batch, classes] and `logits` out, batch normalisation
 * folded, the calibration temperature inside. Of marks each probability stands by itself; of numbers the only output is
 * `values` [batch, 1], in their own unit.
 */
export function exportOnnx(
  plan: NetworkPlan,
  state: NetworkState,
  temperature: number,
  metadata: Readonly<Record<string, string>>,
  targets?: Targets,
): Uint8Array {
  const { graph, logits } = assembleNetwork(plan, { mode: 'inference', items: 1, state });
  const outputs = targets?.kind === 'number' ? numberOutputs() : probabilityOutputs();
  const model = graph.toModel({
    name: plan.recipe.name,
    outputs,
    symbolicBatchOutputs: Object.keys(outputs),
    metadata,
    optimise: true,
  });
  return encodeModel(model);

  function numberOutputs(): Record<string, Value> {
    const widened = graph.apply('Mul', [logits, graph.scalar(targets!.scale)]);
    return { values: graph.apply('Add', [widened, graph.scalar(targets!.centre)]) };
  }

  function probabilityOutputs(): Record<string, Value> {
    const scaled = temperature === 1 ? logits : graph.apply('Mul', [logits, graph.scalar(1 / temperature)]);
    const probabilities =
      targets === undefined
        ? graph.apply('Softmax', [scaled], { axis: 1 })
        : graph.apply('Sigmoid', [scaled]);
    return { probabilities, logits: scaled };
  }
}

/** The same file with more said of itself. */
export function withMetadata(onnx: Uint8Array, more: Readonly<Record<string, string>>): Uint8Array {
  if (Object.keys(more).length === 0) return onnx;
  const model = decodeModel(onnx);
  return encodeModel({ ...model, metadata: { ...model.metadata, ...more } });
}

/** Weights and running statistics under PyTorch's names, unfolded. */
export function exportSafeTensors(
  plan: NetworkPlan,
  state: NetworkState,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const { network } = assembleNetwork(plan, { mode: 'inference', items: 1 });
  const tensors = new Map<string, SafeTensor>();
  for (const { name, shape } of [...network.parameters, ...network.statistics]) {
    tensors.set(name, floatTensor(state.get(name)!, shape));
  }
  return encodeSafeTensors({ tensors, metadata });
}

/** What an exported file holds, read back from its bytes. */
export interface ExportStatistics {
  readonly opset: number;
  /** Numbers among the weights, in whatever precision. */
  readonly parameters: number;
  readonly bytes: number;
  /** How often each operator occurs. */
  readonly operators: Readonly<Record<string, number>>;
  /** `image float32 [batch, 1, 112, 112]` */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Integers of 64 bits are shapes and axes. */
const weightTypes: ReadonlySet<string> = new Set(['float32', 'int8', 'int32']);

export function exportStatistics(onnx: Uint8Array): ExportStatistics {
  const { graph, opsets } = decodeModel(onnx);
  const operators: Record<string, number> = {};
  for (const { operator } of graph.nodes) operators[operator] = (operators[operator] ?? 0) + 1;
  // scales and zero points say how 8 bits are read; they are no weights
  const beside = new Set(
    graph.nodes.flatMap(({ operator, inputs }) => (/quantizelinear$/i.test(operator) ? inputs.slice(1) : [])),
  );
  const weights = graph.initializers.flatMap(({ name, type, dims }) =>
    weightTypes.has(type) && !beside.has(name) ? [elementCount(dims)] : [],
  );
  const described = (list: typeof graph.inputs): string[] =>
    list.map(({ name, type, dims }) => `${name} ${type} [${dims.join(', ')}]`);
  return {
    opset: opsets[''] ?? 0,
    parameters: weights.reduce((sum, count) => sum + count, 0),
    bytes: onnx.byteLength,
    operators,
    inputs: described(graph.inputs),
    outputs: described(graph.outputs),
  };
}
