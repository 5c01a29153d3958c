/** Sums, means and extrema along axes. */
import {
  elementCount,
  type GradientContext,
  intAttribute,
  normalAxis,
  type OperatorRule,
  type OperatorTable,
  type Value,
} from '../rule.ts';

function reducedAxes(x: Value, axes: Value | undefined): number[] {
  if (!axes) return x.shape.map((_, axis) => axis);
  if (!axes.integers) throw new TypeError('The axes of a reduction must be constant.');
  return axes.integers.map((axis) => normalAxis(axis, x.shape.length));
}

const infer: OperatorRule['infer'] = ([x, axes], attributes) => {
  const gone = reducedAxes(x!, axes);
  const keep = intAttribute(attributes, 'keepdims', 1) === 1;
  const shape = keep
    ? x!.shape.map((size, axis) => (gone.includes(axis) ? 1 : size))
    : x!.shape.filter((_, axis) => !gone.includes(axis));
  return [{ type: x!.type, shape }];
};

/** The output's gradient with the reduced axes back, as ones, so that it broadcasts. */
function restored({ scope, inputs: [x, axes] }: GradientContext, value: Value): Value {
  const gone = reducedAxes(x!, axes);
  const kept = x!.shape.map((size, axis) => (gone.includes(axis) ? 1 : size));
  return scope.apply('Reshape', [value, scope.integers(kept)]);
}

const sum: OperatorRule = {
  infer,
  gradient(context) {
    const { scope, gradient, inputs } = context;
    return [
      scope.apply('Expand', [restored(context, gradient), scope.integers(inputs[0]!.shape)]),
      undefined,
    ];
  },
};

const mean: OperatorRule = {
  infer,
  gradient(context) {
    const { scope, gradient, inputs, outputs } = context;
    const count = elementCount(inputs[0]!.shape) / elementCount(outputs[0]!.shape);
    const share = scope.apply('Mul', [restored(context, gradient), scope.scalar(1 / count)]);
    return [scope.apply('Expand', [share, scope.integers(inputs[0]!.shape)]), undefined];
  },
};

const sumOfSquares: OperatorRule = {
  infer,
  gradient(context) {
    const { scope, gradient, inputs } = context;
    const twice = scope.apply('Mul', [restored(context, gradient), scope.scalar(2)]);
    return [scope.apply('Mul', [twice, inputs[0]]), undefined];
  },
};

// ties share the gradient equally (PyTorch's amax)
const maximum: OperatorRule = {
  infer,
  gradient(context) {
    const { scope, gradient, inputs, outputs } = context;
    const best = restored(context, outputs[0]!);
    const hits = scope.apply('Cast', [scope.apply('Equal', [inputs[0], best])], { to: 1 });
    const axes = scope.integers(reducedAxes(inputs[0]!, inputs[1]));
    const ties = scope.apply('ReduceSum', [hits, axes], { keepdims: 1 });
    const share = scope.apply('Div', [restored(context, gradient), ties]);
    return [scope.apply('Mul', [hits, share]), undefined];
  },
};

export const reductions: OperatorTable = {
  ReduceSum: sum,
  ReduceMean: mean,
  ReduceSumSquare: sumOfSquares,
  ReduceMax: maximum,
};
