/**
 * Losses as graph fragments. All return a scalar. `targets` and `weights` carry the normalisation where said so, which
 * keeps class weights, item weights and label smoothing out of the graph.
 */
import type { Scope, Value } from './rule.ts';

function total(scope: Scope, value: Value): Value {
  return scope.apply('ReduceSum', [value], { keepdims: 0 });
}

/** The mean; with `shares` [items, 1] the sum over each item's elements, weighed by them. */
function mean(scope: Scope, value: Value, shares?: Value): Value {
  if (shares) return total(scope, scope.apply('Mul', [value, shares]));
  return scope.apply('ReduceMean', [value], { keepdims: 0 });
}

function logSoftmax(scope: Scope, logits: Value): Value {
  return scope.apply('LogSoftmax', [logits], { axis: -1 });
}

/**
 * Minus the sum of targets times log-probabilities.
 * @param targets [items, classes], each class's share of the loss
 */
export function crossEntropy(scope: Scope, logits: Value, targets: Value): Value {
  const products = scope.apply('Mul', [logSoftmax(scope, logits), targets]);
  return scope.apply('Neg', [total(scope, products)]);
}

/**
 * Cross-entropy in which a class already predicted with probability p counts (1 - p)^focus (Lin et al. 2017).
 * @param targets [items, classes], each class's share of the loss
 */
export function focal(scope: Scope, logits: Value, targets: Value, focus: number): Value {
  const logProbabilities = logSoftmax(scope, logits);
  const doubt = scope.apply('Sub', [scope.scalar(1), scope.apply('Exp', [logProbabilities])]);
  // log(0) where a probability rounds to one would poison the gradient of a power
  const bounded = scope.apply('Clip', [doubt, scope.scalar(1e-7), scope.scalar(1)]);
  const weight = scope.apply('Pow', [bounded, scope.scalar(focus)]);
  const products = scope.apply('Mul', [scope.apply('Mul', [logProbabilities, weight]), targets]);
  return scope.apply('Neg', [total(scope, products)]);
}

/**
 * Independent yes-or-no questions: mean of max(z, 0) - z t + log(1 + exp(-|z|)).
 * @param targets same shape as the logits, 0 to 1
 */
export function binaryCrossEntropy(scope: Scope, logits: Value, targets: Value, shares?: Value): Value {
  const decay = scope.apply('Exp', [scope.apply('Neg', [scope.apply('Abs', [logits])])]);
  const softened = scope.apply('Log', [scope.apply('Add', [decay, scope.scalar(1)])]);
  const linear = scope.apply('Sub', [scope.apply('Relu', [logits]), scope.apply('Mul', [logits, targets])]);
  return mean(scope, scope.apply('Add', [linear, softened]), shares);
}

export function meanSquaredError(scope: Scope, predicted: Value, targets: Value, shares?: Value): Value {
  const error = scope.apply('Sub', [predicted, targets]);
  return mean(scope, scope.apply('Mul', [error, error]), shares);
}

/** Quadratic up to `delta`, linear beyond: q (|e| - q / 2) with q = min(|e|, delta). */
export function huber(scope: Scope, predicted: Value, targets: Value, delta: number, shares?: Value): Value {
  const size = scope.apply('Abs', [scope.apply('Sub', [predicted, targets])]);
  const near = scope.apply('Min', [size, scope.scalar(delta)]);
  const half = scope.apply('Mul', [near, scope.scalar(0.5)]);
  return mean(scope, scope.apply('Mul', [near, scope.apply('Sub', [size, half])]), shares);
}

/**
 * How far a student's softened probabilities are from a teacher's: temperature^2 times the Kullback-Leibler divergence,
 * mean over the items (Hinton et al. 2015). No gradient reaches the teacher unless it is asked for.
 */
export function distillation(scope: Scope, student: Value, teacher: Value, temperature: number): Value {
  const cooled = (logits: Value): Value =>
    logSoftmax(scope, scope.apply('Mul', [logits, scope.scalar(1 / temperature)]));
  const theirs = cooled(teacher);
  const gap = scope.apply('Sub', [theirs, cooled(student)]);
  const divergence = total(scope, scope.apply('Mul', [scope.apply('Exp', [theirs]), gap]));
  const items = student.shape[0]!;
  return scope.apply('Mul', [divergence, scope.scalar(temperature ** 2 / items)]);
}

/** Rows of unit length. */
function normalisedRows(scope: Scope, rows: Value): Value {
  const squares = scope.apply('ReduceSumSquare', [rows, scope.integers([1])], { keepdims: 1 });
  const length = scope.apply('Sqrt', [scope.apply('Add', [squares, scope.scalar(1e-12)])]);
  return scope.apply('Div', [rows, length]);
}

/**
 * Two views of the same items should be alike, and unlike all others (InfoNCE, both ways: van den Oord et al. 2018,
 * Radford et al. 2021).
 * @param first [items, width]; `second` likewise, row by row the same items
 */
export function contrastive(scope: Scope, first: Value, second: Value, temperature: number): Value {
  const [items] = first.shape as [number];
  const turned = scope.apply('Transpose', [normalisedRows(scope, second)], { perm: [1, 0] });
  const likeness = scope.apply('MatMul', [normalisedRows(scope, first), turned]);
  const logits = scope.apply('Mul', [likeness, scope.scalar(1 / temperature)]);
  const diagonal = Float32Array.from({ length: items * items }, (_, index) =>
    index % (items + 1) === 0 ? 0.5 / items : 0,
  );
  const targets = scope.floats(diagonal, [items, items]);
  const back = scope.apply('Transpose', [logits], { perm: [1, 0] });
  return scope.apply('Add', [crossEntropy(scope, logits, targets), crossEntropy(scope, back, targets)]);
}
