/**
 * Static 8-bit quantisation of an exported network: weights of convolutions and what flows between them become bytes,
 * between QuantizeLinear and DequantizeLinear, which ONNX Runtime fuses into its integer kernels. Ranges of values come
 * from real inputs. Vectors (measured features, the head) stay in floating point, where they cost nothing.
 */
import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor } from '../../formats/onnx/index.ts';

/** Smallest and largest value seen, by tensor. */
export type Ranges = ReadonlyMap<string, readonly [number, number]>;

/** Seven bits: on processors without dot products of bytes, pairs of products are added in 16 bits and would saturate. */
const largestWeight = 63;

const smallestScale = 1e-20;

export interface QuantisationPlan {
  /** Tensors that become bytes, in the order of the graph, with the tensor whose range they share. */
  readonly tensors: ReadonlyMap<string, string>;
  readonly convolutions: ReadonlySet<OnnxNode>;
}

function weightOf(node: OnnxNode, constants: ReadonlyMap<string, OnnxTensor>): OnnxTensor | undefined {
  const tensor = constants.get(node.inputs[1] ?? '');
  return node.operator === 'Conv' && tensor?.type === 'float32' && tensor.dims.length === 4
    ? tensor
    : undefined;
}

/**
 * Convolutions over images with constant weights, sums of two of their results (residuals), and pooling between them.
 * A ReLU that alone reads a result is part of it: only what it lets through is stored.
 */
export function quantisationPlan({ graph }: OnnxModel): QuantisationPlan {
  const constants = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const readers = new Map<string, OnnxNode[]>();
  for (const node of graph.nodes) {
    for (const input of node.inputs) readers.set(input, [...(readers.get(input) ?? []), node]);
  }
  const settled = (output: string): string => {
    const [only, ...more] = readers.get(output) ?? [];
    return only?.operator === 'Relu' && more.length === 0 ? only.outputs[0]! : output;
  };
  const tensors = new Map<string, string>();
  const convolutions = new Set<OnnxNode>();
  const mark = (name: string, range = name): void => {
    if (!tensors.has(name)) tensors.set(name, range);
  };
  for (const node of graph.nodes) {
    const [input, other] = node.inputs as readonly [string, string?];
    const output = node.outputs[0]!;
    if (weightOf(node, constants)) {
      convolutions.add(node);
      mark(input);
      mark(settled(output));
    } else if (node.operator === 'Add' && tensors.has(input) && tensors.has(other ?? ''))
      mark(settled(output));
    else if (node.operator === 'MaxPool' && tensors.has(input)) mark(output, tensors.get(input)!);
    else if (node.operator === 'GlobalAveragePool' && tensors.has(input)) mark(output);
  }
  return { tensors, convolutions };
}

/** The model with the smallest and largest value of each planned tensor as further outputs, `low/…` and `high/…`. */
export function withRanges(model: OnnxModel, plan: QuantisationPlan): OnnxModel {
  const names = [...new Set(plan.tensors.values())];
  const extremes = names.flatMap((name) => [
    node('ReduceMin', [name], [`low/${name}`], { keepdims: { kind: 'int', value: 0 } }),
    node('ReduceMax', [name], [`high/${name}`], { keepdims: { kind: 'int', value: 0 } }),
  ]);
  const outputs = extremes.map(({ outputs: [name] }) => ({
    name: name!,
    type: 'float32' as const,
    dims: [],
  }));
  const { graph } = model;
  return {
    ...model,
    graph: { ...graph, nodes: [...graph.nodes, ...extremes], outputs: [...graph.outputs, ...outputs] },
  };
}

