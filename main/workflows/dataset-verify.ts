/** Whether a data set version still is what it was, down to the files. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { VerifyOutcome } from '../../contract/calls/data-sets.ts';
import { NightsiftError } from '../../contract/errors.ts';
import type { DatasetItem } from '../library/datasets.ts';
import type { Library } from '../library/open-library.ts';
import { datasetHash } from './datasets/content.ts';
import { hashFile } from './files/hash-file.ts';
import { locate } from './files/locate.ts';
import type { WorkOptions } from './progress.ts';
import { framesName } from './records/families.ts';
import { readingOf } from './records/session-readings.ts';

/**
 * Reads every file again and compares its content, checks the stored records and the version's own hash.
 * Errors: notFound, cancelled.
 */
export async function verifyDataset(
  library: Library,
  reference: string,
  { signal, onProgress }: WorkOptions = {},
): Promise<VerifyOutcome> {
  const version = library.datasets.need(reference);
  const items = library.datasets.items(version.id);
  const name = `${version.name}@${version.version}`;
  const problems: { file: string; problem: string }[] = [];
  if (datasetHash(version.family, version.metadata.classes, items) !== version.hash) {
    problems.push({ file: name, problem: 'the list of items no longer has the hash of the version' });
  }
  if (version.family !== framesName)
    return verifyRecords(library, name, items, problems, { signal, onProgress });
  let checked = 0;
  for (const item of items) {
    if (signal?.aborted) throw new NightsiftError('cancelled', 'Verifying was cancelled.');
    const problem = problemOf(library, item);
    if (problem !== null) problems.push({ file: item.file, problem });
    checked += 1;
    onProgress?.({ phase: 'verifying', done: checked, total: items.length, note: item.file });
    await new Promise((resolve) => setImmediate(resolve)); // others get their turn between two files
  }
  return { dataSet: name, checked, problems };
}

function problemOf(library: Library, item: DatasetItem): string | null {
  const path = locate(library, item);
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return `missing: ${path}`;
  let found: string;
  try {
    found = hashFile(path);
  } catch (error) {
    return `cannot be read: ${path} (${error instanceof Error ? error.message : String(error)})`;
  }
  if (found !== item.contentHash) return `changed since it was labelled: ${path}`;
  return library.blobs.has(item.recordBlob) ? null : 'its measurements are missing from the library';
}

/** Items of records lie many to a file: each file is read once and compared with the one that was read for the version. */
async function verifyRecords(
  library: Library,
  name: string,
  items: readonly DatasetItem[],
  problems: { file: string; problem: string }[],
  { signal, onProgress }: WorkOptions,
): Promise<VerifyOutcome> {
  const sources = new Map(items.map((item) => [`${item.root} ${sourceOf(item)} ${item.recordBlob}`, item]));
  let checked = 0;
  for (const item of sources.values()) {
    if (signal?.aborted) throw new NightsiftError('cancelled', 'Verifying was cancelled.');
    const problem = sourceProblem(library, item);
    if (problem !== null) problems.push({ file: sourceOf(item), problem });
    checked += 1;
    onProgress?.({ phase: 'verifying', done: checked, total: sources.size, note: sourceOf(item) });
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { dataSet: name, checked: items.length, problems };
}

function sourceOf({ file }: DatasetItem): string {
  return file.slice(0, file.indexOf('#'));
}

function sourceProblem(library: Library, item: DatasetItem): string | null {
  if (!library.blobs.has(item.recordBlob)) return 'what was read of it is missing from the library';
  const path = join(item.root, sourceOf(item));
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return `missing: ${path}`;
  try {
    const { sourceHash } = readingOf(library, item.recordBlob);
    return hashFile(path) === sourceHash ? null : `changed since it was read: ${path}`;
  } catch (error) {
    return `cannot be read: ${path} (${error instanceof Error ? error.message : String(error)})`;
  }
}
