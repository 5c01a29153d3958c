/** Matrix products and transposition. */
import {
  intAttribute,
  intsAttribute,
  type OperatorRule,
  type OperatorTable,
  type Scope,
  type Value,
} from '../rule.ts';
import { broadcastShape, reduceTo } from './broadcasting.ts';

/** Swaps the last two axes. */
function transposed(scope: Scope, value: Value): Value {
  const order = value.shape.map((_, axis) => axis);
  const last = order.length - 1;
  [order[last - 1], order[last]] = [last, last - 1];
  return scope.apply('Transpose', [value], { perm: order });
}

function productShape(a: readonly number[], b: readonly number[]): number[] {
  if (a.length < 2 || b.length < 2 || a.at(-1) !== b.at(-2)) {
    throw new RangeError(`Matrices [${a.join(', ')}] and [${b.join(', ')}] cannot be multiplied.`);
  }
  return [...broadcastShape(a.slice(0, -2), b.slice(0, -2)), a.at(-2)!, b.at(-1)!];
}

// dA = dY B^T, dB = A^T dY; batches that were broadcast are summed
const matrixProduct: OperatorRule = {
  infer: ([a, b]) => [{ type: a!.type, shape: productShape(a!.shape, b!.shape) }],
  gradient({ scope, gradient, inputs: [a, b], wanted }) {
    const left = () => scope.apply('MatMul', [gradient, transposed(scope, b!)]);
    return [
      wanted[0] ? reduceTo(scope, left(), a!.shape) : undefined,
      wanted[1] ? secondFactor(scope, a!, b!, gradient) : undefined,
    ];
  },
};

/** A shared matrix (no batch axes) takes one product over all rows instead of one per batch and a sum. */
function secondFactor(scope: Scope, a: Value, b: Value, gradient: Value): Value {
  if (b.shape.length === 2 && a.shape.length > 2) {
    const rows = (value: Value): Value =>
      scope.apply('Reshape', [value, scope.integers([-1, value.shape.at(-1)!])]);
    return scope.apply('MatMul', [transposed(scope, rows(a)), rows(gradient)]);
  }
  return reduceTo(scope, scope.apply('MatMul', [transposed(scope, a), gradient]), b.shape);
}

// Y = A' B' + C with optional transposition; alpha and beta stay 1 in every network here
const general: OperatorRule = {
  infer([a, b], attributes) {
    const rows = a!.shape[intAttribute(attributes, 'transA', 0) === 1 ? 1 : 0]!;
    const columns = b!.shape[intAttribute(attributes, 'transB', 0) === 1 ? 0 : 1]!;
    return [{ type: a!.type, shape: [rows, columns] }];
  },
  gradient({ scope, gradient, inputs: [a, b, c], wanted, node }) {
    const flipA = intAttribute(node.attributes, 'transA', 0) === 1;
    const flipB = intAttribute(node.attributes, 'transB', 0) === 1;
    const product = (left: Value, right: Value, transA: boolean, transB: boolean): Value =>
      scope.apply('Gemm', [left, right], { transA: transA ? 1 : 0, transB: transB ? 1 : 0 });
    const byA = () => (flipA ? product(b!, gradient, flipB, true) : product(gradient, b!, false, !flipB));
    const byB = () => (flipB ? product(gradient, a!, true, flipA) : product(a!, gradient, !flipA, false));
    return [
      wanted[0] ? byA() : undefined,
      wanted[1] ? byB() : undefined,
      c && wanted[2] ? reduceTo(scope, gradient, c.shape) : undefined,
    ];
  },
};

const transpose: OperatorRule = {
  infer([x], attributes) {
    const order = intsAttribute(attributes, 'perm', x!.shape.map((_, axis) => axis).reverse());
    return [{ type: x!.type, shape: order.map((axis) => x!.shape[axis]!) }];
  },
  gradient({ scope, gradient, inputs: [x], node }) {
    const order = intsAttribute(node.attributes, 'perm', x!.shape.map((_, axis) => axis).reverse());
    return [scope.apply('Transpose', [gradient], { perm: order.map((_, axis) => order.indexOf(axis)) })];
  },
};

export const matrices: OperatorTable = { MatMul: matrixProduct, Gemm: general, Transpose: transpose };