/** @param ranges of every tensor of the plan */
export function quantised(model: OnnxModel, plan: QuantisationPlan, ranges: Ranges): OnnxModel {
  const { graph } = model;
  const constants = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const added: OnnxTensor[] = [];
  const nodes: OnnxNode[] = [];
  const scales = new Map<string, number>();
  const store = (name: string): void => {
    const range = plan.tensors.get(name);
    if (range === undefined) return;
    const { scale, zero } = byteScale(ranges.get(range)!);
    scales.set(name, scale);
    added.push(floats(`${name}/scale`, [scale], []), bytes(`${name}/zero`, 'uint8', Uint8Array.of(zero), []));
    const parameters = [`${name}/scale`, `${name}/zero`];
    nodes.push(
      node('QuantizeLinear', [name, ...parameters], [`${name}/bytes`]),
      node('DequantizeLinear', [`${name}/bytes`, ...parameters], [`${name}/read`]),
    );
  };
  const read = (name: string): string => (scales.has(name) ? `${name}/read` : name);
  for (const { name } of graph.inputs) store(name);
  for (const each of graph.nodes) {
    const inputs = each.inputs.map(read);
    if (plan.convolutions.has(each)) {
      const weight = constants.get(each.inputs[1]!)!;
      const bias = constants.get(each.inputs[2] ?? '');
      const stored = storedWeights(weight, bias, scales.get(each.inputs[0]!)!);
      added.push(...stored.tensors);
      nodes.push(...stored.nodes, { ...each, inputs: [inputs[0]!, ...stored.names] });
    } else nodes.push({ ...each, inputs });
    for (const output of each.outputs) store(output);
  }
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  const initializers = [...graph.initializers, ...added].filter(({ name }) => used.has(name));
  return { ...model, graph: { ...graph, nodes, initializers: withoutDoubles(initializers) } };
}

function withoutDoubles(tensors: readonly OnnxTensor[]): OnnxTensor[] {
  return [...new Map(tensors.map((tensor) => [tensor.name, tensor])).values()];
}

/** value = scale (byte - zero), with zero itself exact (padding, ReLU). */
export function byteScale([low, high]: readonly [number, number]): { scale: number; zero: number } {
  const [least, most] = [Math.min(0, low), Math.max(0, high)];
  // a tensor that hardly varies is as good as zero: its scale must not vanish in single precision
  const scale = Math.fround(Math.max((most - least) / 255, smallestScale));
  return { scale, zero: Math.min(255, Math.round(-least / scale)) };
}

/** Weights as bytes with a scale for each output; the bias in units of data scale times weight scale, 32 bits. */
function storedWeights(weight: OnnxTensor, bias: OnnxTensor | undefined, dataScale: number) {
  const values = floatsOf(weight);
  const outputs = weight.dims[0]!;
  const size = values.length / outputs;
  const scales = Float32Array.from({ length: outputs }, (_, output) => {
    let largest = 0;
    for (let place = output * size; place < (output + 1) * size; place++)
      largest = Math.max(largest, Math.abs(values[place]!));
    return largest / largestWeight || 1;
  });
  const small = Int8Array.from(values, (value, place) =>
    Math.round(value / scales[Math.floor(place / size)]!),
  );
  const name = weight.name;
  const tensors = [
    bytes(`${name}/bytes`, 'int8', new Uint8Array(small.buffer), weight.dims),
    floats(`${name}/scale`, scales, [outputs]),
    bytes(`${name}/zero`, 'int8', new Uint8Array(outputs), [outputs]),
  ];
  const byOutput = { axis: { kind: 'int', value: 0 } } as const;
  const nodes = [
    node(
      'DequantizeLinear',
      tensors.map((tensor) => tensor.name),
      [`${name}/read`],
      byOutput,
    ),
  ];
  if (!bias) return { tensors, nodes, names: [`${name}/read`] };
  const steps = scales.map((scale) => scale * dataScale);
  const whole = Int32Array.from(floatsOf(bias), (value, output) => Math.round(value / steps[output]!));
  const own = `${name}/bias`;
  tensors.push(
    bytes(own, 'int32', new Uint8Array(whole.buffer), [outputs]),
    floats(`${own}/scale`, steps, [outputs]),
    bytes(`${own}/zero`, 'int32', new Uint8Array(outputs * 4), [outputs]),
  );
  nodes.push(node('DequantizeLinear', [own, `${own}/scale`, `${own}/zero`], [`${own}/read`], byOutput));
  return { tensors, nodes, names: [`${name}/read`, `${own}/read`] };
}

function floatsOf({ bytes: stored }: OnnxTensor): Float32Array {
  return new Float32Array(Uint8Array.from(stored).buffer);
}

function floats(name: string, values: ArrayLike<number>, dims: readonly number[]): OnnxTensor {
  return { name, type: 'float32', dims, bytes: new Uint8Array(Float32Array.from(values).buffer) };
}

function bytes(
  name: string,
  type: OnnxTensor['type'],
  stored: Uint8Array,
  dims: readonly number[],
): OnnxTensor {
  return { name, type, dims, bytes: stored };
}

function node(
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, OnnxAttribute>> = {},
): OnnxNode {
  return { operator, name: '', domain: '', inputs, outputs, attributes };
}
