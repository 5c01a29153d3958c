/** Data set versions of records: labelled items frozen with splits in which no group and no repeat lies twice. */
import { NightsiftError } from '../../../contract/errors.ts';
import type { Family } from '../../families/family.ts';
import { marksOf, numberOfLabel } from '../../learning/targets.ts';
import type { DatasetItem, DatasetMetadata, DatasetVersion } from '../../library/datasets.ts';
import type { Library } from '../../library/open-library.ts';
import type { Session } from '../../library/sessions.ts';
import { datasetHash } from '../datasets/content.ts';
import { type Split, type SplitItem, type SplitShares, splitItems } from '../datasets/split.ts';
import type { WorkOptions } from '../progress.ts';
import { type RecordCandidate, recordCandidates, unlabelledWord } from './candidates.ts';
import { findFamily, readingVersion } from './families.ts';
import { labelColumnOf } from './given-labels.ts';
import { refusalOfAll, sourceWarnings } from './source-problems.ts';

export interface RecordDatasetInput {
  readonly sessions: readonly Session[];
  readonly name?: string | undefined;
  readonly seed: number;
  readonly shares: SplitShares;
}

/** Errors: notEnoughData. */
export function createRecordDataset(
  library: Library,
  input: RecordDatasetInput,
  options: WorkOptions = {},
): DatasetVersion {
  const { sessions, seed, shares } = input;
  const first = sessions[0]!;
  const family = findFamily(first.family);
  options.onProgress?.({ phase: 'collecting', done: 0, total: null });
  const classes = classesOf(library, family, sessions);
  const { kept, repeats, strange, unlabelled } = recordCandidates(
    library,
    sessions,
    classes,
    family.learnsUnlabelled === true,
  );
  const names = classes ?? labelsOf(kept);
  refuseUnread(library, sessions);
  refuseTooFew(family, kept, sessions);
  options.onProgress?.({ phase: 'splitting', done: 0, total: kept.length });
  const twins = twinsOf(kept);
  const strata = strataOf(kept.map(({ label }) => label));
  const areTemplates = !strata.isOfNumbers && fewestOf(kept) < (family.templatesBelow ?? 0);
  const words = {
    items: family.noun.many,
    groups: 'files',
    otherGroups: 'other files',
    blocks: 'blocks of neighbours',
  };
  const split = splitItems(
    splitItemsOf(kept, twins, strata.of),
    areTemplates ? allTaught : shares,
    seed,
    words,
    strata.isOfNumbers,
  );
  const items = kept.map((candidate, ordinal) => itemOf(candidate, ordinal, split));
  const metadata = metadataOf({ family, input, items, classes: names, split, candidates: kept });
  const warnings = [
    ...sourceWarnings(library, sessions),
    ...split.warnings,
    ...(areTemplates
      ? [
          `Few ${family.noun.many} for each class: all are learned from, and figures are on ${family.noun.many} drawn anew.`,
        ]
      : []),
    ...(unlabelled > 0 && family.learnsUnlabelled !== true
      ? [`${unlabelled} ${family.noun.many} without a label were left out.`]
      : []),
    ...[...strange].map(
      ([label, count]) => `${count} labelled "${label}", which is no class here, were left out.`,
    ),
  ];
  const keptTogether = twins.filter((twin, index) => twin !== index).length;
  const whole = { ...metadata, warnings, repeats: { leftOut: repeats, keptTogether } };
  return library.datasets.add(input.name ?? first.name, datasetHash(family.name, names, items), whole, items);
}

/** What the label column of the sessions may say; null for anything. */
function classesOf(library: Library, family: Family, sessions: readonly Session[]): readonly string[] | null {
  const { kept } = recordCandidates(library, sessions.slice(0, 1), null);
  const sample = kept[0];
  const column = sample && labelColumnOf(family, sample.stored, sample.reading.options.label);
  return column == null ? null : family.classesOf(column);
}

const allTaught: SplitShares = { train: 1, validation: 0, test: 0 };

/** Items of the rarest class; of the rarest mark where labels name several. */
function fewestOf(kept: readonly RecordCandidate[]): number {
  const counts = new Map<string, number>();
  // an item without a mark counts as of the class that its label would be
  const named = ({ label }: RecordCandidate) => (marksOf(label).length > 0 ? marksOf(label) : [label]);
  for (const mark of kept.flatMap(named)) counts.set(mark, (counts.get(mark) ?? 0) + 1);
  return Math.min(...counts.values());
}

function labelsOf(kept: readonly RecordCandidate[]): string[] {
  return [...new Set(kept.map(({ label }) => label))].filter((label) => label !== unlabelledWord).sort();
}

function refuseUnread(library: Library, sessions: readonly Session[]): void {
  const refusal = refusalOfAll(library, sessions);
  if (refusal === undefined) return;
  throw new NightsiftError('notEnoughData', `No file could be read. ${refusal}`, {
    hint: 'docs/guide/formats.md says what is read.',
  });
}

