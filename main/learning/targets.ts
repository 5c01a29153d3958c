/** What a network is asked of an item besides its class: which of several marks it bears, or a number. */
import { NightsiftError } from '../../contract/errors.ts';
import type { TensorDataset } from './dataset.ts';
import {
  type Evaluation,
  evaluate,
  evaluateMarks,
  evaluateMarksWithIntervals,
  evaluateNumbers,
  fitTemperature,
  softmaxRows,
} from './metrics/index.ts';
import type { Parameters } from './recipes/recipe.ts';

/** What the setting `targets` takes. */
export const targetKinds = ['classes', 'marks', 'number'] as const;
export type TargetKind = Exclude<(typeof targetKinds)[number], 'classes'>;

export interface Targets {
  readonly kind: TargetKind;
  /** What the columns of an answer are: the marks, or `value`. */
  readonly names: readonly string[];
  /** [labels of the data set, names]: 1 and 0, or the number in widths from the centre. NaN for a label that is none. */
  readonly rows: Float32Array;
  /** A number is `centre + scale * output`; 0 and 1 for marks. */
  readonly centre: number;
  readonly scale: number;
  /** Of numbers: what is learned by, `squared` unless told otherwise. */
  readonly loss?: 'squared' | 'huber';
}

/** Errors of numbers beyond this pull no harder with `loss=huber`, in their width over the training items. */
export const numberReach = 1;

/** Undefined for classes. */
export function targetKindOf({ targets }: Parameters): TargetKind | undefined {
  return targets === 'marks' || targets === 'number' ? targets : undefined;
}

/** What an item without any mark is called, in answers and in labels. */
export const noMark = 'none';

/** The marks that a label names: `Cs-137 + Co-60` has two, in the order of the alphabet and each once; `none` has none. */
export function marksOf(label: string): string[] {
  const parts = label.split('+').map((part) => part.trim());
  return [...new Set(parts.filter((part) => part !== '' && part.toLowerCase() !== noMark))].sort();
}

/** NaN for a label that is no finite number. */
export function numberOfLabel(label: string): number {
  const value = label.trim() === '' ? Number.NaN : Number(label);
  return Number.isFinite(value) ? value : Number.NaN;
}

/**
 * @param items those that are learned from: they give the centre and the width of numbers
 * @param loss the setting of that name
 * @throws NightsiftError `badInput` where any item's label is no number, or all that are learned from are one
 */
export function targetsOf(
  kind: TargetKind,
  { classes, labels }: Pick<TensorDataset, 'classes' | 'labels'>,
  items: Int32Array,
  loss?: string,
): Targets {
  if (kind === 'marks') return markTargets(classes);
  return { ...numberTargets(classes, labels, items), loss: loss === 'huber' ? 'huber' : 'squared' };
}

function markTargets(classes: readonly string[]): Targets {
  const names = [...new Set(classes.flatMap(marksOf))].sort();
  if (names.length === 0) {
    throw new NightsiftError('badInput', 'No label names a mark.', {
      hint: 'Marks stand in the label, joined by +, as in Cs-137+Co-60.',
    });
  }
  return { kind: 'marks', names, rows: markRows(classes, names), centre: 0, scale: 1 };
}

/** [labels, names], 1 where the label names the mark. */
export function markRows(labels: readonly string[], names: readonly string[]): Float32Array {
  const rows = labels.map((label) => new Set(marksOf(label)));
  return Float32Array.from(rows.flatMap((marks) => names.map((name) => (marks.has(name) ? 1 : 0))));
}

function numberTargets(classes: readonly string[], labels: Int32Array, items: Int32Array): Targets {
  const numbers = classes.map(numberOfLabel);
  // what is judged must be a number too: one that is none would leave no loss to stop by
  const wrong = labels.find((label) => label >= 0 && Number.isNaN(numbers[label]!));
  if (wrong !== undefined) {
    throw new NightsiftError('badInput', `The label "${classes[wrong]}" is no number.`, {
      hint: 'Name a column of numbers with --label, or leave targets=number out.',
    });
  }
  const known = Array.from(items, (item) => numbers[labels[item]!]!);
  const centre = known.reduce((sum, value) => sum + value, 0) / known.length;
  const scale = Math.sqrt(known.reduce((sum, value) => sum + (value - centre) ** 2, 0) / known.length);
  if (!(scale > 0)) {
    throw new NightsiftError('badInput', `Every label that is learned from is ${centre}.`, {
      hint: 'Add items with other numbers.',
    });
  }
  const rows = Float32Array.from(numbers, (value) => (value - centre) / scale);
  return { kind: 'number', names: ['value'], rows, centre, scale };
}

