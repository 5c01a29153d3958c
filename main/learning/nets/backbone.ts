import { NightsiftError } from '../../../contract/errors.ts';
import { decodeModel } from '../../formats/onnx/index.ts';
import { decodeSafeTensors, floatValues, type SafeTensor } from '../../formats/safetensors/safetensors.ts';
import type { Network } from './network.ts';

/** Named float tensors of a weight file, whichever format it has. */
interface StoredTensor {
  readonly shape: readonly number[];
  values(): Float32Array;
}

/** SafeTensors files start with a header length whose upper bytes are zero and a `{`; protobuf does not. */
function looksLikeSafeTensors(bytes: Uint8Array): boolean {
  return bytes.length > 9 && bytes[8] === 0x7b && bytes[5] === 0 && bytes[6] === 0 && bytes[7] === 0;
}

function readTensors(bytes: Uint8Array): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  if (looksLikeSafeTensors(bytes)) {
    for (const [name, tensor] of decodeSafeTensors(bytes).tensors) {
      tensors.set(name, { shape: tensor.shape, values: () => floatValues(name, tensor) });
    }
    return tensors;
  }
  for (const tensor of decodeModel(bytes).graph.initializers) {
    const type: SafeTensor['type'] =
      tensor.type === 'float16' ? 'F16' : tensor.type === 'float64' ? 'F64' : 'F32';
    if (tensor.type !== 'float32' && type === 'F32') continue;
    const asSafe: SafeTensor = { type, shape: tensor.dims, bytes: tensor.bytes };
    tensors.set(tensor.name, { shape: tensor.dims, values: () => floatValues(tensor.name, asSafe) });
  }
  return tensors;
}

/**
 * Takes over every tensor whose name and shape fit the network. A first convolution for colour is summed over its
 * input channels when the network reads grey images. The classifier's own layer is left as it is when the
 * number of classes differs.
 * @returns how many tensors were taken
 * @throws NightsiftError `badModel` for unreadable files, `modelMismatch` when nothing or only odd tensors fit
 */
export function importBackbone(
  bytes: Uint8Array,
  network: Network,
  state: Map<string, Float32Array>,
): number {
  const stored = readTensors(bytes);
  const missing: string[] = [];
  let taken = 0;
  for (const { name, shape } of [...network.parameters, ...network.statistics]) {
    const values = fitting(stored.get(name) ?? stored.get(`module.${name}`), shape);
    if (values) {
      state.set(name, values);
      taken += 1;
    } else missing.push(name);
  }
  // a head that does not fit is expected; half of the body missing means another architecture
  if (taken >= missing.length && taken > 0) return taken;
  throw new NightsiftError(
    'modelMismatch',
    `The backbone does not fit this network: ${taken} of ${taken + missing.length} tensors match; the first missing one is ${missing[0]}.`,
    { hint: 'Choose a file with the same architecture and PyTorch parameter names.', details: { missing } },
  );
}

function fitting(tensor: StoredTensor | undefined, shape: readonly number[]): Float32Array | undefined {
  if (!tensor) return undefined;
  if (tensor.shape.join() === shape.join()) return tensor.values();
  const [outputs, inputs, height, width] = tensor.shape;
  const greyFromColour =
    tensor.shape.length === 4 &&
    shape[1] === 1 &&
    inputs === 3 &&
    [outputs, 1, height, width].join() === shape.join();
  if (!greyFromColour) return undefined;
  const values = tensor.values();
  const pixels = height! * width!;
  return Float32Array.from({ length: outputs! * pixels }, (_, index) => {
    const start = Math.floor(index / pixels) * 3 * pixels + (index % pixels);
    return values[start]! + values[start + pixels]! + values[start + 2 * pixels]!;
  });
}
