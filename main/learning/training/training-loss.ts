/** The loss of a training, by its settings. */
import {
  binaryCrossEntropy,
  contrastive,
  crossEntropy,
  distillation,
  focal,
  huber,
  meanSquaredError,
} from '../graph/losses.ts';
import type { Scope, Value } from '../graph/rule.ts';
import { numberReach, type TargetKind } from '../targets.ts';

/** What is asked of the network: `targets` as probabilities of each class, `shares` what each row counts, adding up to 1. */
type LossOf = (scope: Scope, logits: Value, targets: Value, shares: Value) => Value;

/** Probabilities farther off than this pull no harder. */
const huberReach = 0.25;
/** Divides likenesses, which reach from -1 to 1, before they are compared. */
const contrastTemperature = 0.1;

function probabilitiesOf(scope: Scope, logits: Value): Value {
  return scope.apply('Softmax', [logits], { axis: -1 });
}

const losses = {
  binary: binaryCrossEntropy,
  squared: (scope, logits, targets, shares) =>
    meanSquaredError(scope, probabilitiesOf(scope, logits), targets, shares),
  huber: (scope, logits, targets, shares) =>
    huber(scope, probabilitiesOf(scope, logits), targets, huberReach, shares),
} satisfies Readonly<Record<string, LossOf>>;

const crossEntropyName = 'crossEntropy';

/** Names that the setting `loss` takes. */
export const lossNames = [crossEntropyName, ...Object.keys(losses)];

export interface LossSettings {
  /** A name of `lossNames`; cross-entropy where absent. */
  readonly loss?: string;
  /** Exponent of the focal loss, in place of cross-entropy; 0 or absent for none. */
  readonly focus?: number;
  /** Absent: nobody is imitated. */
  readonly teacher?: TeacherSettings;
  /** Absent: one class of several. */
  readonly targets?: TargetKind | undefined;
  /** Share of the loss that compares the two views of each item, 0 to 1; 0 or absent for none. */
  readonly contrast?: number;
}

/** Of the network and of the caller. */
export interface LossParts {
  /** [items, outputs] */
  readonly logits: Value;
  /** [items, classes], the share of the loss that falls to each class; of marks and numbers those times the item's share. */
  readonly targets: Value;
  /** [items, width]: what the head answers from; with `contrast` the second half shows the items of the first again. */
  readonly representation?: Value | undefined;
}

export interface TeacherSettings {
  /** Of the whole loss, 0 to 1. */
  readonly share: number;
  /** Divides the logits of both, above 0. */
  readonly temperature: number;
}

/**
 * @param input makes further inputs: with a teacher its logits, `teacher` [items, classes]; of marks and numbers what each
 * item counts, `shares` [items, 1], adding up to 1
 */
export function trainingLoss(
  scope: Scope,
  { logits, targets, representation }: LossParts,
  settings: LossSettings,
  input: (name: string, shape: readonly number[]) => Value,
): Value {
  const { teacher, contrast = 0 } = settings;
  let loss =
    settings.targets === undefined
      ? labelLoss(scope, logits, targets, settings)
      : targetLoss(scope, logits, targets, input('shares', [logits.shape[0]!, 1]), settings);
  if (teacher !== undefined) {
    const imitation = distillation(scope, logits, input('teacher', logits.shape), teacher.temperature);
    loss = between(scope, loss, imitation, teacher.share);
  }
  if (contrast === 0 || representation === undefined) return loss;
  return between(scope, loss, viewsApart(scope, representation), contrast);
}

function between(scope: Scope, one: Value, other: Value, share: number): Value {
  return scope.apply('Add', [
    scope.apply('Mul', [one, scope.scalar(1 - share)]),
    scope.apply('Mul', [other, scope.scalar(share)]),
  ]);
}

function viewsApart(scope: Scope, representation: Value): Value {
  const items = representation.shape[0]!;
  const part = (from: number, to: number): Value =>
    scope.apply('Slice', [representation, scope.integers([from]), scope.integers([to]), scope.integers([0])]);
  return contrastive(scope, part(0, items / 2), part(items / 2, items), contrastTemperature);
}

/** Of marks the cross-entropy of each, added up; of numbers the square or Huber's loss. */
function targetLoss(
  scope: Scope,
  logits: Value,
  targets: Value,
  shares: Value,
  settings: LossSettings,
): Value {
  const wanted = perItem(scope, targets, shares);
  if (settings.targets === 'marks') return binaryCrossEntropy(scope, logits, wanted, shares);
  return settings.loss === 'huber'
    ? huber(scope, logits, wanted, numberReach, shares)
    : meanSquaredError(scope, logits, wanted, shares);
}

/** What was multiplied by what each item counts, without it. */
function perItem(scope: Scope, targets: Value, shares: Value): Value {
  // an item that counts nothing has no distribution of its own
  return scope.apply('Div', [targets, scope.apply('Max', [shares, scope.scalar(1e-12)])]);
}

function labelLoss(
  scope: Scope,
  logits: Value,
  targets: Value,
  { loss = crossEntropyName, focus = 0 }: LossSettings,
): Value {
  if (loss === crossEntropyName) {
    return focus > 0 ? focal(scope, logits, targets, focus) : crossEntropy(scope, logits, targets);
  }
  const chosen: LossOf | undefined = losses[loss as keyof typeof losses];
  if (chosen === undefined) throw new RangeError(`No loss ${loss}.`);
  const shares = scope.apply('ReduceSum', [targets, scope.integers([1])], { keepdims: 1 });
  return chosen(scope, logits, perItem(scope, targets, shares), shares);
}
