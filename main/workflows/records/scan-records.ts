/** Bringing records in: find the files, read what is new, note the labels they bring, ask the promoted model. */
import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ScanOutcome } from '../../../contract/calls/sessions.ts';
import { NightsiftError } from '../../../contract/errors.ts';
import { type Family, noLabelColumn, type Setting } from '../../families/family.ts';
import type { Library } from '../../library/open-library.ts';
import type { Session } from '../../library/sessions.ts';
import type { WorkOptions } from '../progress.ts';
import { type FoundNight, findFiles, realPathOf } from '../scanning/walk.ts';
import { sessionRow } from '../sessions.ts';
import { localPaths } from '../sources/local-paths.ts';
import { explainNights } from '../together/explain-findings.ts';
import { checkReadingSettings, findFamily, openReaders } from './families.ts';
import { noteGivenLabels } from './given-labels.ts';
import { refreshOpinions } from './opinions.ts';
import { readSources } from './read-sources.ts';
import { recordsReport } from './report.ts';

export interface RecordPorts {
  readonly library: Library;
}

export interface ScanRecordsInput {
  readonly paths: readonly string[];
  readonly family: string;
  readonly session?: string | undefined;
  readonly label?: string | undefined;
  readonly settings?: Readonly<Record<string, Setting>> | undefined;
  readonly workers?: number | undefined;
}

/** Errors: wrongUse, notFound, badInput, conflict, cancelled, diskFull. A bad file is part of the report. */
export async function scanRecords(
  { library }: RecordPorts,
  input: ScanRecordsInput,
  options: WorkOptions = {},
): Promise<ScanOutcome> {
  const begun = performance.now();
  const family = findFamily(input.family);
  checkReadingSettings(family, input.settings ?? {});
  const paths = await localPaths(library, input.paths, isRecordName(family), options);
  const found = findRecordFiles(family, paths);
  const files = found.files.filter(({ skipReason }) => skipReason === null);
  refuseNone(family, found, files.length);
  const session = sessionFor(library, family, found, { ...input, paths });
  const readers = openReaders(input.workers);
  try {
    const reading = { label: input.label, settings: input.settings };
    const count = await readSources({ library, readers, family }, session, files, reading, options);
    forgetGone(library, session, found);
    refuseLabelColumn(library, session);
    noteGivenLabels(library, session, family, input.label);
    await refreshOpinions(library, session, family, options);
    library.sessions.markScanned(session.id, session);
    const scanned = library.sessions.byId(session.id)!;
    for (const { session: night, findings } of explainNights(library, scanned)) {
      options.onMessage?.(`"${night}": ${findings} of its findings have a cause named by such logs now.`);
    }
    return {
      session: sessionRow(library, scanned),
      report: { schema: 'nightsift.scan/1', session: session.name, policy: session.policy, frames: [] },
      records: recordsReport(library, scanned),
      measured: count.read,
      reused: count.reused,
      elapsedSeconds: (performance.now() - begun) / 1000,
    };
  } finally {
    await readers.close();
  }
}

/** Reads a session again with another column for labels. */
export function relabel(
  library: Library,
  session: Session,
  label: string,
  options: WorkOptions,
): Promise<ScanOutcome> {
  const paths = library.sources.list(session.id).map(({ file }) => join(session.root, file));
  return scanRecords({ library }, { paths, family: session.family, session: session.name, label }, options);
}

/** Whether a file is one of the family's by its name. */
export function isRecordName({ fileEndings }: Family): (name: string) => boolean {
  return (name) => fileEndings.some((ending) => name.toLowerCase().endsWith(ending));
}

/** How files of the family are told by their names, for people. */
export function fileNamesHint({ fileEndings }: Family): string {
  const plain = fileEndings.filter((ending) => !ending.endsWith('.gz'));
  const isPacked = plain.length < fileEndings.length;
  return `Files of this family end with ${plain.join(', ')}${isPacked ? '; text files may be packed as .gz' : ''}.`;
}

/** By their names; a file that was named itself is taken whatever it is called. */
export function findRecordFiles(family: Family, paths: readonly string[]): FoundNight {
  const named = new Set(paths.map((path) => realPathOf(path)));
  const isOfFamily = isRecordName(family);
  return findFiles(paths, (name, path) =>
    isOfFamily(name) || named.has(path) ? null : `not a file of ${family.noun.many} by its name`,
  );
}

function refuseNone(family: Family, { root, files }: FoundNight, candidates: number): void {
  if (candidates > 0) return;
  throw new NightsiftError(
    'notFound',
    files.length === 0
      ? `${root} holds no files.`
      : `None of the ${files.length} files in ${root} is one of ${family.noun.many} by its name.`,
    {
      hint: fileNamesHint(family),
      details: { files: files.slice(0, 20).map(({ file }) => file) },
    },
  );
}

/** A mistyped name would pass for items without labels, from which some families learn too. */
function refuseLabelColumn(library: Library, { id }: Session): void {
  const told = library.sources
    .list(id)
    .filter(({ recordBlob }) => recordBlob !== null)
    .map(({ file, problems }) => ({ file, problem: problems.find(({ code }) => code === noLabelColumn) }));
  const [first] = told;
  if (first?.problem === undefined || told.some(({ problem }) => problem === undefined)) return;
  const others = told.length === 2 ? ' Nor has the other file.' : ` Nor have the other ${told.length - 1}.`;
  const message = `${first.file}: ${first.problem.sentence}${told.length > 1 ? others : ''}`;
  throw new NightsiftError('wrongUse', message, {
    hint: 'Name one of its columns with --label, or leave it out to take the usual ones.',
    details: { label: first.problem.column },
  });
}

/** A folder, or a single file, has one session for each family, whatever else lies in the folder. */
function sessionFor(
  library: Library,
  family: Family,
  found: FoundNight,
  { paths, session: wanted }: ScanRecordsInput,
): Session {
  const { sessions } = library;
  const name = wanted ?? defaultName(found, paths);
  const isSame = (each: Session) => each.family === family.name && each.root === found.root;
  const numbered = new RegExp(`^${name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}(-\\d+)?$`);
  const known =
    wanted === undefined
      ? sessions.list().findLast((each) => isSame(each) && numbered.test(each.name))
      : sessions.byName(wanted);
  if (known === undefined) {
    const free = wanted ?? sessions.freeName(name);
    return sessions.create({ name: free, family: family.name, root: found.root, policy: 'strict' });
  }
  if (isSame(known)) return known;
  throw new NightsiftError('conflict', `Session "${known.name}" holds ${known.family} of ${known.root}.`, {
    hint: 'Choose another --session name, or leave it out.',
    details: { session: known.name, root: known.root },
  });
}

function defaultName({ root, files }: FoundNight, paths: readonly string[]): string {
  const isFile = paths.length === 1 && files.length === 1 && statSync(paths[0]!).isFile();
  return (isFile ? basename(files[0]!.file) : basename(root)) || 'session';
}

function forgetGone(library: Library, session: Session, found: FoundNight): void {
  const there = new Set(found.files.map(({ file }) => file));
  const gone = library.sources
    .list(session.id)
    .filter(({ file }) => !there.has(file) && found.folders.some((folder) => file.startsWith(folder)));
  library.sources.markAbsent(gone.map(({ id }) => id));
}
