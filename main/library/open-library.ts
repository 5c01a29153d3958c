/** Opens a library: lock, database, migrations, blobs, and one repository for each group of tables. */
import { join } from 'node:path';
import { NightsiftError } from '../../contract/errors.ts';
import { type BlobStore, openBlobStore } from './blobs.ts';
import { type CalibrationsRepository, calibrationsRepository } from './calibrations.ts';
import { type Catalogue, openCatalogue, openCatalogueToLook } from './catalogue.ts';
import { type DatasetsRepository, datasetsRepository } from './datasets.ts';
import { type Job, type JobsRepository, jobsRepository } from './jobs.ts';
import { type LabelsRepository, labelsRepository } from './labels.ts';
import { acquireLock, busyLibrary, type LibraryLock } from './lock.ts';
import { type MeasurementsRepository, measurementsRepository } from './measurements.ts';
import { currentSchemaVersion, migrate, schemaVersion } from './migrate.ts';
import { type ModelsRepository, modelsRepository } from './models.ts';
import { type OperationsRepository, operationsRepository } from './operations.ts';
import { type RunsRepository, runsRepository } from './runs.ts';
import { type SecondAnswersRepository, secondAnswersRepository } from './second-answers.ts';
import { type SessionsRepository, sessionsRepository } from './sessions.ts';
import { type SettingsRepository, settingsRepository } from './settings.ts';
import { type SourcesRepository, sourcesRepository } from './sources.ts';
import { storing } from './storage-errors.ts';
import { type StudiesRepository, studiesRepository } from './studies.ts';
import { type TastesRepository, tastesRepository } from './tastes.ts';
import { makeFolder } from './whole-files.ts';

/** What the library takes from the machine; tests pass their own. */
export interface LibraryPorts {
  readonly clock?: () => Date;
  /** How long to wait for another process to give the library back. */
  readonly lockWaitMilliseconds?: number;
}

/** What was found and put right while opening. */
export interface StartReport {
  readonly afterUncleanExit: boolean;
  readonly sweptFiles: number;
  readonly interruptedRuns: number;
  readonly interruptedStudies: readonly string[];
  readonly interruptedJobs: readonly Job[];
}

export interface Library {
  readonly directory: string;
  readonly startReport: StartReport;
  readonly blobs: BlobStore;
  readonly sessions: SessionsRepository;
  readonly sources: SourcesRepository;
  readonly measurements: MeasurementsRepository;
  readonly labels: LabelsRepository;
  readonly calibrations: CalibrationsRepository;
  readonly tastes: TastesRepository;
  readonly datasets: DatasetsRepository;
  readonly runs: RunsRepository;
  readonly studies: StudiesRepository;
  readonly models: ModelsRepository;
  readonly operations: OperationsRepository;
  readonly jobs: JobsRepository;
  readonly secondAnswers: SecondAnswersRepository;
  readonly settings: SettingsRepository;
  /** For doctor: what SQLite says of the database, empty when all is well. */
  checkDatabase(): string[];
  /** For doctor: every blob that a row names. */
  referencedBlobs(): Set<string>;
  /** All of `work` or nothing; durable when it returns. */
  transaction<T>(work: () => T): T;
  /** For what writes files rather than rows. Errors: libraryBusy in a library that was opened to look only. */
  mustBeWritable(): void;
  /** Current time as it is written into rows. */
  now(): string;
  close(): void;
}

/** SQLite's binary is built for this Node; an older one ends without a word when it is loaded. */
const oldestNode = 22;

/** Errors: unsupported. */
export function refuseOldNode(version: string): void {
  if (Number.parseInt(version, 10) >= oldestNode) return;
  throw new NightsiftError(
    'unsupported',
    `A library needs Node ${oldestNode} or newer; this is Node ${version}.`,
    {
      hint: 'Start the script with "npx node SCRIPT": the package brings Node 24.',
    },
  );
}

const defaultLockWaitMilliseconds = 2000;

/**
 * Opens the library in `directory`, making it if need be. Synchronous: it may wait for the lock.
 * Errors: libraryBusy, libraryTooNew, libraryDamaged, cannotOpen, diskFull, unsupported on a Node before 22.
 */
