/** Measures what is new or changed, in parallel, and commits each file the moment it is done. */
import { NightsiftError } from '../../../contract/errors.ts';
import type { WorkerPool } from '../../jobs/pool.ts';
import type { Measurement } from '../../library/measurements.ts';
import type { Library } from '../../library/open-library.ts';
import type { FileFacts, Item, ItemState, Session } from '../../library/sessions.ts';
import type { Progress } from '../progress.ts';
import type { MeasureInput, MeasureOutput } from '../work/frame-tasks.ts';
import { waitingReason } from './row-status.ts';
import type { FoundFile } from './walk.ts';

export interface MeasuringPorts {
  readonly library: Library;
  readonly pool: WorkerPool;
  readonly measurementVersion: string;
}

export interface MeasuringOptions {
  /** Measure again what is known. */
  readonly force: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

export interface MeasuringCount {
  readonly measured: number;
  readonly reused: number;
}

const emptyState: ItemState = {
  status: 'skipped',
  contentHash: null,
  byteLength: null,
  modifiedNanoseconds: null,
  inode: null,
  errorCode: null,
  errorMessage: null,
  reason: null,
};

/** Failures of the moment, not of the content: tried again by the next scan. */
const passingErrors: ReadonlySet<string> = new Set(['cannotOpen', 'crashed', 'timedOut']);

/** Errors: cancelled, diskFull and other failures of the library; a bad file is an answer. */
export async function measureFiles(
  ports: MeasuringPorts,
  session: Session,
  files: readonly FoundFile[],
  options: MeasuringOptions,
): Promise<MeasuringCount> {
  const { library } = ports;
  const before = new Map(library.sessions.items(session.id).map((item) => [item.file, item]));
  const toMeasure: FoundFile[] = [];
  let reused = 0;
  library.transaction(() => {
    for (const file of files) {
      if (file.skipReason !== null) saveSkipped(library, session, file, file.skipReason);
      else if (!options.force && holdsStill(ports, before.get(file.file), file)) {
        library.sessions.markPresent(before.get(file.file)!.id);
        reused += 1;
      } else {
        toMeasure.push(file);
        if (!before.has(file.file)) saveSkipped(library, session, file, waitingReason);
      }
    }
  });
  let done = 0;
  let measured = 0;
  const report = (note?: string) =>
    options.onProgress?.({
      phase: 'measuring',
      done,
      total: toMeasure.length,
      ...(note !== undefined && { note }),
    });
  report();
  const known = options.force ? () => [] : knownContents(ports);
  await forEachLimited(toMeasure, ports.pool.size * 2, async (file) => {
    const output = await measureOne(ports, file, known(file.facts?.byteLength ?? 0), options.signal);
    saveMeasured(ports, session, file, output);
    if (output.outcome === 'known') reused += 1;
    else measured += 1;
    done += 1;
    report(file.file);
  });
  return { measured, reused };
}

/** Whether a file is the one measured before, by the quick look: size, time of change, inode. */
function holdsStill(ports: MeasuringPorts, item: Item | undefined, { facts }: FoundFile): boolean {
  if (item === undefined || facts === null || item.contentHash === null) return false;
  if (item.status === 'failed' && passingErrors.has(item.errorCode ?? '')) return false;
  const isSame =
    item.byteLength === facts.byteLength &&
    item.modifiedNanoseconds === facts.modifiedNanoseconds &&
    item.inode === facts.inode;
  const known = isSame
    ? ports.library.measurements.find(item.contentHash, ports.measurementVersion)
    : undefined;
  if (known === undefined) return false;
  return known.recordBlob === null || ports.library.blobs.has(known.recordBlob);
}

/** Contents of a length that need no measuring; looked up once for each length, their records checked. */
function knownContents({ library, measurementVersion }: MeasuringPorts): (byteLength: number) => string[] {
  const byLength = new Map<number, string[]>();
  return (byteLength) => {
    let contents = byLength.get(byteLength);
    if (contents === undefined) {
      contents = library.measurements
        .knownContents(measurementVersion, byteLength)
        .filter(({ recordBlob }) => recordBlob === null || library.blobs.has(recordBlob))
        .map(({ contentHash }) => contentHash);
      byLength.set(byteLength, contents);
    }
    return contents;
  };
}

async function measureOne(
  { library, pool }: MeasuringPorts,
  file: FoundFile,
  known: readonly string[],
  signal: AbortSignal | undefined,
): Promise<MeasureOutput> {
  const input: MeasureInput = {
    path: file.path,
    file: file.file,
    blobsDirectory: library.blobs.directory,
    knownContents: known,
  };
  try {
    return await pool.run<MeasureOutput>('measure', input, {
      signal,
      memoryBytes: memoryNeeded(file.facts),
      cpuMilliseconds: computingAllowed(file.facts),
      timeoutMilliseconds: clockFactor * computingAllowed(file.facts),
    });
  } catch (error) {
    const isOfTheFile =
      error instanceof NightsiftError && (error.code === 'crashed' || error.code === 'timedOut');
    if (!isOfTheFile) throw error;
    const { code, message, hint } = error;
    const record = { code, message, ...(hint !== undefined && { hint }) };
    return { outcome: 'refused', contentHash: null, state: null, error: record };
  }
}

const workerBaseBytes = 64 * 1024 * 1024;
/** 16-bit samples become 32-bit floats (twice the file), work arrays as much again; compressed frames double it. */
const bytesPerFileByte = 6;

/** What a small file may take on a slow board, and what each MiB adds: far above what is usual. */
const baseComputingMilliseconds = 6_000;
const computingMillisecondsPerMebibyte = 3_000;
/** A crowded machine or a slow disk may stretch it by as much before the clock ends it. */
const clockFactor = 10;

function computingAllowed(facts: FileFacts | null): number {
  return baseComputingMilliseconds + ((facts?.byteLength ?? 0) / 2 ** 20) * computingMillisecondsPerMebibyte;
}

function memoryNeeded(facts: FileFacts | null): number {
  return workerBaseBytes + (facts?.byteLength ?? 0) * bytesPerFileByte;
}

function saveSkipped(library: Library, session: Session, file: FoundFile, reason: string): void {
  library.sessions.saveItem(session.id, file.file, { ...emptyState, ...file.facts, reason });
}

function saveMeasured(ports: MeasuringPorts, session: Session, file: FoundFile, output: MeasureOutput): void {
  const { library } = ports;
  library.transaction(() => {
    const measurement = measurementOf(ports, output);
    const isPassing = measurement !== undefined && passingErrors.has(measurement.errorCode ?? '');
    if (measurement !== undefined && output.outcome !== 'known' && !isPassing)
      library.measurements.save(measurement);
    const state = itemStateOf(output, measurement);
    library.sessions.saveItem(session.id, file.file, state);
  });
}

/** The row of a content; undefined when not even the content could be read. */
function measurementOf(ports: MeasuringPorts, output: MeasureOutput): Measurement | undefined {
  const { contentHash, state } = output;
  const codeVersion = ports.measurementVersion;
  if (contentHash === null || state === null) return undefined;
  if (output.outcome === 'known') return ports.library.measurements.find(contentHash, codeVersion);
  return {
    contentHash,
    codeVersion,
    byteLength: state.byteLength,
    status: output.outcome === 'measured' ? 'ok' : output.outcome === 'skipped' ? 'skipped' : 'failed',
    width: output.outcome === 'refused' ? null : output.width,
    height: output.outcome === 'refused' ? null : output.height,
    header: output.outcome === 'refused' ? null : output.header,
    recordBlob: output.outcome === 'measured' ? output.recordBlob : null,
    errorCode: output.outcome === 'refused' ? output.error.code : null,
    errorMessage: output.outcome === 'refused' ? output.error.message : null,
    reason: output.outcome === 'skipped' ? output.reason : null,
  };
}

function itemStateOf(output: MeasureOutput, measurement: Measurement | undefined): ItemState {
  const error = output.outcome === 'refused' ? output.error : null;
  return {
    ...emptyState,
    ...output.state,
    contentHash: output.contentHash,
    status: measurement?.status ?? 'failed',
    errorCode: measurement?.errorCode ?? error?.code ?? null,
    errorMessage: measurement?.errorMessage ?? error?.message ?? null,
    reason: measurement?.reason ?? null,
  };
}

/** Runs `work` for all, at most `limit` at a time, in order; the first failure ends it once the rest have settled. */
async function forEachLimited<T>(
  values: readonly T[],
  limit: number,
  work: (value: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failure: { readonly error: unknown } | null = null;
  const lane = async () => {
    while (next < values.length && failure === null) {
      const value = values[next++];
      try {
        await work(value);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, values.length) }, lane));
  if (failure !== null) throw (failure as { readonly error: unknown }).error;
}
