/** Figures on labelled items, those a person labelled apart from mere agreement with the prefilter. */
import type { Evaluation, EvaluationReport } from '../../../contract/calls/training.ts';
import { crossValidationPrefix } from '../../learning/cross-validation.ts';
import {
  evaluateMarksWithIntervals,
  evaluateNumbers,
  evaluateWithIntervals,
  type Evaluation as Measured,
  timesCalled,
} from '../../learning/metrics/index.ts';
import type { TargetKind } from '../../learning/targets.ts';
import type { WorkOptions } from '../progress.ts';

/** What a model of marks or of numbers said, and what is true. */
export interface JudgedTargets {
  readonly kind: TargetKind;
  readonly names: readonly string[];
  /** [items, names] */
  readonly answers: Float32Array;
  /** [items, names]: 1 or 0, or the number. */
  readonly truth: Float32Array;
}

export interface JudgedItems {
  readonly classes: readonly string[];
  /** [items, classes] */
  readonly probabilities: Float32Array;
  /** Index into `classes`. */
  readonly labels: readonly number[];
  /** True where a person set the label. */
  readonly person: readonly boolean[];
}

/** All labels of records are of persons. */
export function targetReport(
  about: Pick<EvaluationReport, 'model' | 'on' | 'withinNight'>,
  { kind, names, answers, truth }: JudgedTargets,
): EvaluationReport {
  const measured =
    kind === 'marks' ? evaluateMarksWithIntervals(answers, truth, names) : evaluateNumbers(answers, truth);
  const all = inContract(measured);
  const { items, calibrationError, auc, numbers } = measured;
  const figures = numbers ?? (items === 0 ? {} : { calibrationError, auc });
  return {
    schema: 'nightsift.evaluation/1',
    ...about,
    all,
    person: items > 0 ? all : null,
    prefilterAgreement: null,
    figures: { ...figures },
  };
}

/** Of a model whose family drew items anew to judge by, since all that were given are learned from; nobody labelled those. */
export function drawnReport(
  about: Pick<EvaluationReport, 'model' | 'on' | 'withinNight'>,
  measured: Measured,
): EvaluationReport {
  const { calibrationError } = measured;
  return {
    schema: 'nightsift.evaluation/1',
    ...about,
    drawnAnew: true,
    all: inContract(measured),
    person: null,
    prefilterAgreement: null,
    figures: { calibrationError },
  };
}

export function evaluationReport(
  about: Pick<EvaluationReport, 'model' | 'on' | 'withinNight'>,
  items: JudgedItems,
): EvaluationReport {
  const everywhere = items.labels.map((_, index) => index);
  const byPerson = everywhere.filter((index) => items.person[index]);
  const byPrefilter = everywhere.filter((index) => !items.person[index]);
  return {
    schema: 'nightsift.evaluation/1',
    ...about,
    all: figures(items, everywhere),
    person: byPerson.length > 0 ? figures(items, byPerson) : null,
    prefilterAgreement: byPrefilter.length > 0 ? figures(items, byPrefilter) : null,
  };
}

function figures({ classes, probabilities, labels }: JudgedItems, places: readonly number[]): Evaluation {
  const count = classes.length;
  const rows = new Float32Array(places.length * count);
  places.forEach((place, index) => {
    rows.set(probabilities.subarray(place * count, (place + 1) * count), index * count);
  });
  const measured = evaluateWithIntervals(
    rows,
    places.map((place) => labels[place] as number),
    classes,
  );
  return inContract(measured);
}

/** Null where a figure has no meaning: no item at all, none of a class, none called so, a mean over classes of one of several. */
function inContract(measured: Measured): Evaluation {
  const { items, confusion } = measured;
  const orNull = (value: number) => (items === 0 || Number.isNaN(value) ? null : value);
  return {
    items,
    accuracy: orNull(measured.accuracy),
    balancedAccuracy: orNull(measured.balancedAccuracy),
    macroF1: isOfOneClass(measured) ? null : orNull(measured.macroF1),
    classes: measured.perClass.map(({ className, support, precision, recall, f1 }, index) => ({
      name: className,
      support,
      precision: timesCalled(measured, index) > 0 ? precision : null,
      recall: support > 0 ? recall : null,
      f1: support > 0 ? f1 : null,
    })),
    confusion: confusion.map((row) => [...row]),
    ...(measured.intervals ? { intervals: measured.intervals } : {}),
  };
}

export interface JudgingOptions extends WorkOptions {
  /** Content hashes of the items that the model learned from. */
  readonly learned?: ReadonlySet<string> | undefined;
}

/** With the count of judged items that were learned from, where there are any. */
export function withLearned(
  report: EvaluationReport,
  contents: readonly string[],
  learned: JudgingOptions['learned'],
): EvaluationReport {
  const count = contents.filter((hash) => learned?.has(hash)).length;
  return count === 0 ? report : { ...report, learnedFrom: count };
}

/** With what cross-validation found beside it, where it was asked for. */
export function withSpread(
  report: EvaluationReport,
  metrics: Readonly<Record<string, number>>,
): EvaluationReport {
  const spread = spreadOf(metrics);
  if (spread.length === 0) return report;
  return { ...report, figures: { ...report.figures, ...Object.fromEntries(spread) } };
}

/** Figures of cross-validation among those of a training. */
export function spreadOf(metrics: Readonly<Record<string, number | null>>): [string, number | null][] {
  return Object.entries(metrics).filter(([name]) => name.startsWith(crossValidationPrefix));
}

/** Among items of one class nothing can be taken for another but by missing it. */
function isOfOneClass({ perClass }: Measured): boolean {
  return perClass.length > 1 && perClass.filter(({ support }) => support > 0).length === 1;
}

/** The report as flat names, for lists and comparisons. */
export function flatFigures(report: EvaluationReport): Record<string, number | null> {
  const flat: Record<string, number | null> = {};
  const add = (prefix: string, evaluation: Evaluation | null) => {
    if (evaluation === null) return;
    flat[`${prefix}accuracy`] = evaluation.accuracy;
    flat[`${prefix}balancedAccuracy`] = evaluation.balancedAccuracy;
    flat[`${prefix}macroF1`] = evaluation.macroF1;
    flat[`${prefix}items`] = evaluation.items;
    for (const each of evaluation.classes) {
      flat[`${prefix}${each.name}/precision`] = each.precision;
      flat[`${prefix}${each.name}/recall`] = each.recall;
      flat[`${prefix}${each.name}/f1`] = each.f1;
    }
  };
  add('', report.all);
  add('person/', report.person);
  add('prefilterAgreement/', report.prefilterAgreement);
  return { ...flat, ...report.figures };
}
