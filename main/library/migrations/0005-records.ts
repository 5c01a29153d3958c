/**
 * Sources of the families whose files hold many items, and where each item stands in its source. The word for the
 * family is checked by the code, which knows the families there are; a new one needs no new schema.
 */
export const recordsMigration = `
DROP INDEX sessions_by_root;
ALTER TABLE sessions ADD COLUMN kind TEXT NOT NULL DEFAULT 'frames';
UPDATE sessions SET kind = family;
ALTER TABLE sessions DROP COLUMN family;
ALTER TABLE sessions RENAME COLUMN kind TO family;
CREATE INDEX sessions_by_root ON sessions (family, root);

CREATE TABLE sources (
  id INTEGER PRIMARY KEY,
  session_id INTEGER NOT NULL REFERENCES sessions (id),
  file TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('ok', 'failed')),
  content_hash TEXT,
  byte_length INTEGER,
  modified_nanoseconds TEXT,
  inode TEXT,
  code_version TEXT NOT NULL,
  record_blob TEXT,
  error_code TEXT,
  error_message TEXT,
  problems TEXT NOT NULL CHECK (json_valid(problems)),
  quality TEXT NOT NULL CHECK (json_valid(quality)),
  read_at TEXT NOT NULL,
  present INTEGER NOT NULL DEFAULT 1 CHECK (present IN (0, 1)),
  UNIQUE (session_id, file)
) STRICT;

CREATE TABLE source_items (
  item_id INTEGER PRIMARY KEY REFERENCES items (id),
  source_id INTEGER NOT NULL REFERENCES sources (id),
  ordinal INTEGER NOT NULL
) STRICT;
CREATE INDEX source_items_by_source ON source_items (source_id, ordinal);
`;
