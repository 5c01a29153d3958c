/** One frame in full: what was measured, found and said of it. */
import type { LabelHistoryEntry } from '../../../contract/calls/frames.ts';
import { NightsiftError } from '../../../contract/errors.ts';
import type { ScannedFrame } from '../../../contract/scan-report.ts';
import type { Library } from '../../library/open-library.ts';
import type { Item, Session } from '../../library/sessions.ts';
import { itemReport } from '../scanning/report.ts';
import { findSession } from '../sessions.ts';

/** An item of that session. Errors: notFound. */
export function findItem(
  library: Library,
  reference: string,
  id: number,
): { readonly session: Session; readonly item: Item } {
  const session = findSession(library, reference);
  const item = library.sessions.item(id);
  if (item !== undefined && item.sessionId === session.id) return { session, item };
  throw new NightsiftError('notFound', `Session "${session.name}" has no frame ${id}.`, {
    hint: 'Open the session again: the list may be older than the library.',
    details: { session: session.name, item: id },
  });
}

/** Errors: notFound. */
export function showFrame(
  library: Library,
  reference: string,
  id: number,
): { item: number; frame: ScannedFrame; history: LabelHistoryEntry[] } {
  const { item } = findItem(library, reference, id);
  if (item.present === 0) {
    throw new NightsiftError('notFound', `${item.file} was not there when the folder was last scanned.`, {
      details: { file: item.file },
    });
  }
  const history = library.labels.history(item.id).map(
    ({ author, label, score, by, at, undoesId }): LabelHistoryEntry => ({
      author,
      label,
      score,
      by,
      at,
      isUndo: undoesId !== null,
    }),
  );
  return { item: item.id, frame: itemReport(library, item), history };
}
