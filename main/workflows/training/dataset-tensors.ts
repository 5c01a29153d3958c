/** A data set version of frames as tensors: views, figures, labels, splits. */
import type { WorkerPool } from '../../jobs/pool.ts';
import { splitCodes, type TensorDataset } from '../../learning/dataset.ts';
import { sha256 } from '../../library/blobs.ts';
import type { DatasetItem, DatasetVersion } from '../../library/datasets.ts';
import type { Library } from '../../library/open-library.ts';
import { preparedTensors } from '../datasets/prepared-tensors.ts';
import { figureInputs, frameInputs } from './frame-inputs.ts';

interface TensorPorts {
  readonly library: Library;
  readonly frames: WorkerPool;
}

/** Computed once for a version, a selection and a side, which is null for figures without pictures. Errors: modelMismatch; notFound when a stored record is gone. */
export function datasetTensors(
  { library, frames }: TensorPorts,
  version: DatasetVersion,
  items: readonly DatasetItem[],
  side: number | null,
): Promise<TensorDataset> {
  const chosen = sha256(items.map(({ contentHash }) => contentHash).join('\n')).slice(0, 16);
  return preparedTensors(library, version.hash, `frames-3/${side ?? 'figures'}/${chosen}`, async () => {
    const { classes } = version.metadata;
    return {
      ids: items.map((item) => item.file),
      inputs:
        side === null ? figureInputs(items) : await frameInputs(frames, library.blobs.directory, items, side),
      classes,
      // Items in review belong to no class.
      labels: Int32Array.from(items, (item) => classes.indexOf(item.label)),
      split: Uint8Array.from(items, (item) => splitCodes[item.split === 'gap' ? 'review' : item.split]),
      personLabelled: Uint8Array.from(items, (item) => (item.labelledBy === 'person' ? 1 : 0)),
    };
  });
}
