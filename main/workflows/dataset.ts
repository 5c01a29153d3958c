/** Data sets: immutable versions from the labels of sessions; lists, differences. */
import type { DataSetDifference, DataSetItem, DataSetRow } from '../../contract/calls/data-sets.ts';
import { NightsiftError } from '../../contract/errors.ts';
import type { Family } from '../../contract/words.ts';
import type { DatasetItem, DatasetMetadata, DatasetVersion } from '../library/datasets.ts';
import type { Library } from '../library/open-library.ts';
import type { Session } from '../library/sessions.ts';
import { type Candidate, candidatesOf } from './datasets/candidates.ts';
import { datasetHash } from './datasets/content.ts';
import { type Split, type SplitItem, type SplitShares, splitItems } from './datasets/split.ts';
import { exposureTime, nearDuplicates, targetNights } from './datasets/target-nights.ts';
import { codeVersionOf, type FrameFamily, openFamilyPool } from './frame-family.ts';
import type { WorkOptions } from './progress.ts';
import { createRecordDataset } from './records/dataset.ts';
import { framesName } from './records/families.ts';
import { findSession } from './sessions.ts';
import type { FingerprintsInput, FrameFingerprint } from './work/frame-tasks.ts';

export interface DatasetPorts {
  readonly library: Library;
  readonly family: FrameFamily;
}

export interface DatasetInput {
  readonly sessions: readonly string[];
  /** Default: the first session's name. */
  readonly name?: string | undefined;
  readonly seed?: number | undefined;
  readonly validationShare?: number | undefined;
  readonly testShare?: number | undefined;
}

export const frameClasses = ['clean', 'contaminated'] as const;
const defaultShare = 0.15;

/**
 * Freezes the labels of sessions into a new version; unchanged ones give the version there is. Persons'
 * labels before the prefilter's, never a model's. Errors: notFound, notEnoughData, wrongUse, cancelled.
 */
export async function createDataset(
  ports: DatasetPorts,
  input: DatasetInput,
  options: WorkOptions = {},
): Promise<DatasetVersion> {
  const { library, family } = ports;
  const sessions = input.sessions.map((reference) => findSession(library, reference));
  const shares = sharesOf(input);
  const seed = input.seed ?? 1;
  if (kindOf(sessions) !== framesName)
    return createRecordDataset(library, { sessions, name: input.name, seed, shares }, options);
  options.onProgress?.({ phase: 'collecting', done: 0, total: null });
  const candidates = candidatesOf(library, sessions, family.measurementVersion);
  refuseTooFew(candidates, sessions);
  const fingerprints = await fingerprintsOf(ports, candidates, options);
  const groups = targetNights(candidates);
  const split = splitItems(splitItemsOf(candidates, groups, fingerprints), shares, seed);
  const items = candidates.map((candidate, ordinal) => itemOf(candidate, ordinal, groups, split));
  const metadata = metadataOf({ sessions, seed, shares, split, items, family });
  const hash = datasetHash('frames', frameClasses, items);
  return library.datasets.add(input.name ?? sessions[0].name, hash, metadata, items);
}

/** The family that the sessions have in common. Errors: wrongUse. */
function kindOf(sessions: readonly Session[]): Family {
  const kinds = [...new Set(sessions.map(({ family }) => family))];
  if (kinds.length === 1) return kinds[0];
  throw new NightsiftError(
    'wrongUse',
    `A data set has one family; these sessions hold ${kinds.join(' and ')}.`,
    {
      hint: 'Make one data set of each.',
    },
  );
}

function sharesOf({ validationShare, testShare }: DatasetInput): SplitShares {
  const validation = validationShare ?? defaultShare;
  const test = testShare ?? defaultShare;
  const isSound = (share: number) => share >= 0 && share <= 0.5;
  if (isSound(validation) && isSound(test) && validation + test < 1) {
    return { train: 1 - validation - test, validation, test };
  }
  throw new NightsiftError(
    'wrongUse',
    `Shares of ${validation} and ${test} leave nothing sound to train on.`,
    {
      hint: 'Each of validation and test may be 0 to 0.5, together less than 1.',
    },
  );
}

function refuseTooFew(candidates: readonly Candidate[], sessions: readonly Session[]): void {
  const labels = candidates.map((candidate) => candidate.label);
  const missing = frameClasses.filter((name) => !labels.includes(name));
  if (missing.length === 0) return;
  const names = sessions.map((session) => session.name).join(', ');
  throw new NightsiftError(
    'notEnoughData',
    `${names}: no readable frame is labelled ${missing.join(' or ')}.`,
    {
      hint: 'Label some frames, or add a session that has them.',
      details: { frames: candidates.length, missing },
    },
  );
}

/** Records are read in portions, so that a signal is obeyed soon. */
const fingerprintPortion = 200;

