/** A registered version as a file of its own. */
import { dirname } from 'node:path';
import { NightsiftError } from '../../contract/errors.ts';
import { decodeSafeTensors, encodeSafeTensors } from '../formats/safetensors/safetensors.ts';
import { recipes } from '../learning/recipes.ts';
import { sha256 } from '../library/blobs.ts';
import type { ModelVersion } from '../library/models.ts';
import type { Library } from '../library/open-library.ts';
import { storing } from '../library/storage-errors.ts';
import { makeFolder, writeWholeFile } from '../library/whole-files.ts';
import { modelBeginning, refuseForeignFile } from './files/output-guard.ts';
import { referenceOf } from './models.ts';

export type ModelFormat = 'onnx' | 'safetensors';

/** Bytes of a version, checked against their hash. Errors: notFound, libraryDamaged. */
export function modelBytes(library: Library, reference: string, format: ModelFormat): Uint8Array {
  return library.blobs.get(blobOf(library.models.need(reference), format));
}

/**
 * @param format `body`: the weights of the body alone, as SafeTensors; of a ResNet all but `fc` and the features branch
 * Errors: notFound, wrongUse for a body that the recipe does not have, libraryDamaged, cannotOpen, diskFull.
 */
export function exportModel(library: Library, reference: string, into: string, format: ModelFormat | 'body') {
  const bytes = format === 'body' ? bodyBytes(library, reference) : modelBytes(library, reference, format);
  writeWholeFileTo(into, bytes);
  return { path: into, bytes: bytes.byteLength, hash: sha256(bytes) };
}

function bodyBytes(library: Library, reference: string): Uint8Array {
  const { tensors, metadata } = decodeSafeTensors(modelBytes(library, reference, 'safetensors'));
  const recipe = recipes.find(({ name }) => name === metadata.recipe);
  const isBody = recipe?.isBody;
  if (isBody === undefined) {
    const able = recipes.filter((each) => each.isBody !== undefined).map(({ name }) => name);
    throw new NightsiftError(
      'wrongUse',
      `${reference} has no body of its own: it is of ${metadata.recipe}.`,
      {
        hint: `Recipes with one: ${able.join(', ')}. Export the whole with --format safetensors.`,
      },
    );
  }
  const own = new Map([...tensors].filter(([name]) => isBody(name)));
  return encodeSafeTensors({ tensors: own, metadata });
}

/** Whole or not at all, never over a file of another kind; folders on the way are made. */
export function writeWholeFileTo(file: string, bytes: Uint8Array): void {
  storing(file, () => {
    refuseForeignFile(file, bytes);
    makeFolder(dirname(file));
    writeWholeFile(file, bytes);
  });
}

/** Said before a training, of the file that will be written when it has ended. Errors: wouldOverwrite, cannotOpen. */
export function refuseForeignModelFile(file: string | null | undefined): void {
  if (file != null) storing(file, () => refuseForeignFile(file, modelBeginning));
}

function blobOf(version: ModelVersion, format: ModelFormat): string {
  const blob = format === 'onnx' ? version.onnxBlob : version.safetensorsBlob;
  if (blob !== null) return blob;
  throw new NightsiftError('notFound', `${referenceOf(version)} has no ${format} file.`);
}
