/** The loss of a training, by its settings. */
import {
  binaryCrossEntropy,
  crossEntropy,
  distillation,
  focal,
  huber,
  meanSquaredError,
} from '../graph/losses.ts';
import type { Scope, Value } from '../graph/rule.ts';

/** What is asked of the network: `targets` as probabilities of each class, `shares` what each row counts, adding up to 1. */
type LossOf = (scope: Scope, logits: Value, targets: Value, shares: Value) => Value;

/** Probabilities farther off than this pull no harder. */
const huberReach = 0.25;

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
}

export interface TeacherSettings {
  /** Of the whole loss, 0 to 1. */
  readonly share: number;
  /** Divides the logits of both, above 0. */
  readonly temperature: number;
}

/**
 * @param logits [items, classes]
 * @param targets [items, classes], the share of the loss that falls to each class of each item
 * @param input makes further inputs: with a teacher its logits, `teacher` [items, classes]
 */
export function trainingLoss(
  scope: Scope,
  { logits, targets }: { readonly logits: Value; readonly targets: Value },
  settings: LossSettings,
  input: (name: string, shape: readonly number[]) => Value,
): Value {
  const own = labelLoss(scope, logits, targets, settings);
  const { teacher } = settings;
  if (teacher === undefined) return own;
  const imitation = distillation(scope, logits, input('teacher', logits.shape), teacher.temperature);
  return scope.apply('Add', [
    scope.apply('Mul', [own, scope.scalar(1 - teacher.share)]),
    scope.apply('Mul', [imitation, scope.scalar(teacher.share)]),
  ]);
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
  // an item that counts nothing has no distribution of its own
  const divisor = scope.apply('Max', [shares, scope.scalar(1e-12)]);
  return chosen(scope, logits, scope.apply('Div', [targets, divisor]), shares);
}
