import type {
  OnnxAttribute,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxValueInfo,
} from '../../formats/onnx/index.ts';
import { operators } from './operators/index.ts';
import { optimised } from './passes.ts';
import type {
  Attributes,
  AttributeValue,
  ElementType,
  GraphNode,
  OperatorRule,
  Scope,
  Signature,
  Value,
} from './rule.ts';

/** Opset 18 has Col2Im, scatter with addition and axes as inputs; later ones add nothing that is used here. */
export const standardOpset = 18;
const intermediateVersion = 8;
/** Who the files say has written them. */
export const modelProducer = 'nightsift';

interface InputEntry {
  readonly value: Value;
  readonly symbolicBatch: boolean;
}

export interface ModelOptions {
  readonly name: string;
  readonly outputs: Readonly<Record<string, Value>>;
  /** Outputs whose first axis is the batch. */
  readonly symbolicBatchOutputs?: readonly string[];
  readonly metadata?: Readonly<Record<string, string>>;
  /** Runs the passes of passes.ts first; for models that are kept. */
  readonly optimise?: boolean;
}

/** Builds an ONNX graph node by node; shapes are known at every point. */
export class Graph implements Scope {
  readonly nodes: GraphNode[] = [];
  private readonly inputEntries: InputEntry[] = [];
  private readonly constants = new Map<string, { value: Value; tensor: OnnxTensor }>();
  private readonly cache = new Map<string, Value>();
  private readonly producers = new Map<string, GraphNode>();
  private counter = 0;

  /** Declares an input. With `symbolicBatch` the model leaves its first axis open. */
  input(name: string, type: ElementType, shape: readonly number[], symbolicBatch = false): Value {
    const value: Value = { name, type, shape };
    this.inputEntries.push({ value, symbolicBatch });
    return value;
  }

  /** A named constant, kept in the file (the weights of an exported model). */
  weights(name: string, values: Float32Array, shape: readonly number[]): Value {
    return this.constant({ name, type: 'float32', shape }, bytesOf(values));
  }

  floats(values: Float32Array, shape: readonly number[]): Value {
    return this.constant({ name: this.freshName('constant'), type: 'float32', shape }, bytesOf(values));
  }

  scalar(value: number): Value {
    return this.shared(`scalar ${value}`, () => this.floats(Float32Array.of(value), []));
  }

  integers(values: readonly number[]): Value {
    return this.shared(`integers ${values.join(' ')}`, () => {
      const bytes = bytesOf(BigInt64Array.from(values, (value) => BigInt(value)));
      const name = this.freshName('integers');
      return this.constant({ name, type: 'int64', shape: [values.length], integers: values }, bytes);
    });
  }

