/** Activations. Composite ones (SiLU, GELU) are built from these in nets/layers. */
import {
  type GradientContext,
  intAttribute,
  type OperatorRule,
  type OperatorTable,
  type Value,
} from '../rule.ts';

function activation(derivative: (context: GradientContext, x: Value, y: Value) => Value): OperatorRule {
  return {
    infer: ([x]) => [{ type: x!.type, shape: x!.shape }],
    gradient: (context) => [derivative(context, context.inputs[0]!, context.outputs[0]!)],
  };
}

// y > 0 wherever x > 0, so the input need not be kept
const relu = activation(({ scope, gradient }, _x, y) => {
  if (gradient.rectified) return gradient;
  const passes = scope.apply('Cast', [scope.apply('Greater', [y, scope.scalar(0)])], { to: 1 });
  return scope.apply('Mul', [gradient, passes]);
});

const sigmoid = activation(({ scope, gradient }, _x, y) => {
  const slope = scope.apply('Mul', [y, scope.apply('Sub', [scope.scalar(1), y])]);
  return scope.apply('Mul', [gradient, slope]);
});

const tanh = activation(({ scope, gradient }, _x, y) => {
  const slope = scope.apply('Sub', [scope.scalar(1), scope.apply('Mul', [y, y])]);
  return scope.apply('Mul', [gradient, slope]);
});

// derivative of the error function: 2/sqrt(pi) exp(-x^2)
const errorFunction = activation(({ scope, gradient }, x) => {
  const bell = scope.apply('Exp', [scope.apply('Neg', [scope.apply('Mul', [x, x])])]);
  return scope.apply('Mul', [gradient, scope.apply('Mul', [bell, scope.scalar(2 / Math.sqrt(Math.PI))])]);
});

function sumAlong({ scope, node }: GradientContext, value: Value): Value {
  const axis = intAttribute(node.attributes, 'axis', -1);
  return scope.apply('ReduceSum', [value, scope.integers([axis])], { keepdims: 1 });
}

// dx = y * (dy - sum(dy * y))
const softmax = activation((context, _x, y) => {
  const { scope, gradient } = context;
  const projected = sumAlong(context, scope.apply('Mul', [gradient, y]));
  return scope.apply('Mul', [y, scope.apply('Sub', [gradient, projected])]);
});

// dx = dy - softmax(x) * sum(dy)
const logSoftmax = activation((context, _x, y) => {
  const { scope, gradient } = context;
  const share = scope.apply('Mul', [scope.apply('Exp', [y]), sumAlong(context, gradient)]);
  return scope.apply('Sub', [gradient, share]);
});

export const activations: OperatorTable = {
  Relu: relu,
  Sigmoid: sigmoid,
  Tanh: tanh,
  Erf: errorFunction,
  Softmax: softmax,
  LogSoftmax: logSoftmax,
};
