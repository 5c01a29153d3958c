/** Which items of a version take part. */
import { NightsiftError } from '../../../contract/errors.ts';
import type { DatasetItem, DatasetVersion } from '../../library/datasets.ts';
import { dataKind, type KindPorts } from './data-kind.ts';

/** Key to accepted values; an item is used when it has one of them for every key. */
export type Where = Readonly<Record<string, readonly string[]>>;

/** Items of a version that take part in anything: those of the gaps do not. Errors: notEnoughData. */
export function chosenItems(ports: KindPorts, version: DatasetVersion, where: Where): DatasetItem[] {
  const used = ports.library.datasets.items(version.id).filter((item) => item.split !== 'gap');
  const keys = Object.keys(where);
  if (keys.length === 0) return used;
  const word = wordOf(ports, version, used);
  const matches = (item: DatasetItem, key: string) => {
    const value = word(item, key);
    return value != null && (where[key] ?? []).includes(String(value));
  };
  const chosen = used.filter((item) => keys.every((key) => matches(item, key)));
  if (chosen.length > 0) return chosen;
  throw new NightsiftError('notEnoughData', `No item of ${version.name}@${version.version} fits --where.`, {
    hint: 'Compare the keys and values with: nightsift dataset show.',
    details: { where },
  });
}

/** A word of an item: the house's own (session, label, …), else a fact of its family. */
export function wordOf(
  ports: KindPorts,
  version: DatasetVersion,
  items: readonly DatasetItem[],
): (item: DatasetItem, key: string) => unknown {
  const factOf = dataKind(ports, version.family).factsOf(items);
  return (item, key) => {
    const own: Readonly<Record<string, string>> = {
      session: item.session,
      label: item.label,
      labelledBy: item.labelledBy,
      split: item.split,
    };
    return own[key] ?? factOf(item, key);
  };
}
