/** How right a model of records is: on a held-out split, out of fold, on the labels of a session or of files. */
import type { EvaluationReport, JudgedItem } from '../../../contract/calls/training.ts';
import { NightsiftError } from '../../../contract/errors.ts';
import type { Family, FamilyItem } from '../../families/family.ts';
import { anomalyIndex, ownWordFor } from '../../learning/anomaly/anomaly-classes.ts';
import { evaluate, labelQuality } from '../../learning/metrics/index.ts';
import { markRows, marksOf, numberOfLabel, type TargetKind, targetKindOf } from '../../learning/targets.ts';
import type { HeldOut } from '../../learning/train-out-of-fold.ts';
import type { DatasetItem, DatasetVersion } from '../../library/datasets.ts';
import type { Library } from '../../library/open-library.ts';
import type { Session } from '../../library/sessions.ts';
import type { Prediction, TrainedModel } from '../trained-model.ts';
import {
  evaluationReport,
  type JudgingOptions,
  targetReport,
  withLearned,
} from '../training/evaluation-report.ts';
import { answerPlaces } from './answer.ts';
import { recordCandidates, unlabelledWord } from './candidates.ts';
import { labelColumnOf } from './given-labels.ts';
import { checkReadBy, checkReading, type RecordInputRecipe } from './model-inputs.ts';
import { readFiles } from './read-files.ts';
import { itemName } from './read-sources.ts';
import { placesOf, type RowPlace } from './tensors.ts';

interface LabelledPlace extends RowPlace {
  readonly label: string;
  readonly labelledBy: string;
  readonly session: string;
  /** `FILE#ID` */
  readonly file: string;
  readonly itemId: number | null;
}

interface Asked {
  readonly model: TrainedModel;
  readonly family: Family;
  readonly on: string;
  readonly withinNight: boolean;
}

/** Items with a label that the model does not know are left out, and counted. */
async function examine(
  asked: Asked,
  places: readonly LabelledPlace[],
  options: JudgingOptions,
): Promise<EvaluationReport> {
  const kind = targetKindOf(asked.model.metadata);
  if (kind !== undefined) return examineTargets(asked, kind, places, options);
  const { classes } = asked.model;
  const known = places.flatMap((place) => {
    const label = ownWordFor(place.label, classes);
    return label === null ? [] : [{ ...place, label }];
  });
  if (known.length === 0 && places.some(({ label }) => label !== unlabelledWord))
    throw otherClasses(asked, places);
  const predictions = await answerPlaces(asked.model, known, options);
  const figures = reportOf(
    asked,
    known,
    probabilitiesOf(predictions, asked.model.classes),
    scoresOf(predictions, asked.model),
  );
  const report = withLearned(figures, contentsOf(known), options.learned);
  const otherLabels = otherLabelsOf(places, classes);
  return Object.keys(otherLabels).length === 0 ? report : { ...report, otherLabels };
}

function contentsOf(places: readonly RowPlace[]): string[] {
  return places.map(({ reading, ordinal }) => reading.items[ordinal]!.contentHash);
}

function otherLabelsOf(places: readonly LabelledPlace[], classes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = Object.create(null);
  for (const { label } of places) {
    if (label === unlabelledWord || ownWordFor(label, classes) !== null) continue;
    counts[label] = (counts[label] ?? 0) + 1;
  }
  return counts;
}

function otherClasses({ on, model, family }: Asked, places: readonly LabelledPlace[]): NightsiftError {
  const given = [...new Set(places.map(({ label }) => label))].sort();
  return new NightsiftError(
    'notEnoughData',
    `The ${places.length} labelled ${family.noun.many} of ${on} are called ${given.slice(0, mostNamed).join(', ')}${given.length > mostNamed ? ', …' : ''}; the model knows ${model.classes.join(', ')}.`,
    {
      hint: 'Name the column that holds labels of these classes with --label.',
      details: { given, known: [...model.classes] },
    },
  );
}

const mostNamed = 10;

/** Items with a mark that the model does not know, or whose label is no number, are left out. */
async function examineTargets(
  { model, on, withinNight }: Asked,
  kind: TargetKind,
  places: readonly LabelledPlace[],
  options: JudgingOptions,
): Promise<EvaluationReport> {
  const names = model.classes;
  const isKnown = (label: string): boolean =>
    kind === 'marks'
      ? marksOf(label).every((mark) => names.includes(mark))
      : !Number.isNaN(numberOfLabel(label));
  const known = places.filter(({ label }) => isKnown(label));
  const labels = known.map(({ label }) => label);
  const predictions = await answerPlaces(model, known, options);
  const report = targetReport(
    { model: model.reference, on, withinNight },
    kind === 'marks'
      ? { kind, names, answers: probabilitiesOf(predictions, names), truth: markRows(labels, names) }
      : {
          kind,
          names,
          answers: Float32Array.from(predictions, ({ value }) => value ?? Number.NaN),
          truth: Float32Array.from(labels, numberOfLabel),
        },
  );
  return withLearned(report, contentsOf(known), options.learned);
}

