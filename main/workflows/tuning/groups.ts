/** What is kept together in one fold. */
import { NightsiftError } from '../../../contract/errors.ts';
import type { DatasetItem, DatasetVersion } from '../../library/datasets.ts';
import { wordOf } from '../training/chosen-items.ts';
import { groupNumbers, type TrainPorts } from '../training/training-run.ts';

/** @throws NightsiftError `wrongUse` where no item has the fact */
export function groupsBy(
  ports: TrainPorts,
  version: DatasetVersion,
  items: readonly DatasetItem[],
  groupBy: string | null,
): Int32Array {
  if (groupBy === null) return groupNumbers(items.map(({ group }) => group));
  if (groupBy === 'none') return Int32Array.from(items.keys());
  const word = wordOf(ports, version, items);
  const words = items.map((item) => word(item, groupBy));
  if (words.every((each) => each == null)) {
    throw new NightsiftError(
      'wrongUse',
      `No item of ${version.name}@${version.version} has a fact "${groupBy}".`,
      {
        hint: 'Group by a fact of the items, by session, or by none.',
      },
    );
  }
  return groupNumbers(words.map((each, index) => (each == null ? `item ${index}` : `is ${String(each)}`)));
}
