/** A data set version of frames as tensors: views, figures, labels, splits. */
import { NightsiftError } from '../../../contract/errors.ts';
import type { FrameHeader } from '../../../contract/words.ts';
import type { WorkerPool } from '../../jobs/pool.ts';
import { splitCodes, type TensorDataset } from '../../learning/dataset.ts';
import { sha256 } from '../../library/blobs.ts';
import type { DatasetItem, DatasetVersion } from '../../library/datasets.ts';
import type { Library } from '../../library/open-library.ts';
import { preparedTensors } from '../datasets/prepared-tensors.ts';
import type { FrameFamily } from '../frame-family.ts';
import { frameInputs } from './frame-inputs.ts';

/** Key to accepted values; an item is used when it has one of them for every key. */
export type Where = Readonly<Record<string, readonly string[]>>;

export interface TensorPorts {
  readonly library: Library;
  readonly family: FrameFamily;
  readonly frames: WorkerPool;
}

/** Items of a version that take part in anything: those of the gaps do not. */
export function chosenItems(
  ports: Omit<TensorPorts, 'frames'>,
  version: DatasetVersion,
  where: Where,
): DatasetItem[] {
  const used = ports.library.datasets.items(version.id).filter((item) => item.split !== 'gap');
  const keys = Object.keys(where);
  if (keys.length === 0) return used;
  const chosen = used.filter((item) => keys.every((key) => matches(ports, item, key, where[key] ?? [])));
  if (chosen.length > 0) return chosen;
  throw new NightsiftError('notEnoughData', `No item of ${version.name}@${version.version} fits --where.`, {
    hint: 'Compare the keys and values with: nightsift dataset show.',
    details: { where },
  });
}

function matches(
  { library, family }: Omit<TensorPorts, 'frames'>,
  item: DatasetItem,
  key: string,
  accepted: readonly string[],
): boolean {
  const own: Readonly<Record<string, string>> = {
    session: item.session,
    label: item.label,
    labelledBy: item.labelledBy,
    split: item.split,
  };
  const header = library.measurements.find(item.contentHash, family.measurementVersion)?.header;
  const value = own[key] ?? header?.[key as keyof FrameHeader];
  return value != null && accepted.includes(String(value));
}

/** Computed once for a version, a selection and a side. Errors: modelMismatch; notFound when a stored record is gone. */
export function datasetTensors(
  { library, frames }: Omit<TensorPorts, 'family'>,
  version: DatasetVersion,
  items: readonly DatasetItem[],
  side: number,
): Promise<TensorDataset> {
  const chosen = sha256(items.map(({ contentHash }) => contentHash).join('\n')).slice(0, 16);
  return preparedTensors(library, version.hash, `frames-2/${side}/${chosen}`, async () => {
    const { classes } = version.metadata;
    return {
      ids: items.map((item) => item.file),
      inputs: await frameInputs(frames, library.blobs.directory, items, side),
      classes,
      // Items in review belong to no class.
      labels: Int32Array.from(items, (item) => classes.indexOf(item.label)),
      split: Uint8Array.from(items, (item) => splitCodes[item.split === 'gap' ? 'review' : item.split]),
      personLabelled: Uint8Array.from(items, (item) => (item.labelledBy === 'person' ? 1 : 0)),
    };
  });
}
