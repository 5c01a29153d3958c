/** Brings a database to the current schema. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { NightsiftError } from '../../contract/errors.ts';
import type { Catalogue } from './catalogue.ts';
import { migrations } from './migrations/index.ts';
import { storing } from './storage-errors.ts';
import { syncDirectory, temporaryNameBeside } from './whole-files.ts';

/** The version of a library written by this code. */
export const currentSchemaVersion = migrations.length;

export function schemaVersion(catalogue: Catalogue): number {
  const row = catalogue.get<{ version: number }>('SELECT user_version AS version FROM pragma_user_version');
  return row?.version ?? 0;
}

/**
 * Applies the missing steps, each in one transaction. A database with content is copied to
 * `backupDirectory` first. Errors: libraryTooNew, diskFull, libraryDamaged.
 */
export function migrate(
  catalogue: Catalogue,
  backupDirectory: string,
  steps: readonly string[] = migrations,
): void {
  const from = schemaVersion(catalogue);
  if (from > steps.length) {
    throw new NightsiftError(
      'libraryTooNew',
      `The library ${catalogue.path} has schema ${from}; this Nightsift knows up to ${steps.length}.`,
      {
        hint: 'Use the newer Nightsift that wrote it, or another library with --library.',
        details: { found: from, known: steps.length },
      },
    );
  }
  if (from === steps.length) return;
  if (from > 0) backUp(catalogue, join(backupDirectory, `library-schema-${from}.db`));
  for (let version = from; version < steps.length; version += 1) {
    catalogue.transaction(() => {
      catalogue.execute(steps[version]);
      catalogue.pragma(`user_version = ${version + 1}`);
    });
  }
}

/** A compact copy of the database, whole or absent. An older copy of the same schema is replaced. */
export function backUp(catalogue: Catalogue, target: string): void {
  storing(target, () => {
    const directory = join(target, '..');
    mkdirSync(directory, { recursive: true });
    const temporary = temporaryNameBeside(target);
    try {
      catalogue.run('VACUUM INTO @target', { target: temporary });
      renameSync(temporary, target);
    } finally {
      if (existsSync(temporary)) rmSync(temporary);
    }
    syncDirectory(directory);
  });
}
