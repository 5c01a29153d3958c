import { createHash } from 'node:crypto';
import type { TensorDataset } from '../dataset.ts';
import type { Parameters } from '../recipes/recipe.ts';

/**
 * SHA-256 over everything a run's result depends on, the seed and the number of epochs apart: recipe, settings, classes, items, labels,
 * splits, weights, values, backbone and teacher.
 */
export function configurationHash(
  recipe: string,
  parameters: Parameters,
  dataset: TensorDataset,
  ...files: readonly [backbone?: Uint8Array | undefined, teacher?: Uint8Array | undefined]
): string {
  const hash = createHash('sha256');
  // how long a run goes on, and what is done beside it, may change when it is resumed
  const own = Object.entries(parameters).filter(([name]) => name !== 'epochs' && name !== 'folds');
  const settings = own.sort(([a], [b]) => (a < b ? -1 : 1));
  hash.update(JSON.stringify([recipe, settings, dataset.classes, dataset.ids]));
  for (const input of dataset.inputs) {
    hash.update(JSON.stringify([input.name, input.shape]));
    hash.update(bytesOf(input.data));
  }
  hash.update(bytesOf(dataset.labels)).update(dataset.split);
  if (dataset.weights) hash.update(bytesOf(dataset.weights));
  // the same file is something else as a backbone and as a teacher
  files.forEach((file, place) => {
    if (file) hash.update(JSON.stringify([place, file.byteLength])).update(file);
  });
  return hash.digest('hex');
}

function bytesOf(array: Float32Array | Float64Array | Int32Array | Uint8Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
