/** Labelled items of sessions of records, one for each content, and which of them say the same. */
import type { Library } from '../../library/open-library.ts';
import type { Session } from '../../library/sessions.ts';
import { type StandingItem, standingItems } from './session-readings.ts';

/** Stands for a label in data sets of families that learn from items without one; it is no class. */
export const unlabelledWord = 'unlabelled';

export interface RecordCandidate extends StandingItem {
  readonly session: Session;
  readonly label: string;
  readonly saidBy: string | null;
}

export interface RecordCandidates {
  readonly kept: readonly RecordCandidate[];
  /** Items with the very content of a kept one. */
  readonly repeats: number;
  /** Items whose label is none of the classes, by label. */
  readonly strange: ReadonlyMap<string, number>;
  readonly unlabelled: number;
}

/**
 * @param classes what labels may be; null for any
 * @param takeUnlabelled whether items that nobody labelled come along, as `unlabelled`
 */
export function recordCandidates(
  library: Library,
  sessions: readonly Session[],
  classes: readonly string[] | null,
  takeUnlabelled = false,
): RecordCandidates {
  const byContent = new Map<string, RecordCandidate & { readonly saidAt: string }>();
  const strange = new Map<string, number>();
  let repeats = 0;
  let unlabelled = 0;
  for (const session of sessions) {
    const standing = library.labels.standing(session.id);
    for (const item of standingItems(library, session)) {
      const voice = standing.get(item.itemId)?.person;
      if (voice?.label == null) {
        unlabelled += 1;
        const { contentHash } = item.stored;
        if (takeUnlabelled && !byContent.has(contentHash))
          byContent.set(contentHash, { ...item, session, label: unlabelledWord, saidBy: null, saidAt: '' });
        continue;
      }
      if (classes !== null && !classes.includes(voice.label)) {
        strange.set(voice.label, (strange.get(voice.label) ?? 0) + 1);
        continue;
      }
      const { contentHash } = item.stored;
      const known = byContent.get(contentHash);
      if (known !== undefined) repeats += 1;
      // of two words about one content the later holds, in place of the first
      if (known === undefined || voice.at > known.saidAt)
        byContent.set(contentHash, {
          ...item,
          session,
          label: voice.label,
          saidBy: voice.by,
          saidAt: voice.at,
        });
    }
  }
  const kept = [...byContent.values()].map(({ saidAt: _saidAt, ...candidate }) => candidate);
  return { kept, repeats, strange, unlabelled };
}
