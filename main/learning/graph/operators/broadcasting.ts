import type { Scope, Value } from '../rule.ts';

/** Shape of an element-wise result (NumPy's rules). */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let index = 0; index < rank; index++) {
    const left = a[index - rank + a.length] ?? 1;
    const right = b[index - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) {
      throw new RangeError(`Shapes [${a.join(', ')}] and [${b.join(', ')}] do not broadcast.`);
    }
    shape.push(left === 1 ? right : left);
  }
  return shape;
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, index) => size === b[index]);
}

/** Sums a gradient over the axes along which its input was broadcast. */
export function reduceTo(scope: Scope, gradient: Value, shape: readonly number[]): Value {
  if (sameShape(gradient.shape, shape)) return gradient;
  const lead = gradient.shape.length - shape.length;
  const axes: number[] = [];
  for (let axis = 0; axis < gradient.shape.length; axis++) {
    const target = axis < lead ? 1 : shape[axis - lead]!;
    if (axis < lead || (target === 1 && gradient.shape[axis] !== 1)) axes.push(axis);
  }
  const summed =
    axes.length === 0
      ? gradient
      : scope.apply('ReduceSum', [gradient, scope.integers(axes)], { keepdims: 1 });
  if (sameShape(summed.shape, shape)) return summed;
  return scope.apply('Reshape', [summed, scope.integers(shape)]);
}
