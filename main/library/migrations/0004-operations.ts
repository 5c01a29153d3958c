/** The journal of file operations, and long work. */
export const operationsMigration = `
CREATE TABLE operations (
  id TEXT PRIMARY KEY,
  action TEXT NOT NULL CHECK (action IN ('copy', 'symlink', 'move')),
  session_id INTEGER REFERENCES sessions (id),
  destination TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('planned', 'running', 'done', 'undoing', 'undone')),
  planned_at TEXT NOT NULL,
  ended_at TEXT
) STRICT;

CREATE TABLE operation_files (
  operation_id TEXT NOT NULL REFERENCES operations (id),
  ordinal INTEGER NOT NULL,
  source TEXT NOT NULL,
  target TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('frame', 'sidecar')),
  content_hash TEXT,
  byte_length INTEGER,
  status TEXT NOT NULL CHECK (status IN ('planned', 'started', 'done', 'refused', 'undoing', 'undone')),
  message TEXT,
  PRIMARY KEY (operation_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE INDEX operation_files_by_content ON operation_files (content_hash);

CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed', 'cancelled', 'interrupted')),
  input TEXT NOT NULL CHECK (json_valid(input)),
  progress TEXT CHECK (progress IS NULL OR json_valid(progress)),
  result TEXT CHECK (result IS NULL OR json_valid(result)),
  error_code TEXT,
  error_message TEXT,
  created_at TEXT NOT NULL,
  started_at TEXT,
  ended_at TEXT
) STRICT;
CREATE INDEX jobs_by_status ON jobs (status);
`;
