/** Blind second answers: given without seeing the first, kept beside the labels. */
import type { Catalogue } from './catalogue.ts';

export interface SecondAnswer {
  /** The client's. */
  readonly id: string;
  readonly itemId: number;
  readonly contentHash: string | null;
  readonly label: string;
  readonly by: string | null;
}

export interface SecondAnswersRepository {
  /** False when an answer of this id is there already. */
  add(answer: SecondAnswer): boolean;
  /** The newest answer for each item of a session, about its present content. */
  newest(sessionId: number): Map<number, SecondAnswer>;
}

export function secondAnswersRepository(catalogue: Catalogue, now: () => string): SecondAnswersRepository {
  return {
    add: (answer) =>
      catalogue.run(
        `INSERT INTO second_answers (id, item_id, content_hash, label, said_by, said_at)
         VALUES (@id, @itemId, @contentHash, @label, @by, @at) ON CONFLICT (id) DO NOTHING`,
        { ...answer, at: now() },
      ).changes > 0,
    newest(sessionId) {
      const rows = catalogue.all<SecondAnswer>(
        `SELECT answer.id, item_id AS itemId, answer.content_hash AS contentHash, label, said_by AS "by"
         FROM second_answers AS answer JOIN items ON items.id = answer.item_id
         WHERE items.session_id = @sessionId AND answer.content_hash IS items.content_hash
         ORDER BY answer.said_at, answer.rowid`,
        { sessionId },
      );
      return new Map(rows.map((row) => [row.itemId, row]));
    },
  };
}
