/** Tastes of observers, which of them is in force for a camera, and why a judge's word differs for it. */
export const tastesMigration = `
CREATE TABLE tastes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  family TEXT NOT NULL,
  cameras TEXT NOT NULL CHECK (json_valid(cameras)),
  code_version TEXT NOT NULL,
  persons TEXT NOT NULL CHECK (json_valid(persons)),
  reviews INTEGER NOT NULL,
  learned_from TEXT NOT NULL,
  posterior TEXT NOT NULL CHECK (json_valid(posterior)),
  created_at TEXT NOT NULL
) STRICT;
CREATE TRIGGER tastes_never_change BEFORE UPDATE ON tastes
BEGIN SELECT RAISE(ABORT, 'a taste once learned stays so'); END;
CREATE TRIGGER tastes_never_vanish BEFORE DELETE ON tastes
BEGIN SELECT RAISE(ABORT, 'a taste once learned stays'); END;

-- append-only: from then on that taste is in force for the camera, or none where it is null; '' is a camera without a name
CREATE TABLE taste_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  family TEXT NOT NULL,
  camera TEXT NOT NULL,
  taste_id INTEGER REFERENCES tastes (id),
  happened_at TEXT NOT NULL
) STRICT;
CREATE INDEX taste_events_by_camera ON taste_events (family, camera, id);
CREATE TRIGGER taste_events_never_change BEFORE UPDATE ON taste_events
BEGIN SELECT RAISE(ABORT, 'taste events are append-only'); END;
CREATE TRIGGER taste_events_never_vanish BEFORE DELETE ON taste_events
BEGIN SELECT RAISE(ABORT, 'taste events are append-only'); END;

ALTER TABLE label_events ADD COLUMN reason TEXT;
`;
