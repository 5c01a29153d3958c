import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { NightsiftError } from '../../contract/errors.ts';
import type { GraphRuntime, GraphRuntimeOptions, GraphSession, TensorValue } from '../learning/runtime.ts';

/** 3 = errors only; the runtime's warnings speak of its own optimiser and mean nothing to a person. */
const errorsOnly = 3;

/**
 * A thread that has nothing to do waits this long by spinning before it sleeps. A training step has hundreds of parallel
 * parts, and waking costs each of them; without a limit the threads steal the cores from whatever else runs: a step took
 * 2 to 4 times as long beside other work. With this one a step on a busy machine takes at most a twentieth more processor
 * time than without any spinning.
 */
const spinMicroseconds = '50';

/**
 * Weights that change keep their convolutions from the blocked layout of channels, and the poolings that take it by
 * themselves have every large tensor reordered for them, there and back: a tenth of the step of a small network.
 */
const blockedLayout = 'NchwcTransformer';

/**
 * ONNX Runtime on the CPU. `run` blocks the calling thread while it computes, so long work belongs in a worker.
 * @param options.threads threads within one operator; results are bit-equal only for equal numbers of threads
 */
export function onnxRuntime(options: { threads?: number } = {}): GraphRuntime {
  return {
    version: env.versions.node ?? 'unknown',
    async load(model, loadOptions = {}) {
      return wrapSession(await createSession(model, { ...options, ...loadOptions }));
    },
  };
}

async function createSession(model: Uint8Array, options: GraphRuntimeOptions): Promise<InferenceSession> {
  const training = options.purpose === 'training';
  try {
    return await InferenceSession.create(model, {
      ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      // memory patterns hold the whole peak of a training step as one block: 1.5 GB instead of 1.0 for ResNet18
      enableMemPattern: !training,
      logSeverityLevel: errorsOnly,
      extra: {
        session: { intra_op: { allow_spinning: '1', spin_duration_us: spinMicroseconds } },
        ...(training && { optimization: { disable_specified_optimizers: blockedLayout } }),
      },
    });
  } catch (cause) {
    throw new NightsiftError('badModel', `ONNX Runtime cannot load the model: ${messageOf(cause)}`, {
      hint: 'The file may be damaged or use operators newer than this version knows.',
      cause,
    });
  }
}

function wrapSession(session: InferenceSession): GraphSession {
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    async run(feeds, fetches) {
      const tensors: Record<string, Tensor> = {};
      for (const [name, value] of Object.entries(feeds)) tensors[name] = toTensor(value);
      const results = await execute(session, tensors, fetches);
      const values: Record<string, TensorValue> = {};
      for (const [name, tensor] of Object.entries(results)) values[name] = fromTensor(name, tensor);
      return values;
    },
    release: () => session.release(),
  };
}

async function execute(
  session: InferenceSession,
  feeds: Record<string, Tensor>,
  fetches: readonly string[] | undefined,
): Promise<Record<string, Tensor>> {
  try {
    return (await (fetches ? session.run(feeds, fetches) : session.run(feeds))) as Record<string, Tensor>;
  } catch (cause) {
    throw new NightsiftError('modelMismatch', `ONNX Runtime cannot run the model: ${messageOf(cause)}`, {
      hint: 'The inputs do not fit the model: compare names, shapes and element types.',
      cause,
    });
  }
}

function toTensor(value: TensorValue): Tensor {
  const { type, dims, data } = value;
  if (data instanceof Float32Array) return new Tensor('float32', data, dims);
  if (data instanceof Float64Array) return new Tensor('float64', data, dims);
  if (data instanceof BigInt64Array) return new Tensor('int64', data, dims);
  if (data instanceof Int32Array) return new Tensor('int32', data, dims);
  return type === 'bool' ? new Tensor('bool', data, dims) : new Tensor('uint8', data, dims);
}

function fromTensor(name: string, tensor: Tensor): TensorValue {
  const { type, dims, data } = tensor;
  if (type === 'float32' && data instanceof Float32Array) return { type, dims, data };
  if (type === 'float64' && data instanceof Float64Array) return { type, dims, data };
  if (type === 'int64' && data instanceof BigInt64Array) return { type, dims, data };
  if (type === 'int32' && data instanceof Int32Array) return { type, dims, data };
  if ((type === 'bool' || type === 'uint8') && data instanceof Uint8Array) return { type, dims, data };
  throw new NightsiftError('unsupported', `The model's output ${name} has element type ${type}.`, {
    hint: 'Only float32, float64, int64, int32, uint8 and bool outputs are understood.',
  });
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
