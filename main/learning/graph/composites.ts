/** Operators that ONNX Runtime's training needs as several: they differentiate through their parts. */
import type { Scope, Value } from './rule.ts';

/** x sigmoid(x), also called swish. */
export function silu(scope: Scope, x: Value): Value {
  return scope.apply('Mul', [x, scope.apply('Sigmoid', [x])]);
}

/** x Phi(x), exact. */
export function gelu(scope: Scope, x: Value): Value {
  const bell = scope.apply('Erf', [scope.apply('Mul', [x, scope.scalar(Math.SQRT1_2)])]);
  const share = scope.apply('Mul', [scope.apply('Add', [bell, scope.scalar(1)]), scope.scalar(0.5)]);
  return scope.apply('Mul', [x, share]);
}

/**
 * Normalises each item's channels in groups (Wu and He 2018).
 * @param x [items, channels, …]; gamma and beta [channels]
 */
export function groupNorm(
  scope: Scope,
  x: Value,
  gamma: Value,
  beta: Value,
  groups: number,
  epsilon = 1e-5,
): Value {
  const [, channels, ...rest] = x.shape as readonly number[];
  const grouped = scope.apply('Reshape', [x, scope.integers([0, groups, -1])]);
  const along = scope.integers([2]);
  const centred = scope.apply('Sub', [grouped, scope.apply('ReduceMean', [grouped, along], { keepdims: 1 })]);
  const squares = scope.apply('Mul', [centred, centred]);
  const variance = scope.apply('ReduceMean', [squares, along], { keepdims: 1 });
  const deviation = scope.apply('Sqrt', [scope.apply('Add', [variance, scope.scalar(epsilon)])]);
  const normal = scope.apply('Reshape', [
    scope.apply('Div', [centred, deviation]),
    scope.integers([0, channels!, ...rest]),
  ]);
  const perChannel = scope.integers([channels!, ...rest.map(() => 1)]);
  const scaled = scope.apply('Mul', [normal, scope.apply('Reshape', [gamma, perChannel])]);
  return scope.apply('Add', [scaled, scope.apply('Reshape', [beta, perChannel])]);
}

/**
 * Scaled dot-product attention (Vaswani et al. 2017).
 * @param queries [items, heads, length, width]; keys and values likewise
 */
export function attention(scope: Scope, queries: Value, keys: Value, values: Value): Value {
  const width = queries.shape.at(-1)!;
  const turned = scope.apply('Transpose', [keys], { perm: [0, 1, 3, 2] });
  const likeness = scope.apply('MatMul', [queries, turned]);
  const scaled = scope.apply('Mul', [likeness, scope.scalar(1 / Math.sqrt(width))]);
  return scope.apply('MatMul', [scope.apply('Softmax', [scaled], { axis: -1 }), values]);
}
