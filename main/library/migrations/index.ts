/** Every step of the schema, in order. A released step is never edited: a new one is added. */
import { sessionsMigration } from './0001-sessions.ts';
import { dataSetsMigration } from './0002-data-sets.ts';
import { learningMigration } from './0003-learning.ts';
import { operationsMigration } from './0004-operations.ts';
import { recordsMigration } from './0005-records.ts';
import { workbenchMigration } from './0006-workbench.ts';
import { policyChangesMigration } from './0007-policy-changes.ts';
import { studiesMigration } from './0008-studies.ts';
import { tastesMigration } from './0009-tastes.ts';

/** `migrations[n]` takes a database from version n to n + 1. */
export const migrations: readonly string[] = [
  sessionsMigration,
  dataSetsMigration,
  learningMigration,
  operationsMigration,
  recordsMigration,
  workbenchMigration,
  policyChangesMigration,
  studiesMigration,
  tastesMigration,
];
