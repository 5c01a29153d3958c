/** What is said twice: within a file or split, and across them. A figure on a test that repeats its training is flattery. */

import { NightsiftError } from '../../../contract/errors.ts';
import type { LeakReport } from '../../../contract/records.ts';
import type { Library } from '../../library/open-library.ts';
import { liesIn } from '../files/lies-in.ts';
import type { WorkOptions } from '../progress.ts';
import { realPathOf } from '../scanning/walk.ts';
import { localPaths } from '../sources/local-paths.ts';
import { findFamily, framesName } from './families.ts';
import { type FileReading, readFiles } from './read-files.ts';
import { isRecordName } from './scan-records.ts';
import { placesOf } from './tensors.ts';

/** What is learned from comes first. */
const splitOrder: readonly string[] = ['train', 'validation', 'test', 'review'];

interface Placed {
  /** The file or split that it lies in. */
  readonly part: string;
  /** `FILE#ID` */
  readonly file: string;
  readonly group: string;
  readonly contentHash: string;
  readonly twin: string;
}

/** Of a family's files, each a part of its own. Errors: wrongUse, notFound, cancelled. */
export async function leaksOfFiles(
  library: Library,
  input: { readonly family: string; readonly paths: readonly string[] },
  options: WorkOptions = {},
): Promise<LeakReport> {
  const family = findFamily(input.family);
  const paths = await localPaths(library, input.paths, isRecordName(family), options);
  const readings = await readFiles(family, paths, {}, options);
  const items = inOrderGiven(readings, paths).flatMap(({ file, reading }) =>
    (reading?.items ?? []).map(
      ({ id, group, contentHash, twin }): Placed => ({
        part: file,
        file: `${file}#${id}`,
        // groups are compared by their own names here: one table described in two files is one table
        group: group === file ? `${file} ${id}` : group,
        contentHash,
        twin: twin ?? contentHash,
      }),
    ),
  );
  return leakReport(items);
}

/** What is named first is what others repeat: `train.csv test.csv` tells which tests were learned from. */
function inOrderGiven(readings: readonly FileReading[], paths: readonly string[]): FileReading[] {
  const starts = paths.map(realPathOf);
  const placeOf = ({ path }: FileReading) => starts.findIndex((start) => liesIn(start, path));
  return [...readings].sort((one, other) => placeOf(one) - placeOf(other));
}

/** Of a data set version, each split a part. Errors: notFound, wrongUse for frames. */
export function leaksOfVersion(library: Library, reference: string): LeakReport {
  const version = library.datasets.need(reference);
  if (version.family === framesName) {
    throw new NightsiftError(
      'wrongUse',
      `${reference} holds frames: their splits keep target-nights apart by construction.`,
      {
        hint: 'Its warnings are in: nightsift dataset show.',
      },
    );
  }
  const placeOf = ({ split }: { readonly split: string }) => splitOrder.indexOf(split);
  const items = library.datasets
    .items(version.id)
    .filter(({ split }) => split !== 'gap')
    .sort((one, other) => placeOf(one) - placeOf(other));
  const places = placesOf(library, items);
  return leakReport(
    items.map(({ split, file, group, contentHash }, index): Placed => {
      const { reading, ordinal } = places[index]!;
      return { part: split, file, group, contentHash, twin: reading.items[ordinal]!.twin ?? contentHash };
    }),
  );
}

/** The first item of a content or key stands for it; every later one is a repeat of it. */
function leakReport(items: readonly Placed[]): LeakReport {
  const firstOf = new Map<string, Placed>();
  const firstTwin = new Map<string, Placed>();
  const repeats: LeakReport['repeats'] = [];
  for (const item of items) {
    const same = firstOf.get(item.contentHash);
    const twin = firstTwin.get(item.twin);
    const of = same ?? twin;
    if (of !== undefined) {
      const kind = same === undefined ? 'nearly' : 'exactly';
      repeats.push({
        file: item.file,
        part: item.part,
        of: of.file,
        ofPart: of.part,
        kind,
        across: of.part !== item.part,
      });
    }
    if (same === undefined) firstOf.set(item.contentHash, item);
    if (twin === undefined) firstTwin.set(item.twin, item);
  }
  const partsOf = partsBy(items, ({ group }) => group);
  const count = (kind: 'exactly' | 'nearly', across: boolean) =>
    repeats.filter((each) => each.kind === kind && each.across === across).length;
  return {
    items: items.length,
    within: { exactly: count('exactly', false), nearly: count('nearly', false) },
    across: { exactly: count('exactly', true), nearly: count('nearly', true) },
    repeats,
    between: between(items),
    sharedGroups: [...partsOf]
      .filter(([, parts]) => parts.size > 1)
      .map(([group, parts]) => ({ group, parts: [...parts] })),
  };
}

function between(items: readonly Placed[]): LeakReport['between'] {
  const partsOfContent = partsBy(items, ({ contentHash }) => contentHash);
  const partsOfTwin = partsBy(items, ({ twin }) => twin);
  const sizes = new Map<string, number>();
  for (const { part } of items) sizes.set(part, (sizes.get(part) ?? 0) + 1);
  const pairs = new Map<string, LeakReport['between'][number]>();
  for (const { part, file, contentHash, twin } of items) {
    const same = partsOfContent.get(contentHash)!;
    for (const other of new Set([...same, ...partsOfTwin.get(twin)!])) {
      if (other === part) continue;
      const key = JSON.stringify([part, other]);
      const pair = pairs.get(key) ?? { part, items: sizes.get(part)!, other, exactly: [], nearly: [] };
      pairs.set(key, pair);
      pair[same.has(other) ? 'exactly' : 'nearly'].push(file);
    }
  }
  return [...pairs.values()];
}

function partsBy(items: readonly Placed[], keyOf: (item: Placed) => string): Map<string, Set<string>> {
  const parts = new Map<string, Set<string>>();
  for (const item of items) {
    const key = keyOf(item);
    parts.set(key, (parts.get(key) ?? new Set()).add(item.part));
  }
  return parts;
}
