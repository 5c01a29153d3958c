/** Makes a training set up: items of a few files, varied by their family, as a table that is read like any other. */
import { NightsiftError } from '../../../contract/errors.ts';
import type { Family, FamilyData, Setting } from '../../families/family.ts';
import { families } from '../../families/index.ts';
import { quotedCell } from '../../formats/csv/quoted-cell.ts';
import { randomFor, shuffled } from '../../learning/random.ts';
import type { Library } from '../../library/open-library.ts';
import { writeWholeFileTo } from '../export-model.ts';
import { isTaken, wouldOverwrite } from '../files/place-file.ts';
import type { WorkOptions } from '../progress.ts';
import { localPaths } from '../sources/local-paths.ts';
import { dottedApart, houseSettings, readingApart } from '../training/house-settings.ts';
import { checkReadingSettings, findFamily } from './families.ts';
import { labelColumnOf } from './given-labels.ts';
import { readFiles } from './read-files.ts';
import { isRecordName } from './scan-records.ts';
import { type RowPlace, rowsOf } from './tensors.ts';

export interface SynthesiseInput {
  readonly family: string;
  readonly paths: readonly string[];
  /** The table that is written. */
  readonly out: string;
  readonly label?: string | undefined;
  readonly seed: number;
  /** `read.…` and `data.…`, as for training. */
  readonly settings: Readonly<Record<string, Setting | null>>;
}

export interface Synthesised {
  readonly path: string;
  readonly rows: number;
  readonly classes: string[];
  readonly bytes: number;
}

/** Errors: wrongUse, notFound, notEnoughData, modelMismatch, cancelled, diskFull, cannotOpen. */
export async function synthesise(
  library: Library,
  input: SynthesiseInput,
  options: WorkOptions = {},
): Promise<Synthesised> {
  const family = findFamily(input.family);
  if (family.synthesise === undefined) {
    const able = families.filter((each) => each.synthesise !== undefined).map(({ name }) => name);
    throw new NightsiftError('wrongUse', `No ${family.noun.many} can be made up from templates.`, {
      hint: `Families that can: ${able.join(', ')}.`,
    });
  }
  const { reading, parameters } = readingApart(input.settings);
  checkReadingSettings(family, reading);
  const { own, dotted } = dottedApart(withoutNull(parameters));
  const [strange] = Object.keys(own);
  if (strange !== undefined) {
    throw new NightsiftError(
      'wrongUse',
      `There is no setting "${strange}" of making ${family.noun.many} up.`,
      {
        hint: `Settings: ${Object.keys(family.trainingSettings ?? {}).join(', ')}.`,
      },
    );
  }
  const { data: settings } = houseSettings(family, dotted);
  const paths = await localPaths(library, input.paths, isRecordName(family), options);
  const data = await labelledData(family, { ...input, paths, reading }, options);
  const made = family.synthesise(data, settings, input.seed);
  const { header } = made;
  // sorted by class, blocks of neighbours would be blocks of one class
  const rows = Array.from(
    shuffled(made.rows.length, randomFor(input.seed, 'rows')),
    (row) => made.rows[row]!,
  );
  const bytes = new TextEncoder().encode(
    [header, ...rows].map((cells) => `${cells.map(quotedCell).join(',')}\n`).join(''),
  );
  // its header is that of any table of spectra, so the guard of outputs cannot tell it from an original
  if (isTaken(input.out)) throw wouldOverwrite(input.out);
  writeWholeFileTo(input.out, bytes);
  return { path: input.out, rows: rows.length, classes: [...data.classes], bytes: bytes.byteLength };
}

function withoutNull(settings: Readonly<Record<string, Setting | null>>): Record<string, Setting> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
  );
}

async function labelledData(
  family: Family,
  {
    paths,
    label,
    reading: settings,
  }: Pick<SynthesiseInput, 'paths' | 'label'> & { readonly reading: Readonly<Record<string, Setting>> },
  options: WorkOptions,
): Promise<FamilyData> {
  const readings = await readFiles(family, paths, { label, settings }, options);
  const labelled = readings.flatMap(({ reading }) => {
    if (reading === null) return [];
    return reading.items.flatMap((item, ordinal): (RowPlace & { readonly label: string })[] => {
      const column = labelColumnOf(family, item, label);
      const given = column === null ? undefined : item.labels[column];
      return given === undefined ? [] : [{ reading, ordinal, label: given }];
    });
  });
  const classes = [...new Set(labelled.map((place) => place.label))].sort();
  if (classes.length === 0) {
    throw new NightsiftError('notEnoughData', `${paths.join(', ')}: no ${family.noun.one} has a label.`, {
      hint: `Name the column that holds labels with --label (looked for: ${family.labelColumns.join(', ')}).`,
    });
  }
  return {
    tensors: rowsOf(labelled),
    classes,
    labels: Int32Array.from(labelled, (place) => classes.indexOf(place.label)),
    facts: labelled.map(({ reading, ordinal }) => reading.items[ordinal]!.facts),
  };
}
