/** Immutable data set versions, prepared tensors, calibrated thresholds. */
export const dataSetsMigration = `
CREATE TABLE datasets (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  family TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE dataset_versions (
  id INTEGER PRIMARY KEY,
  dataset_id INTEGER NOT NULL REFERENCES datasets (id),
  version INTEGER NOT NULL,
  hash TEXT NOT NULL,
  metadata TEXT NOT NULL CHECK (json_valid(metadata)),
  created_at TEXT NOT NULL,
  UNIQUE (dataset_id, version),
  UNIQUE (dataset_id, hash)
) STRICT;

CREATE TABLE dataset_items (
  version_id INTEGER NOT NULL REFERENCES dataset_versions (id),
  ordinal INTEGER NOT NULL,
  item_id INTEGER REFERENCES items (id),
  content_hash TEXT NOT NULL,
  session TEXT NOT NULL,
  root TEXT NOT NULL,
  file TEXT NOT NULL,
  label TEXT NOT NULL,
  labelled_by TEXT NOT NULL,
  said_by TEXT,
  split TEXT NOT NULL CHECK (split IN ('train', 'validation', 'test', 'review', 'gap')),
  split_group TEXT NOT NULL,
  record_blob TEXT NOT NULL,
  features BLOB NOT NULL,
  PRIMARY KEY (version_id, ordinal),
  UNIQUE (version_id, content_hash)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER dataset_versions_never_change BEFORE UPDATE ON dataset_versions
BEGIN SELECT RAISE(ABORT, 'data set versions are immutable'); END;
CREATE TRIGGER dataset_items_never_change BEFORE UPDATE ON dataset_items
BEGIN SELECT RAISE(ABORT, 'data set versions are immutable'); END;
CREATE TRIGGER dataset_versions_never_vanish BEFORE DELETE ON dataset_versions
BEGIN SELECT RAISE(ABORT, 'data set versions are immutable'); END;
CREATE TRIGGER dataset_items_never_vanish BEFORE DELETE ON dataset_items
BEGIN SELECT RAISE(ABORT, 'data set versions are immutable'); END;

-- a cache: rows and their blobs may be dropped at any time
CREATE TABLE prepared_tensors (
  dataset_hash TEXT NOT NULL,
  recipe TEXT NOT NULL,
  blob TEXT NOT NULL,
  prepared_at TEXT NOT NULL,
  PRIMARY KEY (dataset_hash, recipe)
) STRICT, WITHOUT ROWID;

CREATE TABLE calibrations (
  id INTEGER PRIMARY KEY,
  family TEXT NOT NULL,
  policy TEXT NOT NULL,
  clean REAL NOT NULL CHECK (clean BETWEEN 0 AND 1),
  contaminated REAL NOT NULL CHECK (contaminated BETWEEN 0 AND 1),
  basis TEXT NOT NULL CHECK (json_valid(basis)),
  calibrated_at TEXT NOT NULL
) STRICT;
`;
