/** What a person set, and blind second answers, which change no label. */
export const workbenchMigration = `
CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL CHECK (json_valid(value)),
  set_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- append-only, like label_events; the id is the client's
CREATE TABLE second_answers (
  id TEXT PRIMARY KEY,
  item_id INTEGER NOT NULL REFERENCES items (id),
  content_hash TEXT,
  label TEXT NOT NULL,
  said_by TEXT,
  said_at TEXT NOT NULL
) STRICT;
CREATE INDEX second_answers_by_item ON second_answers (item_id, said_at);
CREATE TRIGGER second_answers_never_change BEFORE UPDATE ON second_answers
BEGIN SELECT RAISE(ABORT, 'second answers are append-only'); END;
CREATE TRIGGER second_answers_never_vanish BEFORE DELETE ON second_answers
BEGIN SELECT RAISE(ABORT, 'second answers are append-only'); END;
`;
