/** An exported model as a graph again, whose shapes are known at every point. */
import type { OnnxAttribute, OnnxModel, OnnxTensor } from '../../formats/onnx/index.ts';
import { Graph } from './graph.ts';
import { operators } from './operators/index.ts';
import type { Attributes, AttributeValue, Value } from './rule.ts';

export interface GraphRead {
  readonly graph: Graph;
  /** By the names of the file. */
  readonly outputs: Readonly<Record<string, Value>>;
}

/** @returns undefined for a model that is damaged, or has operators, constants or attributes that no rule here knows */
export function readGraph({ graph: file }: OnnxModel): GraphRead | undefined {
  if (!file.nodes.every(({ operator, domain }) => domain === '' && operators[operator])) return undefined;
  const graph = new Graph();
  const values = new Map<string, Value>();
  for (const { name, type, dims } of file.inputs) {
    if (type !== 'float32') return undefined;
    const shape = dims.map((size) => (typeof size === 'number' ? size : 1));
    values.set(name, graph.input(name, type, shape, typeof dims[0] === 'string'));
  }
  for (const tensor of file.initializers) {
    const constant = readConstant(graph, tensor);
    if (!constant) return undefined;
    values.set(tensor.name, constant);
  }
  for (const { operator, inputs, outputs, attributes } of file.nodes) {
    const known = readAttributes(attributes);
    if (!known) return undefined;
    if (inputs.some((name) => name !== '' && !values.has(name))) return undefined;
    const given = inputs.map((name) => values.get(name));
    const made = applied(graph, operator, given, known);
    if (!made) return undefined;
    outputs.forEach((name, place) => {
      if (made[place]) values.set(name, made[place]);
    });
  }
  if (!file.outputs.every(({ name }) => values.has(name))) return undefined;
  return { graph, outputs: Object.fromEntries(file.outputs.map(({ name }) => [name, values.get(name)!])) };
}

/** Undefined where the shapes of a damaged file do not go together: the runtime says what is wrong with it. */
function applied(
  graph: Graph,
  operator: string,
  inputs: readonly (Value | undefined)[],
  attributes: Attributes,
): readonly Value[] | undefined {
  try {
    return graph.applyAll(operator, inputs, attributes);
  } catch {
    return undefined;
  }
}

function readConstant(graph: Graph, { type, dims, bytes }: OnnxTensor): Value | undefined {
  // a copy, because bytes may begin anywhere in the file
  const { buffer } = new Uint8Array(bytes);
  if (type === 'float32') return graph.floats(new Float32Array(buffer), dims);
  if (type !== 'int64' || dims.length !== 1) return undefined;
  return graph.integers(Array.from(new BigInt64Array(buffer), Number));
}

function readAttributes(attributes: Readonly<Record<string, OnnxAttribute>>): Attributes | undefined {
  const known: Record<string, AttributeValue> = {};
  for (const [name, { kind, value }] of Object.entries(attributes)) {
    if (kind === 'int' || kind === 'string' || kind === 'ints') known[name] = value;
    else if (kind === 'float') known[name] = { float: value };
    else return undefined;
  }
  return known;
}
