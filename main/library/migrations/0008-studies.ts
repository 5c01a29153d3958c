/** Studies with their trials, and what each trial was judged on at each share of the resource. */
export const studiesMigration = `
CREATE TABLE studies (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  family TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('running', 'finished', 'failed', 'cancelled', 'interrupted')),
  dataset_version_id INTEGER NOT NULL REFERENCES dataset_versions (id),
  definition TEXT NOT NULL CHECK (json_valid(definition)),
  run_id TEXT REFERENCES runs (id),
  started_at TEXT NOT NULL,
  ended_at TEXT,
  error_code TEXT,
  error_message TEXT
) STRICT;

CREATE TABLE trials (
  study_id TEXT NOT NULL REFERENCES studies (id),
  number INTEGER NOT NULL,
  settings TEXT NOT NULL CHECK (json_valid(settings)),
  PRIMARY KEY (study_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE trial_scores (
  study_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  share REAL NOT NULL CHECK (share > 0 AND share <= 1),
  figures TEXT NOT NULL CHECK (json_valid(figures)),
  deviations TEXT NOT NULL CHECK (json_valid(deviations)),
  error TEXT,
  seconds REAL NOT NULL,
  measured_at TEXT NOT NULL,
  PRIMARY KEY (study_id, number, share),
  FOREIGN KEY (study_id, number) REFERENCES trials (study_id, number)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER trial_scores_never_change BEFORE UPDATE ON trial_scores
BEGIN SELECT RAISE(ABORT, 'a trial once judged stays so'); END;
`;
