/**
 * Labels are events that are only ever added: who said what of which item, when, and what was held before.
 * What holds now is the newest event of each author, looked up by content so that a person's word about one
 * file never passes to other bytes under the same name.
 */
import { randomUUID } from 'node:crypto';
import type { LabelAuthor } from '../../contract/words.ts';
import type { Catalogue } from './catalogue.ts';

export interface LabelEvent {
  readonly id: number;
  readonly itemId: number;
  readonly contentHash: string | null;
  readonly author: LabelAuthor;
  /** Null when the author's opinion was withdrawn (an undo of a first label). */
  readonly label: string | null;
  readonly score: number | null;
  /** The person's name, the model version, or the taste that a prefilter's word was given with. */
  readonly by: string | null;
  readonly at: string;
  /** Events of one command share it and are undone together. */
  readonly batch: string;
  readonly previousId: number | null;
  readonly undoesId: number | null;
  readonly inheritedFromId: number | null;
  /** Why the word is another than the measured figures alone would give; null where it is not. */
  readonly reason: string | null;
}

export interface NewLabel {
  readonly itemId: number;
  readonly contentHash: string | null;
  readonly author: LabelAuthor;
  readonly label: string | null;
  readonly score?: number | null;
  readonly by?: string | null;
  readonly undoesId?: number;
  readonly inheritedFromId?: number;
  readonly reason?: string | null;
}

const columns = `id, item_id AS itemId, content_hash AS contentHash, author, label, score, said_by AS "by",
  said_at AS "at", batch, previous_id AS previousId, undoes_id AS undoesId,
  inherited_from_id AS inheritedFromId, reason`;

export interface LabelsRepository {
  /** A new batch name. */
  newBatch(): string;
  /** Adds an event. */
  add(label: NewLabel, batch: string): LabelEvent;
  /** Adds an event unless the author's standing word about that content is the same. */
  addIfNew(label: NewLabel, batch: string): boolean;
  /** Oldest first. */
  history(itemId: number): LabelEvent[];
  /** The newest event of each author for each item of a session, about the items' present content. */
  standing(sessionId: number): Map<number, Partial<Record<LabelAuthor, LabelEvent>>>;
  standingOf(itemId: number): Partial<Record<LabelAuthor, LabelEvent>>;
  /** The newest word of a person about these bytes, in any session; undefined if none or withdrawn. */
  personByContent(contentHash: string): LabelEvent | undefined;
  batchEvents(batch: string): LabelEvent[];
  /** Every word of persons about a session's items, oldest first. */
  personEvents(sessionId: number): LabelEvent[];
  /** The newest batch of a person in a session that has not been undone and is no undo. */
  lastUndoable(sessionId?: number): string | undefined;
}

const newestPerAuthor = `
  SELECT ${columns} FROM label_events WHERE id IN (
    SELECT max(event.id) FROM label_events AS event JOIN items ON items.id = event.item_id
    WHERE event.content_hash IS items.content_hash AND @filter
    GROUP BY event.item_id, event.author)`;

export function labelsRepository(catalogue: Catalogue, now: () => string): LabelsRepository {
  const standingWhere = (filter: string, id: number) => {
    const byItem = new Map<number, Partial<Record<LabelAuthor, LabelEvent>>>();
    for (const event of catalogue.all<LabelEvent>(newestPerAuthor.replace('@filter', filter), { id })) {
      byItem.set(event.itemId, { ...byItem.get(event.itemId), [event.author]: event });
    }
    return byItem;
  };
  const standingOf = (itemId: number) => standingWhere('items.id = @id', itemId).get(itemId) ?? {};
  const add = (label: NewLabel, batch: string) => addEvent(catalogue, label, batch, now());
  return {
    newBatch: () => randomUUID(),
    add,
    addIfNew(label, batch) {
      const before = standingOf(label.itemId)[label.author];
      const unchanged =
        before !== undefined &&
        before.contentHash === label.contentHash &&
        before.label === label.label &&
        before.score === (label.score ?? null) &&
        before.by === (label.by ?? null) &&
        before.reason === (label.reason ?? null);
      if (!unchanged) add(label, batch);
      return !unchanged;
    },
    history: (itemId) =>
      catalogue.all<LabelEvent>(`SELECT ${columns} FROM label_events WHERE item_id = @itemId ORDER BY id`, {
        itemId,
      }),
    standing: (sessionId) => standingWhere('items.session_id = @id', sessionId),
    standingOf,
    personByContent(contentHash) {
      const event = catalogue.get<LabelEvent>(
        `SELECT ${columns} FROM label_events WHERE content_hash = @contentHash AND author = 'person'
         ORDER BY id DESC LIMIT 1`,
        { contentHash },
      );
      return event?.label == null ? undefined : event;
    },
    batchEvents: (batch) =>
      catalogue.all<LabelEvent>(`SELECT ${columns} FROM label_events WHERE batch = @batch ORDER BY id`, {
        batch,
      }),
    personEvents: (sessionId) =>
      catalogue.all<LabelEvent>(
        `SELECT ${columns} FROM label_events WHERE author = 'person'
           AND item_id IN (SELECT id FROM items WHERE session_id = @sessionId) ORDER BY id`,
        { sessionId },
      ),
    lastUndoable: (sessionId) =>
      catalogue.get<{ batch: string }>(
        `SELECT batch FROM label_events AS event
         WHERE author = 'person' AND undoes_id IS NULL AND inherited_from_id IS NULL
           AND NOT EXISTS (SELECT 1 FROM label_events AS later WHERE later.undoes_id = event.id)
           AND (@sessionId IS NULL OR item_id IN (SELECT id FROM items WHERE session_id = @sessionId))
         ORDER BY id DESC LIMIT 1`,
        { sessionId: sessionId ?? null },
      )?.batch,
  };
}

function addEvent(catalogue: Catalogue, label: NewLabel, batch: string, at: string): LabelEvent {
  return catalogue.transaction(() => {
    const { rowId } = catalogue.run(
      `INSERT INTO label_events (item_id, content_hash, author, label, score, said_by, said_at, batch,
         previous_id, undoes_id, inherited_from_id, reason)
       VALUES (@itemId, @contentHash, @author, @label, @score, @by, @at, @batch,
         (SELECT max(id) FROM label_events WHERE item_id = @itemId AND author = @author),
         @undoesId, @inheritedFromId, @reason)`,
      {
        itemId: label.itemId,
        contentHash: label.contentHash,
        author: label.author,
        label: label.label,
        score: label.score ?? null,
        by: label.by ?? null,
        at,
        batch,
        undoesId: label.undoesId ?? null,
        inheritedFromId: label.inheritedFromId ?? null,
        reason: label.reason ?? null,
      },
    );
    return catalogue.get<LabelEvent>(`SELECT ${columns} FROM label_events WHERE id = @id`, { id: rowId })!;
  });
}
