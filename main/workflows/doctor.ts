/** The library's health: the database, its blobs, half-done operations, the disk, the machine. */
import { statfsSync } from 'node:fs';
import { availableParallelism, freemem, totalmem } from 'node:os';
import type { DoctorFinding, DoctorOutcome } from '../../contract/calls/house.ts';
import { NightsiftError } from '../../contract/errors.ts';
import type { Library } from '../library/open-library.ts';
import type { WorkOptions } from './progress.ts';

/** What another part adds: the learning engine's versions, say. */
export type DoctorCheck = () => DoctorFinding | Promise<DoctorFinding>;

/** Below this the library may fail to commit. */
const leastFreeBytes = 64 * 1024 * 1024;
const comfortableFreeBytes = 1024 * 1024 * 1024;

/** Looks at everything, changes nothing. `checks` are run after the library's own. Errors: cancelled. */
export async function doctor(
  library: Library,
  checks: readonly DoctorCheck[] = [],
  { signal, onProgress }: WorkOptions = {},
): Promise<DoctorOutcome> {
  const steps: DoctorCheck[] = [
    () => databaseCheck(library),
    () => blobCheck(library),
    () => operationCheck(library),
    () => spaceCheck(library),
    machineCheck,
    ...checks,
  ];
  const findings: DoctorFinding[] = [];
  for (const check of steps) {
    if (signal?.aborted) throw new NightsiftError('cancelled', 'The examination was cancelled.');
    onProgress?.({ phase: 'examining', done: findings.length, total: steps.length });
    findings.push(await check());
    await new Promise((proceed) => setImmediate(proceed));
  }
  return { healthy: findings.every((finding) => finding.ok), findings };
}

function databaseCheck(library: Library): DoctorFinding {
  const complaints = library.checkDatabase();
  if (complaints.length === 0) {
    return { check: 'database', ok: true, sentence: `The database of ${library.directory} is sound.` };
  }
  return {
    check: 'database',
    ok: false,
    sentence: `The database is damaged: ${complaints.slice(0, 3).join('; ')}.`,
    hint: `Copies made before upgrades are in ${library.directory}/backups; the disk may be failing.`,
  };
}

/** Every row's file is there with its content, and every file has a row. */
function blobCheck(library: Library): DoctorFinding {
  const referenced = library.referencedBlobs();
  const missing: string[] = [];
  const damaged: string[] = [];
  for (const hash of referenced) {
    try {
      library.blobs.get(hash);
    } catch (error) {
      const isMissing = error instanceof NightsiftError && error.code === 'notFound';
      (isMissing ? missing : damaged).push(hash);
    }
  }
  const unused = library.blobs.list().filter(({ hash }) => !referenced.has(hash));
  const unusedMebibytes = unused.reduce((sum, { byteLength }) => sum + byteLength, 0) / 2 ** 20;
  if (missing.length + damaged.length === 0) {
    return {
      check: 'files',
      ok: true,
      sentence: `${referenced.size} stored files have their content; ${unused.length} (${unusedMebibytes.toFixed(1)} MiB) are not in use.`,
    };
  }
  return {
    check: 'files',
    ok: false,
    sentence: `Of ${referenced.size} stored files ${missing.length} are missing and ${damaged.length} damaged.`,
    hint: 'Scan the nights again to restore measurements; a model whose file is gone has to be trained again.',
  };
}

function operationCheck(library: Library): DoctorFinding {
  const open = library.operations.open();
  if (open.length === 0) {
    return { check: 'operations', ok: true, sentence: 'No file operation was left half done.' };
  }
  const names = open.map(({ id, action, destination }) => `${id} (${action} into ${destination})`).join(', ');
  return {
    check: 'operations',
    ok: false,
    sentence: `Interrupted: ${names}.`,
    hint: 'Give the same sort command again to go on, or take it back with nightsift undo and its name.',
  };
}

function spaceCheck(library: Library): DoctorFinding {
  const { bavail, bsize } = statfsSync(library.directory);
  const free = bavail * bsize;
  const sentence = `${(free / 2 ** 30).toFixed(1)} GiB are free where the library lies.`;
  if (free >= comfortableFreeBytes) return { check: 'disk', ok: true, sentence };
  return {
    check: 'disk',
    ok: free >= leastFreeBytes,
    sentence,
    hint: 'A scanned frame needs about 0.2 MiB, a training run some 100 MiB.',
  };
}

function machineCheck(): DoctorFinding {
  const gibibytes = (bytes: number) => (bytes / 2 ** 30).toFixed(1);
  return {
    check: 'machine',
    ok: true,
    sentence:
      `Node ${process.versions.node} on ${process.platform}-${process.arch}, ${availableParallelism()} cores, ` +
      `${gibibytes(freemem())} of ${gibibytes(totalmem())} GiB memory free.`,
  };
}