function probabilitiesOf(predictions: readonly Prediction[], classes: readonly string[]): Float32Array {
  return Float32Array.from(
    predictions.flatMap(({ probabilities }) => classes.map((name) => probabilities[name] ?? 0)),
  );
}

/** How strange each item is: of a detector its own score, of a classifier the probability of the anomaly. Null where no class is one. */
function scoresOf(
  predictions: readonly Prediction[],
  { classes, metadata }: TrainedModel,
): Float64Array | null {
  const anomaly = classes[anomalyIndex(classes)];
  if (anomaly === undefined) return null;
  // of a model with a class "clean" the score says how clean something is
  const isDetector = metadata.thresholdChosenBy !== undefined && !classes.includes('clean');
  return Float64Array.from(
    predictions,
    ({ score, probabilities }) => (isDetector ? score : probabilities[anomaly]) ?? 0,
  );
}

function reportOf(
  {
    model,
    family,
    on,
    withinNight,
  }: Pick<Asked, 'family' | 'on' | 'withinNight'> & {
    readonly model: Pick<TrainedModel, 'reference' | 'classes'>;
  },
  places: readonly LabelledPlace[],
  probabilities: Float32Array,
  scores: Float64Array | null,
): EvaluationReport {
  const { classes } = model;
  const labels = places.map(({ label }) => classes.indexOf(label));
  const items = places.map(
    ({ reading, ordinal }): Pick<FamilyItem, 'id' | 'group' | 'position' | 'facts'> =>
      reading.items[ordinal]!,
  );
  const report = evaluationReport(
    { model: model.reference, on, withinNight },
    { classes, probabilities, labels, person: places.map(({ labelledBy }) => labelledBy === 'person') },
  );
  const { calibrationError } = evaluate(probabilities, labels, classes);
  const own =
    family.figures?.({ classes, labels, probabilities, scores, anomaly: anomalyIndex(classes), items }) ?? {};
  return {
    ...report,
    judged: judgedItems(places, classes, labels, probabilities),
    figures: { calibrationError: labels.length === 0 ? null : calibrationError, ...own },
  };
}

/** Enough for every wrong one of a usual data set; wrong ones come first. */
const mostJudged = 2000;

function judgedItems(
  places: readonly LabelledPlace[],
  classes: readonly string[],
  labels: readonly number[],
  probabilities: Float32Array,
): JudgedItem[] {
  const judged = places.map(({ session, file, itemId, label, labelledBy }, index): JudgedItem => {
    const row = probabilities.subarray(index * classes.length, (index + 1) * classes.length);
    const best = row.reduce((most, value, place) => (value > row[most]! ? place : most), 0);
    return {
      session,
      file,
      item: itemId,
      label,
      labelledBy,
      predicted: classes[best]!,
      probability: row[best]!,
    };
  });
  const isWrong = (item: JudgedItem, index: number) => item.predicted !== classes[labels[index]!];
  return [...judged.filter(isWrong), ...judged.filter((item, index) => !isWrong(item, index))].slice(
    0,
    mostJudged,
  );
}

/** What models that had not seen the items said of them. */
export function outOfFoldReport(
  library: Library,
  family: Family,
  version: DatasetVersion,
  items: readonly DatasetItem[],
  heldOut: HeldOut,
  reference: string,
): EvaluationReport {
  const places = labelledPlaces(
    library,
    Array.from(heldOut.items, (place) => items[place]!),
  );
  const { classes } = version.metadata;
  const on = `${version.name}@${version.version} (cross-validation)`;
  const asked = { model: { reference, classes }, family, on, withinNight: version.metadata.withinNight };
  const anomaly = anomalyIndex(classes);
  const scores =
    anomaly < 0
      ? null
      : Float64Array.from(places, (_, row) => heldOut.probabilities[row * classes.length + anomaly]!);
  const report = reportOf(asked, places, heldOut.probabilities, scores);
  const labels = places.map(({ label }) => classes.indexOf(label));
  const { wrongShare, suspects } = labelQuality(heldOut.probabilities, labels, classes.length);
  return {
    ...report,
    suspects: suspects.slice(0, mostSuspects).map(({ item, given, likely, margin }) => ({
      file: places[item]!.file,
      given: classes[given]!,
      likely: classes[likely]!,
      margin,
    })),
    figures: {
      ...report.figures,
      ...figuresByGroup(heldOut, labels, classes),
      'labels/wrongShare': wrongShare,
    },
  };
}