/**
 * What a model says, from the outputs of its network: probabilities of classes (adding up to 1) or of marks (each by
 * itself), or numbers in their own unit.
 */
export function answersOf(
  targets: Targets | undefined,
  logits: Float32Array,
  classes: number,
  temperature = 1,
): Float32Array {
  if (targets === undefined) return softmaxRows(logits, classes, temperature);
  const { kind, centre, scale } = targets;
  return kind === 'marks'
    ? logits.map((logit) => 1 / (1 + Math.exp(-logit / temperature)))
    : logits.map((value) => centre + scale * value);
}

/** The temperature that suits what the network says of items of known labels; 1 for numbers. */
export function temperatureFor(
  targets: Targets | undefined,
  logits: Float32Array,
  labels: Int32Array,
  classes: number,
): number {
  if (targets === undefined) return fitTemperature(logits, labels, classes);
  if (targets.kind === 'number') return 1;
  // a mark is a question of two answers, of which "no" has the logit 0
  const pairs = Float32Array.from({ length: 2 * logits.length }, (_, place) =>
    place % 2 === 0 ? 0 : logits[place >> 1]!,
  );
  return fitTemperature(pairs, Array.from(truthOf(targets, labels)), 2);
}

function truthOf({ rows, names }: Targets, labels: Int32Array | readonly number[]): Float32Array {
  return Float32Array.from(
    Array.from(labels).flatMap((label) =>
      Array.from(rows.subarray(label * names.length, (label + 1) * names.length)),
    ),
  );
}

/**
 * @param answers as `answersOf` gives them; `labels` index into the classes of the data set
 * @param judge what judges classes; marks get intervals and reliability too, where it is another than `evaluate`
 */
export function judgeAnswers(
  targets: Targets | undefined,
  answers: Float32Array,
  labels: Int32Array | readonly number[],
  classes: readonly string[],
  judge: typeof evaluate = evaluate,
): Evaluation {
  if (targets === undefined) return judge(answers, labels, classes);
  const { kind, names } = targets;
  const truth = truthOf(targets, labels);
  return kind === 'marks'
    ? (judge === evaluate ? evaluateMarks : evaluateMarksWithIntervals)(answers, truth, names)
    : evaluateNumbers(answers, answersOf(targets, truth, 1), (error) => numberLoss(targets, error));
}

/** As the network is trained by: in widths, so that losses of training and validation are of one kind. */
function numberLoss({ scale, loss }: Targets, error: number): number {
  const size = Math.abs(error) / scale;
  if (loss !== 'huber') return size * size;
  const near = Math.min(size, numberReach);
  return near * (size - near / 2);
}

/** @throws NightsiftError `wrongUse` for settings that only go with classes */
export function refuseForTargets(parameters: Parameters, hasTeacher: boolean): void {
  const kind = targetKindOf(parameters);
  if (kind === undefined) return;
  const losses = kind === 'marks' ? ['crossEntropy', 'binary'] : ['crossEntropy', 'squared', 'huber'];
  const wrong = [
    ...(losses.includes(String(parameters.loss)) ? [] : [`loss=${parameters.loss}`]),
    ...(Number(parameters.focus) > 0 ? ['focus'] : []),
    ...(parameters.precision === 'int8' ? ['precision=int8'] : []),
    // by the classes that labels would be: of a number each label is one
    ...(parameters.sampling === 'weighted' ? ['sampling=weighted'] : []),
    ...(kind === 'number' && parameters.sampling === 'stratified' ? ['sampling=stratified'] : []),
    ...(hasTeacher ? ['a teacher'] : []),
  ];
  if (wrong.length === 0) return;
  throw new NightsiftError('wrongUse', `targets=${kind} does not go with ${wrong.join(', ')}.`, {
    hint:
      kind === 'marks'
        ? 'Marks are learned with the loss binary; leave the others out.'
        : 'Numbers are learned with the loss squared or huber; leave the others out.',
  });
}

/** @throws NightsiftError `wrongUse` where answers out of fold are asked of anything but classes */
export function refuseFolds(parameters: Parameters): void {
  const kind = targetKindOf(parameters);
  if (kind === undefined) return;
  throw new NightsiftError('wrongUse', `targets=${kind} is judged on the test split, not in folds.`, {
    hint: 'Leave evaluation.folds at 0. --set folds=N repeats the training and says how much its figures vary.',
  });
}
