/**
 * Scanning a night: find the files, measure what is new or changed, judge the session as a whole, ask the
 * promoted model, note every opinion, report. Originals are only ever opened for reading.
 */
import { basename } from 'node:path';
import type { ScanOutcome } from '../../contract/calls/sessions.ts';
import { NightsiftError } from '../../contract/errors.ts';
import type { PolicyChanges, PolicyName } from '../../contract/words.ts';
import type { FrameJudgement } from '../families/frames/record.ts';
import { families } from '../families/index.ts';
import type { WorkerPool } from '../jobs/pool.ts';
import { policyKey } from '../library/calibrations.ts';
import type { Library } from '../library/open-library.ts';
import type { Item, Session, SessionPolicy } from '../library/sessions.ts';
import { codeVersionOf, type FrameFamily, openFamilyPool } from './frame-family.ts';
import type { WorkOptions } from './progress.ts';
import { isRecordName } from './records/scan-records.ts';
import { measureFiles } from './scanning/measure-files.ts';
import {
  inheritPersonLabels,
  notePrefilterOpinions,
  type PredictOpinion,
  refreshModelOpinions,
} from './scanning/opinions.ts';
import { scanReport, unreadableFinding } from './scanning/report.ts';
import { type FoundFile, type FoundNight, findFiles, isImageName } from './scanning/walk.ts';
import { sessionRow } from './sessions.ts';
import { localPaths } from './sources/local-paths.ts';
import { explainFindings } from './together/explain-findings.ts';
import type { JudgeInput } from './work/frame-tasks.ts';

export interface ScanPorts {
  readonly library: Library;
  readonly family: FrameFamily;
  readonly predictOpinion?: PredictOpinion | undefined;
  /** Workers to use instead of own ones, for scan after scan. */
  readonly pool?: WorkerPool | undefined;
}

export interface ScanInput {
  /** Files and folders, or addresses of sources. */
  readonly paths: readonly string[];
  readonly family?: 'frames';
  /** A new session is named after the folder unless this says otherwise. */
  readonly session?: string | undefined;
  /** Default: what the session was scanned with before, else strict. */
  readonly policy?: PolicyName | undefined;
  /** Single consequences changed; none when only a policy is named. */
  readonly policyChanges?: PolicyChanges | undefined;
  /** Threads; default: the cores. */
  readonly workers?: number | undefined;
  /** Measure again what is known. */
  readonly force?: boolean | undefined;
  /** What the judges said before of items as they are now holds; they are asked about new and changed ones only. */
  readonly keepOpinions?: boolean | undefined;
  /** Which of the files found are ready; the others are left for a later scan. Default: all. */
  readonly isReady?: ((file: FoundFile) => boolean) | undefined;
}

/** A session of thousands of frames is judged in one go. */
const judgingTimeoutMilliseconds = 30 * 60 * 1000;

/** Errors: notFound, badInput, conflict, cancelled, diskFull. A bad file is part of the report. */
export async function scan(
  ports: ScanPorts,
  input: ScanInput,
  options: WorkOptions = {},
): Promise<ScanOutcome> {
  const begun = performance.now();
  const { library, family } = ports;
  options.onProgress?.({ phase: 'looking', done: 0, total: null });
  const night = findFiles(await localPaths(library, input.paths, isImageName, options));
  refuseEmptyFolder(library, night, input);
  const session = sessionFor(library, night, input);
  const policy = policyOf(input, session);
  const { length: total } = night.files;
  options.onProgress?.({ phase: 'found', done: total, total, session: session.name });
  const pool = ports.pool ?? openFamilyPool(family, input.workers);
  const ready = input.isReady === undefined ? night.files : night.files.filter(input.isReady);
  try {
    const measure = (force: boolean) =>
      measureFiles({ library, pool, measurementVersion: family.measurementVersion }, session, ready, {
        ...options,
        force,
      });
    let count = await measure(input.force ?? false);
    markAbsent(library, session, night);
    // once: a second attempt must not take what the first one noted for settled
    const settled = new Set(input.keepOpinions ? library.labels.standing(session.id).keys() : []);
    const judgeAll = () => judge(ports, pool, session, policy, { ...options, settled });
    const judged = await judgeAll().catch(async (error: unknown) => {
      if (!forgetDamaged(library, error)) throw error;
      const again = await measure(false);
      count = { measured: count.measured + again.measured, reused: count.reused - again.measured };
      return judgeAll();
    });
    const files = new Set(night.files.map((file) => file.file));
    return {
      session: sessionRow(library, judged),
      report: scanReport(library, judged, files),
      ...count,
      elapsedSeconds: (performance.now() - begun) / 1000,
    };
  } finally {
    if (pool !== ports.pool) await pool.close();
  }
}

/** Drops stored measurements that cannot be read any more, so that they are made anew; false if it is not that. */
function forgetDamaged(library: Library, error: unknown): boolean {
  if (!(error instanceof NightsiftError) || error.code !== 'libraryDamaged') return false;
  const damaged = error.details.damaged;
  if (!Array.isArray(damaged)) return false;
  for (const hash of damaged) library.blobs.remove(String(hash));
  return true;
}

