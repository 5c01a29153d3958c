/** Labels that a source brings along: a person set them in the file; one set here since then stands above them. */
import type { Family } from '../../families/family.ts';
import type { LabelEvent } from '../../library/labels.ts';
import type { Library } from '../../library/open-library.ts';
import type { Session } from '../../library/sessions.ts';
import { type StandingItem, standingItems } from './session-readings.ts';
import type { StoredItem } from './stored-reading.ts';

const origin = 'file:';

/** True for a label that came with a file rather than from a person at the screen or the command line. */
export function isFromFile(event: Pick<LabelEvent, 'by'>): boolean {
  return event.by?.startsWith(origin) === true;
}

/** The label column of an item: the one asked for, else the family's first that the item has. */
export function labelColumnOf(family: Family, item: StoredItem, asked: string | undefined): string | null {
  if (asked !== undefined) return item.labels[asked] === undefined ? null : asked;
  return family.labelColumns.find((name) => item.labels[name] !== undefined) ?? null;
}

/** Notes the labels of the sources; one that the file no longer gives is withdrawn. */
export function noteGivenLabels(
  library: Library,
  session: Session,
  family: Family,
  asked: string | undefined,
): void {
  const batch = library.labels.newBatch();
  library.transaction(() => {
    const standing = library.labels.standing(session.id);
    for (const item of standingItems(library, session)) {
      const before = standing.get(item.itemId)?.person;
      if (before !== undefined && !isFromFile(before)) continue;
      const { label, by } = givenLabel(family, item, asked);
      if ((before?.label ?? null) === label && (before?.by ?? by) === by) continue;
      const { itemId, stored } = item;
      library.labels.add({ itemId, contentHash: stored.contentHash, author: 'person', label, by }, batch);
    }
  });
}

function givenLabel(
  family: Family,
  { stored, source }: StandingItem,
  asked: string | undefined,
): { label: string | null; by: string | null } {
  const column = labelColumnOf(family, stored, asked);
  if (column === null) return { label: null, by: `${origin}${source.file}` };
  return { label: stored.labels[column] ?? null, by: `${origin}${source.file} (${column})` };
}