function refuseTooFew(family: Family, kept: readonly RecordCandidate[], sessions: readonly Session[]): void {
  const found = new Set(labelsOf(kept));
  if (found.size >= 2 || (family.learnsUnlabelled === true && kept.length > 0)) return;
  const names = sessions.map((session) => session.name).join(', ');
  throw new NightsiftError(
    'notEnoughData',
    `${names}: ${kept.length} ${family.noun.many} are labelled, of ${found.size === 1 ? 'one class' : 'no class'}.`,
    {
      hint: `Name the column that holds labels with --label (looked for: ${family.labelColumns.join(', ')}), or label some.`,
      details: { labelled: kept.length, classes: [...found] },
    },
  );
}

/** More different numbers than this are measured where some are no whole numbers or hardly any comes twice; else names of classes. */
const mostNamedNumbers = 20;
const leastDifferent = 0.5;
const numberStrata = 5;

/** What is spread evenly over the splits: classes; of a column of numbers five parts from small to large. */
function strataOf(labels: readonly string[]): {
  readonly of: readonly string[];
  readonly isOfNumbers: boolean;
} {
  const numbers = labels.map(numberOfLabel);
  const different = new Set(numbers).size;
  const isOfNumbers =
    different > mostNamedNumbers &&
    numbers.every(Number.isFinite) &&
    (!numbers.every(Number.isInteger) || different > leastDifferent * numbers.length);
  if (!isOfNumbers) return { of: labels, isOfNumbers };
  const sorted = Float64Array.from(numbers).sort();
  const edges = Array.from(
    { length: numberStrata - 1 },
    (_, edge) => sorted[Math.floor(((edge + 1) * sorted.length) / numberStrata)]!,
  );
  return {
    of: numbers.map((value) => `part ${edges.filter((edge) => value >= edge).length + 1}`),
    isOfNumbers,
  };
}

/** Index of the first item with the same key, its own where there is none. */
function twinsOf(candidates: readonly RecordCandidate[]): number[] {
  const first = new Map<string, number>();
  return candidates.map(({ stored }, index) => {
    const key = stored.twin ?? stored.contentHash;
    const known = first.get(key);
    if (known === undefined) first.set(key, index);
    return known ?? index;
  });
}

function splitItemsOf(
  candidates: readonly RecordCandidate[],
  twins: readonly number[],
  stratumOf: readonly string[],
): SplitItem[] {
  return candidates.map(({ stored, source, label }, index) => ({
    group: groupOf(source.file, stored.group),
    stratum: `${stratumOf[index]}/${label === unlabelledWord ? 'prefilter' : 'person'}`,
    isReview: false,
    position: candidates[twins[index]!]!.stored.position,
    duplicateOf: twins[index]!,
  }));
}

/** Groups of two sources are two groups, whatever they are called. */
function groupOf(file: string, group: string): string {
  return `${file} ${group}`;
}

function itemOf(candidate: RecordCandidate, ordinal: number, { splits }: Split): DatasetItem {
  const { itemId, session, file, source, stored, label, saidBy } = candidate;
  return {
    ordinal,
    itemId,
    contentHash: stored.contentHash,
    session: session.name,
    root: session.root,
    file,
    label,
    labelledBy: label === unlabelledWord ? 'prefilter' : 'person',
    saidBy,
    split: splits[ordinal]!,
    group: groupOf(source.file, stored.group),
    recordBlob: source.recordBlob!,
    // what was measured stands in the reading, all items together
    features: new Float32Array(),
  };
}

interface MetadataParts {
  readonly family: Family;
  readonly input: RecordDatasetInput;
  readonly items: readonly DatasetItem[];
  readonly classes: readonly string[];
  readonly split: Split;
  readonly candidates: readonly RecordCandidate[];
}

function metadataOf({ family, input, items, classes, split, candidates }: MetadataParts): DatasetMetadata {
  const counts: Record<string, Record<string, number>> = {};
  for (const { split: name, label } of items) {
    counts[name] ??= {};
    counts[name][label] = (counts[name][label] ?? 0) + 1;
  }
  const { reading } = candidates[0]!;
  return {
    schema: 'nightsift.dataset/1',
    family: family.name,
    classes,
    sessions: input.sessions.map((session) => session.name),
    seed: input.seed,
    fractions: input.shares,
    withinNight: split.withinNight,
    groups: new Set(items.map((item) => item.group)).size,
    counts,
    personLabelled: items.filter(({ labelledBy }) => labelledBy === 'person').length,
    leftOut: items.filter((item) => item.split === 'gap').length,
    codeVersion: readingVersion(family, reading.options),
    featureNames: reading.featureNames,
    warnings: [],
    reading: reading.options,
  };
}
