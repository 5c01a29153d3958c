/** A registered version as a file of its own. */
import { dirname } from 'node:path';
import { NightsiftError } from '../../contract/errors.ts';
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

/** Errors: notFound, libraryDamaged, cannotOpen, diskFull. */
export function exportModel(library: Library, reference: string, into: string, format: ModelFormat) {
  const hash = blobOf(library.models.need(reference), format);
  const bytes = library.blobs.get(hash);
  writeWholeFileTo(into, bytes);
  return { path: into, bytes: bytes.byteLength, hash };
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
