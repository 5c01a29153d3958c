/** Tensors of a data set version, computed once and kept by its hash. */
import { NightsiftError } from '../../../contract/errors.ts';
import type { TensorDataset, TensorInput } from '../../learning/dataset.ts';
import type { Library } from '../../library/open-library.ts';

/**
 * The tensors of `datasetHash` under `recipe` (all that decides them beside the version: image side, chosen
 * items): from the cache, else built and kept. A damaged cache file is built anew.
 */
export async function preparedTensors(
  library: Library,
  datasetHash: string,
  recipe: string,
  build: () => Promise<TensorDataset>,
): Promise<TensorDataset> {
  const known = library.datasets.preparedTensors(datasetHash, recipe);
  if (known !== undefined) {
    try {
      return decodeTensors(library.blobs.get(known));
    } catch {
      library.blobs.remove(known);
      library.datasets.dropPreparedTensors(datasetHash, recipe);
    }
  }
  const tensors = await build();
  library.datasets.savePreparedTensors(datasetHash, recipe, library.blobs.put(encodeTensors(tensors)));
  return tensors;
}

const magic = 'NSTD';
const frontLength = 8;
/** Arrays begin at multiples of this, so that they can be looked at in place. */
const alignment = 8;

interface Envelope {
  readonly ids: readonly string[];
  readonly classes: readonly string[];
  readonly inputs: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly type: 'float32' | 'uint8';
  }[];
  readonly lengths: readonly number[];
  readonly hasWeights: boolean;
}

/** "NSTD", length of the JSON (4 bytes), JSON, then the arrays, little-endian, each aligned to 8 bytes. */
export function encodeTensors(tensors: TensorDataset): Uint8Array {
  const { ids, classes, inputs, labels, split, personLabelled, weights } = tensors;
  const arrays = [
    ...inputs.map((input) => input.data),
    labels,
    split,
    personLabelled,
    ...(weights ? [weights] : []),
  ];
  const envelope: Envelope = {
    ids,
    classes,
    inputs: inputs.map(({ name, shape, data }) => ({
      name,
      shape,
      type: data instanceof Float32Array ? 'float32' : 'uint8',
    })),
    lengths: arrays.map((array) => array.length),
    hasWeights: weights !== undefined,
  };
  const text = new TextEncoder().encode(JSON.stringify(envelope));
  const size = arrays.reduce((sum, array) => aligned(sum) + array.byteLength, frontLength + text.length);
  const bytes = new Uint8Array(size);
  bytes.set(new TextEncoder().encode(magic));
  new DataView(bytes.buffer).setUint32(4, text.length, true);
  bytes.set(text, frontLength);
  let offset = frontLength + text.length;
  for (const array of arrays) {
    offset = aligned(offset);
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), offset);
    offset += array.byteLength;
  }
  return bytes;
}

export function decodeTensors(source: Uint8Array): TensorDataset {
  const bytes = source.byteOffset % alignment === 0 ? source : Uint8Array.from(source);
  if (new TextDecoder().decode(bytes.subarray(0, 4)) !== magic) throw damaged('it does not begin with NSTD');
  const textLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  const text = new TextDecoder().decode(bytes.subarray(frontLength, frontLength + textLength));
  const envelope = JSON.parse(text) as Envelope;
  let offset = frontLength + textLength;
  let index = 0;
  const take = <T>(kind: {
    new (buffer: ArrayBufferLike, offset: number, length: number): T;
    BYTES_PER_ELEMENT: number;
  }): T => {
    const length = envelope.lengths[index++];
    offset = aligned(offset);
    if (offset + length * kind.BYTES_PER_ELEMENT > bytes.byteLength) throw damaged('it is cut short');
    const array = new kind(bytes.buffer, bytes.byteOffset + offset, length);
    offset += length * kind.BYTES_PER_ELEMENT;
    return array;
  };
  const inputs = envelope.inputs.map(
    ({ name, shape, type }): TensorInput => ({
      name,
      shape,
      data: take<Float32Array | Uint8Array>(type === 'float32' ? Float32Array : Uint8Array),
    }),
  );
  return {
    ids: envelope.ids,
    classes: envelope.classes,
    inputs,
    labels: take(Int32Array),
    split: take(Uint8Array),
    personLabelled: take(Uint8Array),
    ...(envelope.hasWeights && { weights: take(Float32Array) }),
  };
}

function aligned(offset: number): number {
  return Math.ceil(offset / alignment) * alignment;
}

function damaged(found: string): NightsiftError {
  return new NightsiftError('libraryDamaged', `Prepared tensors are damaged: ${found}.`);
}
