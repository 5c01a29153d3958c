/**
 * TensorFlow.js as a second engine: the same training graphs, executed node by node. It is slower than ONNX Runtime and
 * there for those who have it and want it; the tests hold both to the same losses.
 */
import { createRequire } from 'node:module';
import { NightsiftError } from '../../contract/errors.ts';
import { decodeModel, type OnnxModel, type OnnxTensor } from '../formats/onnx/index.ts';
import type { GraphRuntime, GraphSession, TensorValue } from '../learning/runtime.ts';
import { operators } from './tfjs/operators.ts';
import type { NodeInput, Tensor, Tf } from './tfjs/tensors.ts';

/** Not an import: programs that follow imports would look for what most people have not installed. */
const optionalPeer = '@tensorflow/tfjs-node';

/** @param tf TensorFlow.js with its backend ready */
export function tfjsRuntime(tf: Tf): GraphRuntime {
  return {
    version: `tfjs ${tf.version_core} (${tf.getBackend()})`,
    async load(bytes) {
      return openSession(tf, decodeModel(bytes));
    },
  };
}

/**
 * `@tensorflow/tfjs-node`, where it is installed and its native part works. It asks for functions that Node has dropped
 * from `util`; they are put back before it is loaded.
 * @throws NightsiftError `unsupported` when it is not there or does not start
 */
export async function loadTfjsNode(): Promise<Tf> {
  const require = createRequire(import.meta.url);
  const util = require('node:util') as Record<string, unknown>;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
  try {
    const tf = require(optionalPeer) as Tf;
    await tf.ready();
    return tf;
  } catch (cause) {
    throw new NightsiftError(
      'unsupported',
      'The engine tfjs cannot be used: @tensorflow/tfjs-node does not load.',
      {
        hint: 'Install it beside Nightsift (npm install @tensorflow/tfjs-node), or use the default engine.',
        details: { reason: cause instanceof Error ? cause.message.slice(0, 300) : String(cause) },
        cause,
      },
    );
  }
}

function openSession(tf: Tf, model: OnnxModel): GraphSession {
  const { graph } = model;
  const unknown = new Set(graph.nodes.map(({ operator }) => operator).filter((name) => !operators[name]));
  if (unknown.size > 0) {
    throw new NightsiftError('badModel', `The engine tfjs does not know ${[...unknown].join(', ')}.`, {
      hint: 'Use the default engine for this model.',
    });
  }
  const constants = new Map(graph.initializers.map((tensor) => [tensor.name, constantOf(tf, tensor)]));
  const integers = new Map(graph.initializers.map((tensor) => [tensor.name, integersOf(tensor)]));
  return {
    inputNames: graph.inputs.map(({ name }) => name),
    outputNames: graph.outputs.map(({ name }) => name),
    async run(feeds, fetches = graph.outputs.map(({ name }) => name)) {
      const results = tf.tidy(() => execute(tf, model, constants, integers, feeds, fetches));
      const given: Record<string, TensorValue> = {};
      for (const name of fetches) given[name] = await tensorValue(results[name]!);
      tf.dispose(results);
      return given;
    },
    async release() {
      for (const constant of constants.values()) constant.dispose();
    },
  };
}

function execute(
  tf: Tf,
  { graph }: OnnxModel,
  constants: ReadonlyMap<string, Tensor>,
  integers: ReadonlyMap<string, readonly number[]>,
  feeds: Readonly<Record<string, TensorValue>>,
  fetches: readonly string[],
): Record<string, Tensor> {
  const values = new Map<string, Tensor>(constants);
  for (const { name } of graph.inputs) {
    const feed = feeds[name];
    if (feed) values.set(name, tensorOf(tf, feed));
  }
  for (const node of graph.nodes) {
    const input: NodeInput = {
      tf,
      attributes: node.attributes,
      inputs: node.inputs.map((name) => (name === '' ? undefined : needed(values, name))),
      integers: (index) => integers.get(node.inputs[index] ?? '') ?? [],
    };
    const outputs = operators[node.operator]!(input);
    node.outputs.forEach((name, index) => {
      if (name !== '' && outputs[index]) values.set(name, outputs[index]);
    });
  }
  return Object.fromEntries(fetches.map((name) => [name, tf.clone(needed(values, name))]));
}

function needed(values: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const value = values.get(name);
  if (value) return value;
  throw new NightsiftError('modelMismatch', `The model needs "${name}", which was not given.`, {
    hint: 'The inputs do not fit the model: compare names, shapes and element types.',
  });
}

/** 64-bit integers become 32-bit ones: none here goes beyond. */
function tensorOf(tf: Tf, { type, dims, data }: TensorValue): Tensor {
  const shape = [...dims];
  if (data instanceof BigInt64Array) return tf.tensor(Int32Array.from(data, Number), shape, 'int32');
  if (type === 'bool') return tf.tensor(data as Uint8Array, shape, 'bool');
  return tf.tensor(data, shape, type === 'float32' ? 'float32' : 'int32');
}

async function tensorValue(tensor: Tensor): Promise<TensorValue> {
  const data = await tensor.data();
  const dims = [...tensor.shape];
  if (tensor.dtype === 'bool') return { type: 'bool', dims, data: Uint8Array.from(data) };
  if (tensor.dtype === 'int32') return { type: 'int32', dims, data: Int32Array.from(data) };
  return { type: 'float32', dims, data: Float32Array.from(data) };
}

function floatsOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

function integersOf({ type, bytes }: OnnxTensor): readonly number[] {
  return type === 'int64' ? Array.from(new BigInt64Array(Uint8Array.from(bytes).buffer), Number) : [];
}

function constantOf(tf: Tf, tensor: OnnxTensor): Tensor {
  const shape = [...tensor.dims];
  if (tensor.type === 'float32') return tf.tensor(floatsOf(tensor.bytes), shape, 'float32');
  return tf.tensor(Int32Array.from(integersOf(tensor)), shape, 'int32');
}
