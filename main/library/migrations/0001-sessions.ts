/** Sessions, their items, what was measured, judged and said of them. */
export const sessionsMigration = `
CREATE TABLE sessions (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  family TEXT NOT NULL CHECK (family IN ('frames', 'spectra', 'telemetry', 'columns')),
  root TEXT NOT NULL,
  policy TEXT NOT NULL CHECK (policy IN ('strict', 'stacking')),
  created_at TEXT NOT NULL,
  scanned_at TEXT
) STRICT;
CREATE INDEX sessions_by_root ON sessions (family, root);

CREATE TABLE items (
  id INTEGER PRIMARY KEY,
  session_id INTEGER NOT NULL REFERENCES sessions (id),
  file TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('ok', 'failed', 'skipped')),
  content_hash TEXT,
  byte_length INTEGER,
  modified_nanoseconds TEXT,
  inode TEXT,
  error_code TEXT,
  error_message TEXT,
  reason TEXT,
  present INTEGER NOT NULL DEFAULT 1 CHECK (present IN (0, 1)),
  UNIQUE (session_id, file)
) STRICT;
CREATE INDEX items_by_content ON items (content_hash);

-- by content, so that a moved or copied night is not measured again
CREATE TABLE measurements (
  content_hash TEXT NOT NULL,
  code_version TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('ok', 'failed', 'skipped')),
  byte_length INTEGER NOT NULL,
  width INTEGER,
  height INTEGER,
  header TEXT CHECK (header IS NULL OR json_valid(header)),
  record_blob TEXT,
  error_code TEXT,
  error_message TEXT,
  reason TEXT,
  measured_at TEXT NOT NULL,
  PRIMARY KEY (content_hash, code_version)
) STRICT, WITHOUT ROWID;
CREATE INDEX measurements_by_length ON measurements (code_version, byte_length);

CREATE TABLE judgements (
  item_id INTEGER PRIMARY KEY REFERENCES items (id),
  content_hash TEXT,
  code_version TEXT NOT NULL,
  policy TEXT NOT NULL,
  score REAL NOT NULL CHECK (score BETWEEN 0 AND 1),
  measurements TEXT CHECK (measurements IS NULL OR json_valid(measurements)),
  features BLOB,
  judged_at TEXT NOT NULL
) STRICT;

CREATE TABLE findings (
  item_id INTEGER NOT NULL REFERENCES items (id),
  ordinal INTEGER NOT NULL,
  code TEXT NOT NULL,
  severity REAL NOT NULL,
  confidence REAL NOT NULL,
  sentence TEXT NOT NULL,
  evidence TEXT NOT NULL CHECK (json_valid(evidence)),
  cause TEXT,
  PRIMARY KEY (item_id, ordinal)
) STRICT, WITHOUT ROWID;

-- append-only: what each judge said, when; a null label withdraws
CREATE TABLE label_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  item_id INTEGER NOT NULL REFERENCES items (id),
  content_hash TEXT,
  author TEXT NOT NULL CHECK (author IN ('prefilter', 'model', 'person')),
  label TEXT,
  score REAL,
  said_by TEXT,
  said_at TEXT NOT NULL,
  batch TEXT NOT NULL,
  previous_id INTEGER REFERENCES label_events (id),
  undoes_id INTEGER REFERENCES label_events (id),
  inherited_from_id INTEGER REFERENCES label_events (id)
) STRICT;
CREATE INDEX label_events_by_item ON label_events (item_id, author, id);
CREATE INDEX label_events_by_batch ON label_events (batch);
CREATE INDEX label_events_by_content ON label_events (content_hash) WHERE author = 'person';
CREATE TRIGGER label_events_never_change BEFORE UPDATE ON label_events
BEGIN SELECT RAISE(ABORT, 'label events are append-only'); END;
CREATE TRIGGER label_events_never_vanish BEFORE DELETE ON label_events
BEGIN SELECT RAISE(ABORT, 'label events are append-only'); END;
`;