export function openLibrary(directory: string, ports: LibraryPorts = {}): Library {
  refuseOldNode(process.versions.node);
  storing(directory, () => makeFolder(directory));
  const lock = acquireLock(directory, ports.lockWaitMilliseconds ?? defaultLockWaitMilliseconds);
  let catalogue: Catalogue | undefined;
  try {
    catalogue = openCatalogue(join(directory, 'library.db'));
    migrate(catalogue, join(directory, 'backups'));
    if (lock.afterUncleanExit) refuseDamaged(catalogue);
    return assemble(directory, catalogue, lock, ports.clock ?? (() => new Date()));
  } catch (error) {
    catalogue?.close();
    lock.release();
    throw error;
  }
}

/**
 * Opens a library that another process has, to look only: nothing is put right, and every call that would write
 * throws libraryBusy. Errors: libraryBusy where it cannot be read beside its writer, libraryDamaged, cannotOpen.
 */
export function openLibraryToLook(directory: string, ports: LibraryPorts = {}): Library {
  const refuse = () => busyLibrary(directory);
  const catalogue = openCatalogueToLook(join(directory, 'library.db'), refuse);
  try {
    if (schemaVersion(catalogue) !== currentSchemaVersion) throw refuse();
    return assemble(directory, catalogue, null, ports.clock ?? (() => new Date()));
  } catch (error) {
    catalogue.close();
    throw error;
  }
}

/** Without a lock nothing is put right on opening. */
function assemble(
  directory: string,
  catalogue: Catalogue,
  lock: LibraryLock | null,
  clock: () => Date,
): Library {
  const now = () => clock().toISOString();
  const blobs = openBlobStore(join(directory, 'blobs'));
  const runs = runsRepository(catalogue, now);
  const studies = studiesRepository(catalogue, now);
  const jobs = jobsRepository(catalogue, now);
  return {
    directory,
    startReport: {
      afterUncleanExit: lock?.afterUncleanExit ?? false,
      sweptFiles: lock === null ? 0 : blobs.sweep(),
      interruptedRuns: lock === null ? 0 : runs.markInterrupted(),
      interruptedStudies: lock === null ? [] : studies.markInterrupted(),
      interruptedJobs: lock === null ? [] : jobs.markInterrupted(),
    },
    blobs,
    sessions: sessionsRepository(catalogue, now),
    sources: sourcesRepository(catalogue, now),
    measurements: measurementsRepository(catalogue, now),
    labels: labelsRepository(catalogue, now),
    calibrations: calibrationsRepository(catalogue, now),
    tastes: tastesRepository(catalogue, now),
    datasets: datasetsRepository(catalogue, now),
    runs,
    studies,
    models: modelsRepository(catalogue, now),
    operations: operationsRepository(catalogue, now),
    jobs,
    secondAnswers: secondAnswersRepository(catalogue, now),
    settings: settingsRepository(catalogue, now),
    checkDatabase: () => checkDatabase(catalogue),
    referencedBlobs: () => referencedBlobs(catalogue),
    transaction: (work) => catalogue.transaction(work),
    mustBeWritable() {
      if (lock === null) throw busyLibrary(directory);
    },
    now,
    close() {
      catalogue.close();
      lock?.release();
    },
  };
}

function refuseDamaged(catalogue: Catalogue): void {
  const rows = catalogue.all<{ quick_check: string }>('PRAGMA quick_check(5)');
  const complaints = rows.map((row) => row.quick_check).filter((text) => text !== 'ok');
  if (complaints.length === 0) return;
  throw new NightsiftError('libraryDamaged', `The library database ${catalogue.path} is damaged.`, {
    hint: 'Copies made before upgrades are in its backups folder.',
    details: { complaints },
  });
}

function checkDatabase(catalogue: Catalogue): string[] {
  const integrity = catalogue
    .all<{ integrity_check: string }>('PRAGMA integrity_check(20)')
    .map((row) => row.integrity_check)
    .filter((text) => text !== 'ok');
  const orphans = catalogue
    .all<{ table: string; parent: string }>('PRAGMA foreign_key_check')
    .map((row) => `a row of ${row.table} names a missing row of ${row.parent}`);
  return [...integrity, ...orphans];
}

function referencedBlobs(catalogue: Catalogue): Set<string> {
  const rows = catalogue.all<{ hash: string | null }>(`
    SELECT record_blob AS hash FROM measurements UNION SELECT record_blob FROM sources UNION SELECT record_blob FROM dataset_items
    UNION SELECT blob FROM prepared_tensors UNION SELECT blob FROM checkpoints UNION SELECT blob FROM artefacts
    UNION SELECT onnx_blob FROM model_versions UNION SELECT safetensors_blob FROM model_versions`);
  return new Set(rows.map((row) => row.hash).filter((hash) => hash !== null));
}