async function fingerprintsOf(
  { library, family }: DatasetPorts,
  candidates: readonly Candidate[],
  { signal, onProgress }: WorkOptions,
): Promise<FrameFingerprint[]> {
  const pool = openFamilyPool(family, 1);
  const found: FrameFingerprint[] = [];
  try {
    for (let start = 0; start < candidates.length; start += fingerprintPortion) {
      const portion = candidates.slice(start, start + fingerprintPortion);
      const input: FingerprintsInput = {
        blobsDirectory: library.blobs.directory,
        recordBlobs: portion.map((candidate) => candidate.recordBlob),
      };
      found.push(...(await pool.run<FrameFingerprint[]>('fingerprints', input, { signal })));
      onProgress?.({ phase: 'comparing', done: found.length, total: candidates.length });
    }
    return found;
  } finally {
    await pool.close();
  }
}

function splitItemsOf(
  candidates: readonly Candidate[],
  groups: readonly string[],
  fingerprints: readonly FrameFingerprint[],
): SplitItem[] {
  const duplicateOf = nearDuplicates(candidates, fingerprints);
  const times = candidates.map(exposureTime);
  // without a date the order of names stands in for time; capture programs count up
  const isDated = times.every((time) => time !== null);
  return candidates.map(({ label, labelledBy }, index) => ({
    group: groups[index],
    stratum: `${label}/${labelledBy}`,
    isReview: label === 'review',
    position: isDated ? times[duplicateOf[index]]! : duplicateOf[index],
    duplicateOf: duplicateOf[index],
  }));
}

function itemOf(candidate: Candidate, ordinal: number, groups: readonly string[], split: Split): DatasetItem {
  const { header: _header, ...kept } = candidate;
  return { ...kept, ordinal, group: groups[ordinal], split: split.splits[ordinal] };
}

interface MetadataParts {
  readonly sessions: readonly Session[];
  readonly seed: number;
  readonly shares: SplitShares;
  readonly split: Split;
  readonly items: readonly DatasetItem[];
  readonly family: FrameFamily;
}

function metadataOf({ sessions, seed, shares, split, items, family }: MetadataParts): DatasetMetadata {
  const counts: Record<string, Record<string, number>> = {};
  for (const { split: name, label } of items) {
    counts[name] ??= {};
    counts[name][label] = (counts[name][label] ?? 0) + 1;
  }
  return {
    schema: 'nightsift.dataset/1',
    family: 'frames',
    classes: frameClasses,
    sessions: sessions.map((session) => session.name),
    seed,
    fractions: shares,
    withinNight: split.withinNight,
    groups: new Set(items.map((item) => item.group)).size,
    counts,
    personLabelled: items.filter((item) => item.labelledBy === 'person').length,
    leftOut: items.filter((item) => item.split === 'gap').length,
    codeVersion: codeVersionOf(family),
    featureNames: family.featureNames,
    warnings: split.warnings,
  };
}

/** As lists and screens show a version. */
export function dataSetRow(version: DatasetVersion): DataSetRow {
  const { metadata } = version;
  const items = Object.values(metadata.counts).flatMap((byLabel) => Object.values(byLabel));
  return {
    id: String(version.id),
    name: version.name,
    version: version.version,
    family: version.family,
    hash: version.hash,
    createdAt: version.createdAt,
    classes: [...metadata.classes],
    items: items.reduce((sum, count) => sum + count, 0),
    labelledByPerson: metadata.personLabelled,
    counts: structuredClone(metadata.counts) as DataSetRow['counts'],
    withinNight: metadata.withinNight,
    warnings: [...metadata.warnings],
  };
}

export function listDatasets(library: Library): DataSetRow[] {
  return library.datasets.list().map(dataSetRow);
}

/** Errors: notFound. */
export function showDataset(
  library: Library,
  reference: string,
): { readonly dataSet: DataSetRow; readonly items: DataSetItem[] } {
  const version = library.datasets.need(reference);
  return { dataSet: dataSetRow(version), items: library.datasets.items(version.id).map(shownItem) };
}

function shownItem({ file, session, contentHash, label, labelledBy, split }: DatasetItem): DataSetItem {
  return { file, session, contentHash, label, labelledBy, split };
}

/** What became different from one version to another, by content. Errors: notFound. */
export function diffDatasets(library: Library, before: string, after: string): DataSetDifference {
  const itemsOf = (reference: string) =>
    new Map(
      library.datasets
        .items(library.datasets.need(reference).id)
        .map((item) => [item.contentHash, shownItem(item)]),
    );
  const old = itemsOf(before);
  const now = itemsOf(after);
  const pairs = [...now].flatMap(([content, item]) => {
    const known = old.get(content);
    return known === undefined ? [] : [{ file: item.file, was: known, is: item }];
  });
  return {
    added: [...now].filter(([content]) => !old.has(content)).map(([, item]) => item),
    removed: [...old].filter(([content]) => !now.has(content)).map(([, item]) => item),
    relabelled: pairs
      .filter(({ was, is }) => was.label !== is.label)
      .map(({ file, was, is }) => ({ file, before: was.label, after: is.label })),
    moved: pairs
      .filter(({ was, is }) => was.split !== is.split)
      .map(({ file, was, is }) => ({ file, before: was.split, after: is.split })),
  };
}
