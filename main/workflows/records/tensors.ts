/** Rows of stored readings as the tensors that models see. */
import { NightsiftError } from '../../../contract/errors.ts';
import { sizeOf, splitCodes, type TensorDataset, type TensorInput } from '../../learning/dataset.ts';
import { sha256 } from '../../library/blobs.ts';
import type { DatasetItem, DatasetVersion } from '../../library/datasets.ts';
import type { Library } from '../../library/open-library.ts';
import { preparedTensors } from '../datasets/prepared-tensors.ts';
import { readingOf } from './session-readings.ts';
import type { StoredReading } from './stored-reading.ts';

export interface RowPlace {
  readonly reading: StoredReading;
  readonly ordinal: number;
}

/**
 * One row for each place, in order. Errors: modelMismatch when the sources do not agree on names and shapes, which
 * tables of different columns do not.
 */
export function rowsOf(places: readonly RowPlace[]): TensorInput[] {
  const first = places[0]?.reading;
  if (first === undefined) return [];
  return first.tensors.map(({ name, shape, data }, index) => {
    const size = sizeOf(shape);
    const rows = new (data.constructor as new (length: number) => typeof data)(places.length * size);
    places.forEach(({ reading, ordinal }, row) => {
      const tensor = reading.tensors[index];
      if (tensor?.name !== name || tensor.shape.join() !== shape.join()) throw differ(first, reading);
      if (index === 0 && reading !== first && reading.featureNames.join() !== first.featureNames.join())
        throw differ(first, reading);
      rows.set(tensor.data.subarray(ordinal * size, (ordinal + 1) * size), row * size);
    });
    return { name, shape, data: rows };
  });
}

function differ(one: StoredReading, other: StoredReading): NightsiftError {
  const shown = ({ tensors, featureNames }: StoredReading) => ({
    shapes: tensors.map(({ name, shape }) => `${name} [${shape.join(', ')}]`),
    features: featureNames.slice(0, 40),
  });
  return new NightsiftError('modelMismatch', 'The sources give models different things to see.', {
    hint: 'Bring sources with other columns or channels in as sessions of their own.',
    details: { one: shown(one), other: shown(other) },
  });
}

/** Computed once for a version and a selection. Errors: modelMismatch; notFound when a stored reading is gone. */
export function recordTensors(
  library: Library,
  version: DatasetVersion,
  items: readonly DatasetItem[],
): Promise<TensorDataset> {
  const chosen = sha256(items.map(({ contentHash }) => contentHash).join('\n')).slice(0, 16);
  return preparedTensors(library, version.hash, `${version.family}/${chosen}`, async () => {
    const { classes } = version.metadata;
    return {
      ids: items.map((item) => item.file),
      inputs: rowsOf(placesOf(library, items)),
      classes,
      labels: Int32Array.from(items, (item) => classes.indexOf(item.label)),
      split: Uint8Array.from(items, (item) => splitCodes[item.split === 'gap' ? 'review' : item.split]),
      personLabelled: Uint8Array.from(items, (item) => (item.labelledBy === 'person' ? 1 : 0)),
    };
  });
}

/** Where items of a data set stand in the readings they came from. */
export function placesOf(
  library: Library,
  items: readonly Pick<DatasetItem, 'recordBlob' | 'file' | 'contentHash'>[],
): RowPlace[] {
  const places = new Map<string, Map<string, number>>();
  return items.map(({ recordBlob, file, contentHash }) => {
    const reading = readingOf(library, recordBlob);
    let ordinals = places.get(recordBlob);
    if (ordinals === undefined) {
      ordinals = new Map(reading.items.map((item, ordinal) => [item.contentHash, ordinal]));
      places.set(recordBlob, ordinals);
    }
    const ordinal = ordinals.get(contentHash);
    if (ordinal !== undefined) return { reading, ordinal };
    throw new NightsiftError('libraryDamaged', `${file} is not in the reading that its data set names.`);
  });
}
