/** What makes a data set version the one it is. */
import type { SplitName } from '../../../contract/calls/data-sets.ts';
import type { Family, LabelAuthor } from '../../../contract/words.ts';
import { sha256 } from '../../library/blobs.ts';
import { canonicalJson, floatBytes } from '../../library/columns.ts';

export interface HashedItem {
  readonly contentHash: string;
  readonly label: string;
  readonly labelledBy: LabelAuthor;
  readonly split: SplitName;
  readonly recordBlob: string;
  readonly features: Float32Array;
}

/**
 * SHA-256 of the canonical JSON of items, labels and splits, in order of content. The digest of what was
 * measured of each item is part of it, so that equal hashes mean equal tensors.
 */
export function datasetHash(
  family: Family,
  classes: readonly string[],
  items: readonly HashedItem[],
): string {
  const listed = items
    .map(({ contentHash, label, labelledBy, split, recordBlob, features }) => ({
      content: contentHash,
      label,
      labelledBy,
      split,
      measured: sha256(`${recordBlob} ${sha256(floatBytes(features))}`),
    }))
    .sort((one, other) => (one.content < other.content ? -1 : 1));
  return sha256(canonicalJson({ schema: 'nightsift.dataset/1', family, classes, items: listed }));
}