/** A new session of nothing is no use, but for a watch, to which frames come later. */
function refuseEmptyFolder(library: Library, { root, files }: FoundNight, { isReady }: ScanInput): void {
  if (isReady !== undefined || library.sessions.byRoot('frames', root) !== undefined) return;
  if (files.some(({ skipReason }) => skipReason === null)) return;
  const [first] = files;
  const others = files.length > 1 ? `, and ${files.length - 1} more` : '';
  const what = first === undefined ? 'no files' : `no frames (${first.file}: ${first.skipReason}${others})`;
  throw new NightsiftError('notFound', `${root} holds ${what}.`, {
    hint: `${folderHint}${familyHint(files)}`,
    details: { files: files.slice(0, 20).map(({ file }) => file) },
  });
}

const folderHint =
  'Name the folder of the frames; a disk may not be mounted. Frames still to come are waited for with --watch.';

/** Of files that other families read by their names. */
function familyHint(files: FoundNight['files']): string {
  const names = families
    .filter((family) => files.some(({ file }) => isRecordName(family)(file)))
    .map(({ name }) => name);
  return names.length === 0 ? '' : ` Of files of another kind say which: --family ${names.join(' or ')}.`;
}

function sessionFor(
  library: Library,
  night: FoundNight,
  input: Pick<ScanInput, 'session' | 'policy'>,
): Session {
  const { sessions } = library;
  const name = input.session;
  const known = name === undefined ? sessions.byRoot('frames', night.root) : sessions.byName(name);
  if (known === undefined) {
    const free = name ?? sessions.freeName(basename(night.root) || 'session');
    return sessions.create({
      name: free,
      family: 'frames',
      root: night.root,
      policy: input.policy ?? 'strict',
    });
  }
  if (known.root === night.root) return known;
  throw new NightsiftError('conflict', `Session "${known.name}" holds ${known.root}, not ${night.root}.`, {
    hint: 'Choose another --session name, or leave it out.',
    details: { session: known.name, root: known.root },
  });
}

/** What is asked for, else what the session had. */
function policyOf({ policy, policyChanges }: ScanInput, session: Session): SessionPolicy {
  if (policy === undefined && policyChanges === undefined) return session;
  return { policy: policy ?? session.policy, policyChanges: policyChanges ?? {} };
}

/** Items below the scanned folders whose file is gone are not judged any more; their history stays. */
function markAbsent(library: Library, session: Session, night: FoundNight): void {
  const found = new Set(night.files.map((file) => file.file));
  const gone = library.sessions
    .items(session.id, { presentOnly: true })
    .filter((item) => !found.has(item.file) && night.folders.some((folder) => item.file.startsWith(folder)));
  library.sessions.markAbsent(gone.map((item) => item.id));
}

async function judge(
  { library, family, predictOpinion }: ScanPorts,
  pool: WorkerPool,
  session: Session,
  how: SessionPolicy,
  options: WorkOptions & { readonly settled: ReadonlySet<number> },
): Promise<Session> {
  const items = library.sessions.items(session.id, { presentOnly: true });
  options.onProgress?.({ phase: 'judging', done: 0, total: items.length });
  const judgements = await judgeReadable({ library, family }, pool, items, how, options);
  library.transaction(() => {
    saveJudgements(library, items, judgements, {
      policy: policyKey(how),
      codeVersion: codeVersionOf(family),
    });
    library.sessions.markScanned(session.id, how);
  });
  const scanned = library.sessions.byId(session.id)!;
  const thresholds = library.calibrations.thresholds('frames', how);
  notePrefilterOpinions({ library, family }, scanned, thresholds, options);
  inheritPersonLabels(library, scanned);
  await refreshModelOpinions({ library, predictOpinion }, scanned, family.measurementVersion, options);
  explainFindings(library, scanned);
  options.onProgress?.({ phase: 'judging', done: items.length, total: items.length });
  return scanned;
}

async function judgeReadable(
  { library, family }: Pick<ScanPorts, 'library' | 'family'>,
  pool: WorkerPool,
  items: readonly Item[],
  { policy, policyChanges }: SessionPolicy,
  { signal }: WorkOptions,
): Promise<ReadonlyMap<string, FrameJudgement>> {
  const frames = items.flatMap(({ file, status, contentHash }) => {
    if (status !== 'ok' || contentHash === null) return [];
    const recordBlob = library.measurements.find(contentHash, family.measurementVersion)?.recordBlob;
    return recordBlob == null ? [] : [{ file, recordBlob }];
  });
  if (frames.length === 0) return new Map();
  const input: JudgeInput = { blobsDirectory: library.blobs.directory, policy, policyChanges, frames };
  const judgements = await pool.run<readonly FrameJudgement[]>('judge', input, {
    signal,
    timeoutMilliseconds: judgingTimeoutMilliseconds,
  });
  return new Map(judgements.map((judgement) => [judgement.file, judgement]));
}

function saveJudgements(
  library: Library,
  items: readonly Item[],
  judgements: ReadonlyMap<string, FrameJudgement>,
  how: { readonly policy: string; readonly codeVersion: string },
): void {
  for (const { id, file, status, contentHash, errorCode, errorMessage } of items) {
    const common = { ...how, itemId: id, contentHash };
    const judgement = judgements.get(file);
    if (judgement !== undefined) {
      const { score, measurements, features, findings } = judgement;
      library.measurements.saveJudgement({ ...common, score, measurements, features, findings });
    } else if (status === 'failed') {
      const finding = unreadableFinding(errorCode ?? 'crashed', errorMessage ?? 'The file cannot be judged.');
      library.measurements.saveJudgement({
        ...common,
        score: 0,
        measurements: null,
        features: null,
        findings: [finding],
      });
    }
  }
}
