/** A data set version as folders: split, then class; with metadata.json beside them. Of records as lists. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ExportAction } from '../../contract/calls/data-sets.ts';
import { NightsiftError } from '../../contract/errors.ts';
import type { DatasetItem, DatasetVersion } from '../library/datasets.ts';
import type { Library } from '../library/open-library.ts';
import { makeFolder, writeWholeFile } from '../library/whole-files.ts';
import { hashFile } from './files/hash-file.ts';
import { copiesAmongFrames, refuseFile } from './files/lies-in.ts';
import { locate } from './files/locate.ts';
import { isTaken, placeFile, wouldOverwrite } from './files/place-file.ts';
import type { WorkOptions } from './progress.ts';
import { exportRecordList } from './records/export-list.ts';
import { framesName } from './records/families.ts';

export interface ExportInput {
  readonly dataSet: string;
  readonly into: string;
  readonly action?: ExportAction | undefined;
}

export interface ExportOutcome {
  readonly into: string;
  readonly files: number;
  readonly warnings: string[];
}

interface ExportedFile {
  readonly item: DatasetItem;
  readonly source: string;
  readonly target: string;
}

/**
 * Writes `train/clean/…`, `train/contaminated/…`, … `review/…`. Everything is planned and looked at before the
 * first file; nothing is overwritten; an interrupted export goes on where it stopped. Frames of the gaps stay
 * out. Errors: notFound, wrongUse (`into` is a file), wouldOverwrite, verifyFailed, diskFull, unsupported, cancelled.
 */
export async function exportDataset(
  library: Library,
  input: ExportInput,
  { signal, onProgress }: WorkOptions = {},
): Promise<ExportOutcome> {
  const version = library.datasets.need(input.dataSet);
  const into = resolve(input.into);
  refuseFile(into);
  if (version.family !== framesName) return exportRecordList(library, version, into);
  const action = input.action ?? 'copy';
  const files = planned(library, version, into);
  const metadataFile = join(into, 'metadata.json');
  const metadata = metadataText(version, files, into);
  refuseForeignMetadata(metadataFile, metadata);
  const todo = files.filter((file) => !isThere(file));
  makeFolder(into);
  let done = files.length - todo.length;
  for (const { item, source, target } of todo) {
    if (signal?.aborted) throw new NightsiftError('cancelled', 'The export was cancelled.');
    placeFile(source, target, action, item.contentHash);
    done += 1;
    onProgress?.({ phase: 'exporting', done, total: files.length, note: item.file });
    await new Promise((proceed) => setImmediate(proceed));
  }
  writeWholeFile(metadataFile, Buffer.from(metadata)); // last: its presence says that the export is whole
  const warnings = [action === 'hardlink' ? hardlinkWarning : null, amongFrames(library, files, into)];
  return { into, files: files.length, warnings: warnings.filter((warning) => warning !== null) };
}

/** Told for the first session whose frames would have copies beside them. */
function amongFrames(library: Library, files: readonly ExportedFile[], into: string): string | null {
  const names = new Set(files.map(({ item }) => item.session));
  const told = library.sessions
    .list()
    .filter(({ name }) => names.has(name))
    .map(({ root }) => copiesAmongFrames(root, into));
  return told.find((warning) => warning !== null) ?? null;
}

const hardlinkWarning =
  'Hard links share their bytes with the originals: a program that writes to an exported file changes the original.';

function planned(library: Library, version: DatasetVersion, into: string): ExportedFile[] {
  const used = new Set<string>();
  return library.datasets
    .items(version.id)
    .filter((item) => item.split !== 'gap')
    .map((item) => {
      const folder = item.split === 'review' ? ['review'] : [item.split, item.label];
      const plain = item.file.replaceAll('/', '_');
      const name = [plain, `${item.session}_${plain}`, `${item.contentHash.slice(0, 12)}_${plain}`].find(
        (each) => !used.has([...folder, each].join('/').toLowerCase()),
      )!;
      used.add([...folder, name].join('/').toLowerCase()); // some file systems ignore case
      return { item, source: locate(library, item), target: join(into, ...folder, name) };
    });
}

/** True for a file that an interrupted export has written. Errors: wouldOverwrite for anything else. */
function isThere({ item, target }: ExportedFile): boolean {
  if (!isTaken(target)) return false;
  try {
    if (hashFile(target) === item.contentHash) return true;
  } catch {
    // unreadable, so certainly not ours
  }
  throw wouldOverwrite(target);
}

function metadataText(version: DatasetVersion, files: readonly ExportedFile[], into: string): string {
  const { name, version: number, hash, createdAt, metadata } = version;
  const items = files.map(({ item, target }) => ({
    path: target.slice(into.length + 1).replaceAll('\\', '/'),
    file: item.file,
    session: item.session,
    contentHash: item.contentHash,
    label: item.label,
    labelledBy: item.labelledBy,
    split: item.split,
    group: item.group,
  }));
  return `${JSON.stringify({ ...metadata, name, version: number, hash, createdAt, items }, null, 2)}\n`;
}

/** A folder that holds another export is left alone. */
function refuseForeignMetadata(path: string, metadata: string): void {
  if (isTaken(path) && readFileSync(path, 'utf8') !== metadata) throw wouldOverwrite(path);
}