const mostSuspects = 500;

/** Items of groups that were partly learned from apart from those of new groups. */
function figuresByGroup(
  { probabilities, known }: HeldOut,
  labels: readonly number[],
  classes: readonly string[],
): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const [name, wanted] of [
    ['newGroups', 0],
    ['knownGroups', 1],
  ] as const) {
    const places = Array.from(labels.keys()).filter((place) => known[place] === wanted);
    if (places.length === 0) continue;
    const rows = places.flatMap((place) =>
      Array.from(probabilities.subarray(place * classes.length, (place + 1) * classes.length)),
    );
    const judged = evaluate(
      Float32Array.from(rows),
      places.map((place) => labels[place]!),
      classes,
    );
    figures[`${name}/items`] = judged.items;
    figures[`${name}/accuracy`] = judged.accuracy;
    figures[`${name}/macroF1`] = judged.macroF1;
    figures[`${name}/calibrationError`] = judged.calibrationError;
  }
  return figures;
}

function labelledPlaces(library: Library, items: readonly DatasetItem[]): LabelledPlace[] {
  return placesOf(library, items).map((place, index) => {
    const { label, labelledBy, session, file, itemId } = items[index]!;
    return { ...place, label, labelledBy, session, file, itemId };
  });
}

/** The test split; validation where there is none. Null when both are empty. */
export async function evaluateSplit(
  library: Library,
  family: Family,
  model: TrainedModel,
  version: DatasetVersion,
  items: readonly DatasetItem[],
  options: JudgingOptions,
): Promise<EvaluationReport | null> {
  for (const split of ['test', 'validation'] as const) {
    const judged = items.filter((item) => item.split === split);
    if (judged.length === 0) continue;
    const places = labelledPlaces(library, judged);
    const on = `${version.name}@${version.version} (${split})`;
    return examine({ model, family, on, withinNight: version.metadata.withinNight }, places, options);
  }
  return null;
}

/** All labelled items of a session; it has to be one that the model was not trained on for this to mean much. */
export async function evaluateSession(
  library: Library,
  family: Family,
  model: TrainedModel,
  session: Session,
  options: JudgingOptions,
): Promise<EvaluationReport> {
  // examine translates other words for the classes, and counts labels that are none of them
  const { kept } = recordCandidates(library, [session], null);
  if (kept.length === 0) throw nothingToJudge(`Session "${session.name}"`, family);
  const places = kept.map((item) => ({ ...item, session: session.name, labelledBy: 'person' }));
  return examine({ model, family, on: `session ${session.name}`, withinNight: false }, places, options);
}

/** Files with labels in the column that the model was taught, or in another. */
export async function evaluateFiles(
  family: Family,
  model: TrainedModel,
  recipe: RecordInputRecipe,
  input: { readonly paths: readonly string[]; readonly label?: string | undefined },
  options: JudgingOptions,
): Promise<EvaluationReport> {
  checkReadBy(recipe, family);
  const label = input.label ?? recipe.options.label;
  const readings = await readFiles(family, input.paths, { ...recipe.options, label }, options);
  const places = readings.flatMap(({ file, reading }): LabelledPlace[] => {
    if (reading === null) return [];
    checkReading(recipe, reading, file);
    return reading.items.flatMap((item, ordinal) => {
      const column = labelColumnOf(family, item, label);
      const given = column === null ? undefined : item.labels[column];
      if (given === undefined) return [];
      const place = { reading, ordinal, label: given, labelledBy: 'person', session: '' };
      return [{ ...place, file: itemName(file, item.id), itemId: null }];
    });
  });
  if (places.length === 0) throw nothingToJudge(input.paths.join(', '), family);
  return examine({ model, family, on: input.paths.join(', '), withinNight: false }, places, options);
}

function nothingToJudge(what: string, family: Family): NightsiftError {
  return new NightsiftError('notEnoughData', `${what} holds no labelled ${family.noun.one} to judge on.`, {
    hint: `Name the column that holds labels with --label (looked for: ${family.labelColumns.join(', ')}).`,
  });
}
