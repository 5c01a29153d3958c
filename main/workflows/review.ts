/**
 * A person's decisions from a screen. Each is one batch of append-only label events under an id that the client made:
 * asked twice, it is applied once. Everything is durable when a function returns.
 */
import type { DecidedItem, DecisionEntry, DecisionReceipt } from '../../contract/calls/review.ts';
import { NightsiftError } from '../../contract/errors.ts';
import { FrameLabel } from '../../contract/words.ts';
import type { LabelEvent } from '../library/labels.ts';
import type { Library } from '../library/open-library.ts';
import type { Item } from '../library/sessions.ts';
import { undoLabels } from './label.ts';
import { judgedItem } from './scanning/opinions.ts';
import { findSession } from './sessions.ts';

export interface DecisionInput {
  readonly session: string;
  readonly id: string;
  readonly items: readonly number[];
  /** One of the family's: clean, contaminated or review for frames. Null withdraws the person's word. */
  readonly label: string | null;
  readonly by?: string | undefined;
}

/** Errors: notFound (session or frame), badInput (a skipped frame, an id ending like an undo's). */
export function decideFrames(library: Library, input: DecisionInput): DecisionReceipt {
  if (input.id.endsWith(undoEnding)) {
    throw new NightsiftError('badInput', `A decision's id cannot end in ${undoEnding}.`);
  }
  const items = itemsOf(library, input.session, input.items);
  const repeated = library.labels.batchEvents(input.id).length > 0;
  let changed = 0;
  if (!repeated) {
    library.transaction(() => {
      for (const { id: itemId, contentHash } of items) {
        const label = {
          itemId,
          contentHash,
          author: 'person' as const,
          label: input.label,
          by: input.by ?? null,
        };
        if (library.labels.standingOf(itemId).person?.label !== label.label) changed += 1;
        library.labels.add(label, input.id);
      }
    });
  }
  return { id: input.id, repeated, changed, items: items.map((item) => whatHolds(library, item)) };
}

const undoEnding = '/undo';

/** Errors: notFound. A decision that was taken back before is left so, and answered alike. */
export function undoDecision(library: Library, reference: string, id: string): DecisionReceipt {
  const session = findSession(library, reference);
  const events = library.labels.batchEvents(id);
  if (events.length === 0) {
    throw new NightsiftError('notFound', 'That decision is not in the library.', {
      hint: 'Open the session again: its history may be older than the library.',
      details: { id },
    });
  }
  const items = itemsOf(library, session.name, [...new Set(events.map(({ itemId }) => itemId))]);
  const repeated = library.labels.batchEvents(`${id}${undoEnding}`).length > 0;
  const changed = repeated ? 0 : undoLabels(library, { batch: id });
  return { id, repeated, changed, items: items.map((item) => whatHolds(library, item)) };
}

/** Decisions of persons in a session, newest first; the undoing ones are told by `undone`. Errors: notFound. */
export function decisionHistory(library: Library, reference: string, limit: number): DecisionEntry[] {
  const session = findSession(library, reference);
  const batches = new Map<string, LabelEvent[]>();
  const undone = new Set<string>();
  for (const event of library.labels.personEvents(session.id)) {
    if (event.undoesId !== null) undone.add(event.batch.slice(0, -undoEnding.length));
    else if (event.inheritedFromId === null)
      batches.set(event.batch, [...(batches.get(event.batch) ?? []), event]);
  }
  return [...batches]
    .reverse()
    .slice(0, limit)
    .map(([id, events]) => ({
      id,
      at: events[0].at,
      by: events[0].by,
      label: labelOf(events[0]),
      items: events.map(({ itemId }) => itemId),
      undone: undone.has(id),
    }));
}

function itemsOf(library: Library, reference: string, ids: readonly number[]): Item[] {
  const session = findSession(library, reference);
  return ids.map((id) => {
    const item = library.sessions.item(id);
    if (item === undefined || item.sessionId !== session.id) {
      throw new NightsiftError('notFound', `Session "${session.name}" has no frame ${id}.`, {
        details: { item: id },
      });
    }
    if (item.status === 'skipped') {
      throw new NightsiftError(
        'badInput',
        `${item.file} was left out (${item.reason ?? ''}), so it has no label.`,
        {
          details: { file: item.file },
        },
      );
    }
    return item;
  });
}

/** The decision about one item as it stands. */
function whatHolds(library: Library, item: Item): DecidedItem {
  const { decision } = judgedItem(library, item);
  return {
    item: item.id,
    label: decision?.label ?? null,
    labelledBy: decision?.labelledBy ?? null,
    score: decision?.score ?? null,
  };
}

function labelOf({ label }: LabelEvent): FrameLabel | null {
  const parsed = FrameLabel.safeParse(label);
  return parsed.success ? parsed.data : null;
}
