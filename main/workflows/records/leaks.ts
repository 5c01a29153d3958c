/** What is said twice: within a file or split, and across them. A figure on a test that repeats its training is flattery. */

import { NightsiftError } from '../../../contract/errors.ts';
import type { LeakReport } from '../../../contract/records.ts';
import type { Library } from '../../library/open-library.ts';
import type { WorkOptions } from '../progress.ts';
import { localPaths } from '../sources/local-paths.ts';
import { findFamily, framesName } from './families.ts';
import { readFiles } from './read-files.ts';
import { isRecordName } from './scan-records.ts';
import { placesOf } from './tensors.ts';

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
  const items = readings.flatMap(({ file, reading }) =>
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
  const items = library.datasets.items(version.id).filter(({ split }) => split !== 'gap');
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
  const partsOf = new Map<string, Set<string>>();
  for (const { group, part } of items) partsOf.set(group, (partsOf.get(group) ?? new Set()).add(part));
  const count = (kind: 'exactly' | 'nearly', across: boolean) =>
    repeats.filter((each) => each.kind === kind && each.across === across).length;
  return {
    items: items.length,
    within: { exactly: count('exactly', false), nearly: count('nearly', false) },
    across: { exactly: count('exactly', true), nearly: count('nearly', true) },
    repeats,
    sharedGroups: [...partsOf]
      .filter(([, parts]) => parts.size > 1)
      .map(([group, parts]) => ({ group, parts: [...parts] })),
  };
}