  apply(operator: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}): Value {
    return this.applyAll(operator, inputs, attributes)[0]!;
  }

  applyAll(operator: string, inputs: readonly (Value | undefined)[], attributes: Attributes = {}): Value[] {
    const signatures = ruleOf(operator).infer(inputs as readonly Value[], attributes);
    const outputs = signatures.map((signature) => ({ ...signature, name: this.freshName('v') }));
    const node: GraphNode = { operator, inputs, outputs, attributes };
    this.nodes.push(node);
    for (const output of outputs) this.producers.set(output.name, node);
    return outputs;
  }

  shared(key: string, make: () => Value): Value {
    const known = this.cache.get(key);
    if (known) return known;
    const made = make();
    this.cache.set(key, made);
    return made;
  }

  /** Lets something else make a node's only output: what `build` adds stands where the node stood. */
  replace(node: GraphNode, build: (scope: Scope) => Value): void {
    const behind = this.nodes.splice(this.nodes.indexOf(node));
    const maker = this.producers.get(build(this).name)!;
    const output = node.outputs[0]!;
    maker.outputs[0] = output;
    this.producers.set(output.name, maker);
    this.nodes.push(...behind.slice(1));
  }

  /** The same for every node that `choose` knows another way for; returns their number. */
  replaceWhere(choose: (node: GraphNode) => ((scope: Scope) => Value) | undefined): number {
    let replaced = 0;
    for (const node of [...this.nodes]) {
      const build = choose(node);
      if (!build) continue;
      this.replace(node, build);
      replaced += 1;
    }
    return replaced;
  }

  producer(value: Value): GraphNode | undefined {
    return this.producers.get(value.name);
  }

  extraOutput(node: GraphNode, index: number, signature: Signature): Value {
    const existing = node.outputs[index];
    if (existing) return existing;
    const value = { ...signature, name: this.freshName('v') };
    node.outputs[index] = value;
    this.producers.set(value.name, node);
    return value;
  }

  /** The model of all nodes that the outputs need. */
  toModel(options: ModelOptions): OnnxModel {
    const renamed = this.nameOutputs(options.outputs);
    const ends = Object.values(options.outputs).map((value) => value.name);
    const needed = this.neededNodes(this.nodes, ends);
    const nodes = options.optimise ? this.neededNodes(this.optimisedNodes(needed, ends), ends) : needed;
    const nameOf = (value: Value | undefined): string =>
      value ? (renamed.get(value.name) ?? value.name) : '';
    const written = nodes.map((node) => encodeNode(node, nameOf));
    for (const [name, value] of Object.entries(options.outputs)) {
      if (renamed.get(value.name) !== name) written.push(identity(nameOf(value), name));
    }
    const used = new Set(written.flatMap((node) => node.inputs));
    const batched = new Set(options.symbolicBatchOutputs ?? []);
    return {
      irVersion: intermediateVersion,
      producer: modelProducer,
      producerVersion: '1',
      opsets: { '': standardOpset },
      metadata: options.metadata ?? {},
      graph: {
        name: options.name,
        nodes: written,
        initializers: [...this.constants.values()]
          .filter((entry) => used.has(entry.value.name))
          .map((entry) => entry.tensor),
        inputs: this.inputEntries
          .filter(({ value }) => used.has(value.name))
          .map(({ value, symbolicBatch }) => valueInfo(value.name, value, symbolicBatch)),
        outputs: Object.entries(options.outputs).map(([name, value]) =>
          valueInfo(name, value, batched.has(name)),
        ),
      },
    };
  }

  private constant(value: Value, bytes: Uint8Array): Value {
    const tensor: OnnxTensor = { name: value.name, type: value.type, dims: value.shape, bytes };
    this.constants.set(value.name, { value, tensor });
    return value;
  }

  private freshName(prefix: string): string {
    this.counter += 1;
    return `${prefix}${this.counter}`;
  }

  /** Values made by a node take the output's name; inputs, constants and second uses get an Identity instead. */
  private nameOutputs(outputs: Readonly<Record<string, Value>>): Map<string, string> {
    const renamed = new Map<string, string>();
    for (const [name, value] of Object.entries(outputs)) {
      if (this.producers.has(value.name) && !renamed.has(value.name)) renamed.set(value.name, name);
    }
    return renamed;
  }

  private optimisedNodes(nodes: readonly GraphNode[], ends: readonly string[]): GraphNode[] {
    return optimised(nodes, {
      kept: new Set(ends),
      floatsOf: ({ name, type }) => {
        const tensor = type === 'float32' ? this.constants.get(name)?.tensor : undefined;
        return tensor && new Float32Array(Uint8Array.from(tensor.bytes).buffer);
      },
      floats: (values, shape) => this.floats(values, shape),
    });
  }

  private neededNodes(nodes: readonly GraphNode[], names: readonly string[]): GraphNode[] {
    const needed = new Set(names);
    const kept: GraphNode[] = [];
    for (let index = nodes.length - 1; index >= 0; index--) {
      const node = nodes[index]!;
      if (!node.outputs.some((output) => output && needed.has(output.name))) continue;
      kept.push(node);
      for (const input of node.inputs) if (input) needed.add(input.name);
    }
    return kept.reverse();
  }
}

export function ruleOf(operator: string): OperatorRule {
  const rule = operators[operator];
  if (!rule) throw new TypeError(`No rule for operator ${operator}.`);
  return rule;
}

function bytesOf(values: Float32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function valueInfo(name: string, value: Value, symbolicBatch: boolean): OnnxValueInfo {
  const dims = symbolicBatch ? ['batch', ...value.shape.slice(1)] : value.shape;
  return { name, type: value.type, dims };
}

function identity(input: string, output: string): OnnxNode {
  return { operator: 'Identity', name: '', domain: '', inputs: [input], outputs: [output], attributes: {} };
}

function encodeNode(node: GraphNode, nameOf: (value: Value | undefined) => string): OnnxNode {
  const attributes: Record<string, OnnxAttribute> = {};
  for (const [name, value] of Object.entries(node.attributes)) attributes[name] = encodeAttribute(value);
  return {
    operator: node.operator,
    name: '',
    domain: '',
    inputs: node.inputs.map(nameOf),
    outputs: Array.from(node.outputs, nameOf),
    attributes,
  };
}

function encodeAttribute(value: AttributeValue): OnnxAttribute {
  if (typeof value === 'number') return { kind: 'int', value };
  if (typeof value === 'string') return { kind: 'string', value };
  if ('float' in value) return { kind: 'float', value: value.float };
  return { kind: 'ints', value };
}
