import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { openCatalogue } from '../../main/library/catalogue.ts';
import { currentSchemaVersion, migrate, schemaVersion } from '../../main/library/migrate.ts';
import { migrations } from '../../main/library/migrations/index.ts';
import { openLibrary } from '../../main/library/open-library.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A library as version `version` left it, with a label in it. */
function olderLibrary(version: number): string {
  const directory = temporaryFolder();
  const catalogue = openCatalogue(join(directory, 'library.db'));
  migrate(catalogue, join(directory, 'backups'), migrations.slice(0, version));
  if (version > 0) {
    catalogue.execute(`
      INSERT INTO sessions (id, name, family, root, policy, created_at) VALUES (1, 'old', 'frames', '/old', 'strict', 't');
      INSERT INTO items (id, session_id, file, status, content_hash) VALUES (1, 1, 'a.fits', 'ok', 'h');
      INSERT INTO label_events (item_id, content_hash, author, label, said_at, batch) VALUES (1, 'h', 'person', 'clean', 't', 'b');`);
  }
  catalogue.close();
  return directory;
}

describe('migrations', () => {
  it.each(Array.from({ length: currentSchemaVersion + 1 }, (_, version) => version))(
    'bring a library of version %d up to date with all it holds, a copy made before',
    (version) => {
      const directory = olderLibrary(version);
      const library = openLibrary(directory);
      expect(library.checkDatabase()).toEqual([]);
      if (version > 0) {
        expect(library.sessions.list()).toMatchObject([{ name: 'old' }]);
        expect(library.labels.history(1)).toMatchObject([{ label: 'clean', author: 'person' }]);
      }
      // every group of tables works
      library.datasets.list();
      library.models.list();
      library.operations.list();
      library.jobs.list();
      library.close();
      const isUpgraded = version > 0 && version < currentSchemaVersion;
      const backups = existsSync(join(directory, 'backups')) ? readdirSync(join(directory, 'backups')) : [];
      expect(backups).toEqual(isUpgraded ? [`library-schema-${version}.db`] : []);
      if (isUpgraded) {
        const backup = new Database(join(directory, 'backups', backups[0]), { readonly: true });
        expect(backup.pragma('user_version', { simple: true })).toBe(version);
        expect(backup.prepare('SELECT count(*) AS count FROM label_events').get()).toEqual({ count: 1 });
        backup.close();
      }
    },
  );

  it('refuse a library of a newer Nightsift and leave it as it is', () => {
    const directory = temporaryFolder();
    openLibrary(directory).close();
    const path = join(directory, 'library.db');
    const database = new Database(path);
    database.pragma(`user_version = ${currentSchemaVersion + 1}`);
    database.close();
    expect(() => openLibrary(directory)).toThrow(expect.objectContaining({ code: 'libraryTooNew' }));
    const again = new Database(path, { readonly: true });
    expect(again.pragma('user_version', { simple: true })).toBe(currentSchemaVersion + 1);
    again.close();
  });

  it('that fail half way change nothing', () => {
    const directory = olderLibrary(1);
    const catalogue = openCatalogue(join(directory, 'library.db'));
    const broken = [
      migrations[0],
      'CREATE TABLE fresh (id INTEGER PRIMARY KEY) STRICT; INSERT INTO nowhere VALUES (1);',
    ];
    expect(() => migrate(catalogue, join(directory, 'backups'), broken)).toThrow(/nowhere/);
    expect(schemaVersion(catalogue)).toBe(1);
    expect(catalogue.get("SELECT 1 FROM sqlite_schema WHERE name = 'fresh'")).toBeUndefined();
    catalogue.close();
  });
});
