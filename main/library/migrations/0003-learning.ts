/** Runs with their parameters, metrics and checkpoints; models, versions, stages, lineage. */
export const learningMigration = `
CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('train', 'tune', 'evaluate')),
  experiment TEXT NOT NULL,
  name TEXT,
  family TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('running', 'finished', 'failed', 'cancelled', 'interrupted')),
  dataset_version_id INTEGER REFERENCES dataset_versions (id),
  seed INTEGER,
  started_at TEXT NOT NULL,
  ended_at TEXT,
  error_code TEXT,
  error_message TEXT,
  summary TEXT CHECK (summary IS NULL OR json_valid(summary))
) STRICT;

CREATE TABLE run_parameters (
  run_id TEXT NOT NULL REFERENCES runs (id),
  name TEXT NOT NULL,
  value TEXT NOT NULL CHECK (json_valid(value)),
  PRIMARY KEY (run_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE metric_points (
  run_id TEXT NOT NULL REFERENCES runs (id),
  name TEXT NOT NULL,
  step INTEGER NOT NULL,
  value REAL,
  measured_at TEXT NOT NULL,
  PRIMARY KEY (run_id, name, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoints (
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL REFERENCES runs (id),
  step INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('last', 'best')),
  blob TEXT NOT NULL,
  state TEXT NOT NULL CHECK (json_valid(state)),
  saved_at TEXT NOT NULL
) STRICT;
CREATE INDEX checkpoints_by_run ON checkpoints (run_id, id);

CREATE TABLE artefacts (
  run_id TEXT NOT NULL REFERENCES runs (id),
  name TEXT NOT NULL,
  blob TEXT NOT NULL,
  byte_length INTEGER NOT NULL,
  saved_at TEXT NOT NULL,
  PRIMARY KEY (run_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE models (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  family TEXT NOT NULL,
  task TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE model_versions (
  id INTEGER PRIMARY KEY,
  model_id INTEGER NOT NULL REFERENCES models (id),
  version INTEGER NOT NULL,
  run_id TEXT REFERENCES runs (id),
  dataset_version_id INTEGER REFERENCES dataset_versions (id),
  onnx_blob TEXT NOT NULL,
  safetensors_blob TEXT,
  metadata TEXT NOT NULL CHECK (json_valid(metadata)),
  metrics TEXT NOT NULL CHECK (json_valid(metrics)),
  created_at TEXT NOT NULL,
  UNIQUE (model_id, version)
) STRICT;
CREATE TRIGGER model_versions_never_change BEFORE UPDATE ON model_versions
BEGIN SELECT RAISE(ABORT, 'model versions are immutable'); END;

-- append-only: the newest row of a version is its stage
CREATE TABLE stage_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  model_version_id INTEGER NOT NULL REFERENCES model_versions (id),
  stage TEXT NOT NULL CHECK (stage IN ('none', 'staging', 'production', 'archived')),
  previous TEXT NOT NULL,
  reason TEXT,
  set_by TEXT,
  set_at TEXT NOT NULL
) STRICT;
CREATE INDEX stage_events_by_version ON stage_events (model_version_id, id);
CREATE TRIGGER stage_events_never_change BEFORE UPDATE ON stage_events
BEGIN SELECT RAISE(ABORT, 'stage history is append-only'); END;
CREATE TRIGGER stage_events_never_vanish BEFORE DELETE ON stage_events
BEGIN SELECT RAISE(ABORT, 'stage history is append-only'); END;

CREATE TABLE lineage (
  child_kind TEXT NOT NULL,
  child_id TEXT NOT NULL,
  relation TEXT NOT NULL,
  parent_kind TEXT NOT NULL,
  parent_id TEXT NOT NULL,
  noted_at TEXT NOT NULL,
  PRIMARY KEY (child_kind, child_id, relation, parent_kind, parent_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX lineage_by_parent ON lineage (parent_kind, parent_id);
`;
