import { isNightsiftError, NightsiftError } from '../../../contract/errors.ts';
import { decodeModel, type OnnxGraph, type OnnxModel, type OnnxTensor } from '../../formats/onnx/index.ts';
import { decodeSafeTensors, floatValues, type SafeTensor } from '../../formats/safetensors/safetensors.ts';

export interface StoredTensor {
  readonly shape: readonly number[];
  values(): Float32Array;
}

export interface StoredLayer {
  /** Of its weights. */
  readonly name: string;
  readonly weight: StoredTensor;
  readonly bias: StoredTensor | undefined;
}

/** Trained weights of a file in either format. */
export interface WeightFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** The convolutions of an ONNX graph in the order of execution; empty for SafeTensors. */
  readonly convolutions: readonly StoredLayer[];
  /** Its linear layers, [outputs, inputs], likewise. */
  readonly products: readonly StoredLayer[];
}

/** A SafeTensors header starts with `{` behind a length whose upper bytes are zero; protobuf does not. */
function looksLikeSafeTensors(bytes: Uint8Array): boolean {
  return bytes.length > 9 && bytes[8] === 0x7b && bytes[5] === 0 && bytes[6] === 0 && bytes[7] === 0;
}

/** @throws NightsiftError `badModel` when the bytes are neither format or damaged */
export function readWeightFile(bytes: Uint8Array): WeightFile {
  if (looksLikeSafeTensors(bytes)) {
    const tensors = new Map<string, StoredTensor>();
    for (const [name, tensor] of decodeSafeTensors(bytes).tensors) tensors.set(name, stored(name, tensor));
    return { tensors, convolutions: [], products: [] };
  }
  const { graph } = modelIn(bytes);
  const tensors = floatTensors(graph);
  return {
    tensors,
    convolutions: layersOf(graph, tensors, 'Conv'),
    products: layersOf(graph, tensors, 'Gemm'),
  };
}

/** What is neither has no say in which of the two it was meant to be: both are named. */
function modelIn(bytes: Uint8Array): OnnxModel {
  if (bytes.length === 0) {
    throw new NightsiftError('badModel', 'The file of weights is empty: it has 0 bytes.', {
      hint: 'Copy or download it again.',
    });
  }
  try {
    return decodeModel(bytes);
  } catch (thrown) {
    if (!isNightsiftError(thrown)) throw thrown;
    throw new NightsiftError(
      'badModel',
      `The file of weights is neither SafeTensors (${whyNoSafeTensors(bytes)}) nor ONNX (${thrown.message})`,
      { hint: 'Give a whole SafeTensors or ONNX file.', cause: thrown },
    );
  }
}

function whyNoSafeTensors(bytes: Uint8Array): string {
  if (bytes.length < 9) return `${bytes.length} bytes are too few for a header`;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  return length > bytes.length - 8
    ? `its header would have ${length} bytes, the file has ${bytes.length}`
    : 'its header does not start with {';
}

function stored(name: string, tensor: SafeTensor): StoredTensor {
  return { shape: tensor.shape, values: () => floatValues(name, tensor) };
}

const floatTypes = { float32: 'F32', float16: 'F16', float64: 'F64' } as const;

/** Initialisers, and the values of Constant nodes, as far as they are floating point. */
function floatTensors(graph: OnnxGraph): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  const add = (name: string, { type, dims, bytes }: OnnxTensor): void => {
    if (type === 'float32' || type === 'float16' || type === 'float64') {
      tensors.set(name, stored(name, { type: floatTypes[type], shape: dims, bytes }));
    }
  };
  for (const tensor of graph.initializers) add(tensor.name, tensor);
  for (const node of graph.nodes) {
    const value = node.operator === 'Constant' ? node.attributes.value : undefined;
    if (value?.kind === 'tensor') add(node.outputs[0]!, value.value);
  }
  return tensors;
}

function layersOf(
  graph: OnnxGraph,
  tensors: ReadonlyMap<string, StoredTensor>,
  operator: 'Conv' | 'Gemm',
): StoredLayer[] {
  const found: StoredLayer[] = [];
  for (const node of graph.nodes) {
    const [, name = '', bias = ''] = node.operator === operator ? node.inputs : [];
    const weight = tensors.get(name);
    if (weight) found.push({ name, weight, bias: tensors.get(bias) });
  }
  return found;
}
