/** Finds the files of a family and reads what is new or changed, in parallel. */
import { NightsiftError } from '../../../contract/errors.ts';
import type { Family, ReadOptions } from '../../families/family.ts';
import type { WorkerPool } from '../../jobs/pool.ts';
import type { Library } from '../../library/open-library.ts';
import type { Session } from '../../library/sessions.ts';
import type { Source, SourceState } from '../../library/sources.ts';
import type { WorkOptions } from '../progress.ts';
import type { FoundFile } from '../scanning/walk.ts';
import type { HashOutput, ReadInput, ReadOutput } from '../work/record-tasks.ts';
import { readingVersion } from './families.ts';
import { decodeReading } from './stored-reading.ts';

export interface ReadingPorts {
  readonly library: Library;
  readonly readers: WorkerPool;
  readonly family: Family;
}

export interface ReadingCount {
  readonly read: number;
  readonly reused: number;
}

/** Errors: cancelled, diskFull and other failures of the library; a bad file is an answer. */
export async function readSources(
  ports: ReadingPorts,
  session: Session,
  files: readonly FoundFile[],
  options: ReadOptions,
  work: WorkOptions,
): Promise<ReadingCount> {
  const { library, family } = ports;
  const codeVersion = readingVersion(family, options);
  let done = 0;
  let reused = 0;
  const report = (note?: string) =>
    work.onProgress?.({ phase: 'reading', done, total: files.length, ...(note !== undefined && { note }) });
  report();
  await Promise.all(
    files.map(async (file) => {
      const known = library.sources.byFile(session.id, file.file);
      if (known !== undefined && holdsStill(library, known, file, codeVersion)) reused += 1;
      else {
        const before = await readBefore(ports, file, codeVersion, work);
        if (before !== null) reused += 1;
        keep(library, session, file, before ?? (await readOne(ports, file, options, work)), codeVersion);
      }
      done += 1;
      report(file.file);
    }),
  );
  return { read: files.length - reused, reused };
}

/** Whether a file is the one read before, by the quick look: size, time of change, inode. */
function holdsStill(library: Library, known: Source, { facts }: FoundFile, codeVersion: string): boolean {
  return (
    facts !== null &&
    known.status === 'ok' &&
    known.codeVersion === codeVersion &&
    known.byteLength === facts.byteLength &&
    known.modifiedNanoseconds === facts.modifiedNanoseconds &&
    known.inode === facts.inode &&
    known.recordBlob !== null &&
    library.blobs.has(known.recordBlob) &&
    library.sources.list(known.sessionId).some(({ id }) => id === known.id)
  );
}

/** What was read of the same content by the same code in another session: names of files are part of some readings. */
async function readBefore(
  { library, readers }: ReadingPorts,
  { path, file }: FoundFile,
  codeVersion: string,
  { signal }: WorkOptions,
): Promise<ReadOutput | null> {
  // hashing is quick, but nothing is quicker than not to hash where there can be nothing
  if (!library.sources.hasReadings(codeVersion, file)) return null;
  const hashed = await readers.run<HashOutput | null>('hash', { path, file }, { signal });
  const known = hashed === null ? undefined : library.sources.known(hashed.contentHash, codeVersion, file);
  if (hashed === null || known === undefined || known.recordBlob === null) return null;
  if (!library.blobs.has(known.recordBlob)) return null;
  const { items } = decodeReading(library.blobs.get(known.recordBlob));
  return {
    outcome: 'read',
    contentHash: hashed.contentHash,
    state: hashed.state,
    recordBlob: known.recordBlob,
    reading: null,
    items: items.map(({ id, contentHash }) => ({ id, contentHash })),
    problems: known.problems,
    quality: known.quality,
  };
}

async function readOne(
  { library, readers, family }: ReadingPorts,
  { path, file, facts }: FoundFile,
  options: ReadOptions,
  { signal }: WorkOptions,
): Promise<ReadOutput> {
  const input: ReadInput = {
    family: family.name,
    path,
    file,
    options,
    blobsDirectory: library.blobs.directory,
  };
  try {
    return await readers.run<ReadOutput>('read', input, {
      signal,
      memoryBytes: 12 * (facts?.byteLength ?? 0),
    });
  } catch (thrown) {
    const isOfTheFile =
      thrown instanceof NightsiftError && (thrown.code === 'crashed' || thrown.code === 'timedOut');
    if (!isOfTheFile) throw thrown;
    const { code, message } = thrown;
    return { outcome: 'refused', contentHash: null, state: null, error: { code, message } };
  }
}

function keep(
  library: Library,
  session: Session,
  file: FoundFile,
  output: ReadOutput,
  codeVersion: string,
): void {
  const common = { ...file.facts, ...output.state, contentHash: output.contentHash, codeVersion };
  if (output.outcome === 'refused') {
    const { code, message } = output.error;
    const state: SourceState = {
      ...common,
      status: 'failed',
      recordBlob: null,
      errorCode: code,
      errorMessage: message,
      problems: [],
      quality: [],
    };
    library.sources.save(session.id, file.file, state, []);
    return;
  }
  const { recordBlob, problems, quality } = output;
  const state: SourceState = {
    ...common,
    status: 'ok',
    recordBlob,
    errorCode: null,
    errorMessage: null,
    problems,
    quality,
  };
  library.sources.save(
    session.id,
    file.file,
    state,
    output.items.map(({ id, contentHash }, ordinal) => ({
      ordinal,
      name: itemName(file.file, id),
      contentHash,
    })),
  );
}

/** How labels, lists and data sets name an item. */
export function itemName(file: string, id: string): string {
  return `${file}#${id}`;
}
