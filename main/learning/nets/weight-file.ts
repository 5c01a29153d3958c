import { decodeModel, type OnnxGraph, type OnnxTensor } from '../../formats/onnx/index.ts';
import { decodeSafeTensors, floatValues, type SafeTensor } from '../../formats/safetensors/safetensors.ts';

export interface StoredTensor {
  readonly shape: readonly number[];
  values(): Float32Array;
}

export interface StoredConvolution {
  readonly weight: StoredTensor;
  readonly bias: StoredTensor | undefined;
}

/** Trained weights of a file in either format. */
export interface WeightFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** The convolutions of an ONNX graph in the order of execution; empty for SafeTensors. */
  readonly convolutions: readonly StoredConvolution[];
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
    return { tensors, convolutions: [] };
  }
  const { graph } = decodeModel(bytes);
  const tensors = floatTensors(graph);
  return { tensors, convolutions: convolutionsOf(graph, tensors) };
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

function convolutionsOf(graph: OnnxGraph, tensors: ReadonlyMap<string, StoredTensor>): StoredConvolution[] {
  const found: StoredConvolution[] = [];
  for (const node of graph.nodes) {
    const weight = node.operator === 'Conv' ? tensors.get(node.inputs[1] ?? '') : undefined;
    if (weight) found.push({ weight, bias: tensors.get(node.inputs[2] ?? '') });
  }
  return found;
}
