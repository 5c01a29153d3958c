/** Tensors of a data set version, computed once and kept by its hash. */
import type { TensorDataset, TensorInput } from '../../learning/dataset.ts';
import type { Library } from '../../library/open-library.ts';
import { type FigureType, packArrays, takeFigures, typeOfFigures, unpackArrays } from './packed-arrays.ts';

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

interface Content {
  readonly ids: readonly string[];
  readonly classes: readonly string[];
  readonly inputs: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly type: FigureType;
  }[];
  readonly hasWeights: boolean;
}

export function encodeTensors(tensors: TensorDataset): Uint8Array {
  const { ids, classes, inputs, labels, split, personLabelled, weights } = tensors;
  const content: Content = {
    ids,
    classes,
    inputs: inputs.map(({ name, shape, data }) => ({
      name,
      shape,
      type: typeOfFigures(data),
    })),
    hasWeights: weights !== undefined,
  };
  const arrays = [...inputs.map(({ data }) => data), labels, split, personLabelled];
  return packArrays(magic, content, weights ? [...arrays, weights] : arrays);
}

export function decodeTensors(source: Uint8Array): TensorDataset {
  const unpacked = unpackArrays(magic, source);
  const { content, take } = unpacked;
  const { ids, classes, inputs, hasWeights } = content as Content;
  return {
    ids,
    classes,
    inputs: inputs.map(
      ({ name, shape, type }): TensorInput => ({
        name,
        shape,
        data: takeFigures(unpacked, type),
      }),
    ),
    labels: take(Int32Array),
    split: take(Uint8Array),
    personLabelled: take(Uint8Array),
    ...(hasWeights && { weights: take(Float32Array) }),
  };
}
