/** Element-wise arithmetic with broadcasting, and the comparisons that gradients need. */
import type { GradientContext, OperatorRule, OperatorTable, Value } from '../rule.ts';
import { broadcastShape, reduceTo } from './broadcasting.ts';

type BinaryGradient = (context: GradientContext) => readonly [() => Value, () => Value];

function binary(gradient: BinaryGradient): OperatorRule {
  return {
    infer: ([a, b]) => [{ type: a!.type, shape: broadcastShape(a!.shape, b!.shape) }],
    gradient(context) {
      const partials = gradient(context);
      return partials.map((partial, index) =>
        context.wanted[index] ? reduceTo(context.scope, partial(), context.inputs[index]!.shape) : undefined,
      );
    },
  };
}

function comparison(): OperatorRule {
  return { infer: ([a, b]) => [{ type: 'bool', shape: broadcastShape(a!.shape, b!.shape) }] };
}

/** A function of one value whose derivative is made from the input x and the output y. */
function unary(derivative?: (context: GradientContext, x: Value, y: Value) => Value): OperatorRule {
  const infer: OperatorRule['infer'] = ([x]) => [{ type: x!.type, shape: x!.shape }];
  if (!derivative) return { infer };
  return {
    infer,
    gradient: (context) => [derivative(context, context.inputs[0]!, context.outputs[0]!)],
  };
}

const add = binary(({ gradient }) => [() => gradient, () => gradient]);

const subtract = binary(({ scope, gradient }) => [() => gradient, () => scope.apply('Neg', [gradient])]);

const multiply = binary(({ scope, gradient, inputs: [a, b] }) => [
  () => scope.apply('Mul', [gradient, b]),
  () => scope.apply('Mul', [gradient, a]),
]);

// d(a/b)/db = -(a/b)/b
const divide = binary(({ scope, gradient, inputs, outputs }) => [
  () => scope.apply('Div', [gradient, inputs[1]]),
  () => scope.apply('Neg', [scope.apply('Div', [scope.apply('Mul', [gradient, outputs[0]]), inputs[1]])]),
]);

// only the base is differentiated; exponents are constants in every network here
const power: OperatorRule = {
  infer: ([a, b]) => [{ type: a!.type, shape: broadcastShape(a!.shape, b!.shape) }],
  gradient({ scope, gradient, inputs: [base, exponent] }) {
    const lowered = scope.apply('Pow', [base, scope.apply('Sub', [exponent, scope.scalar(1)])]);
    const slope = scope.apply('Mul', [lowered, exponent]);
    return [reduceTo(scope, scope.apply('Mul', [gradient, slope]), base!.shape), undefined];
  },
};

const negate = unary(({ scope, gradient }) => scope.apply('Neg', [gradient]));

const squareRoot = unary(({ scope, gradient }, _x, y) =>
  scope.apply('Div', [scope.apply('Mul', [gradient, scope.scalar(0.5)]), y]),
);

const exponential = unary(({ scope, gradient }, _x, y) => scope.apply('Mul', [gradient, y]));

const logarithm = unary(({ scope, gradient }, x) => scope.apply('Div', [gradient, x]));

const reciprocal = unary(({ scope, gradient }, _x, y) =>
  scope.apply('Neg', [scope.apply('Mul', [gradient, scope.apply('Mul', [y, y])])]),
);

const absolute = unary(({ scope, gradient }, x) => scope.apply('Mul', [gradient, scope.apply('Sign', [x])]));

const where: OperatorRule = {
  infer: ([condition, a, b]) => [
    { type: a!.type, shape: broadcastShape(condition!.shape, broadcastShape(a!.shape, b!.shape)) },
  ],
  gradient({ scope, gradient, inputs: [condition, a, b], wanted }) {
    const zero = scope.scalar(0);
    return [
      undefined,
      wanted[1] ? reduceTo(scope, scope.apply('Where', [condition, gradient, zero]), a!.shape) : undefined,
      wanted[2] ? reduceTo(scope, scope.apply('Where', [condition, zero, gradient]), b!.shape) : undefined,
    ];
  },
};

// inside the limits the gradient passes, outside it is zero (PyTorch's clamp)
const clip: OperatorRule = {
  infer: ([x]) => [{ type: x!.type, shape: x!.shape }],
  gradient({ scope, gradient, inputs: [x, low, high] }) {
    const above = scope.apply('GreaterOrEqual', [x, low]);
    const inside = scope.apply('And', [above, scope.apply('LessOrEqual', [x, high])]);
    return [scope.apply('Where', [inside, gradient, scope.scalar(0)]), undefined, undefined];
  },
};

const cast: OperatorRule = {
  infer: ([x], attributes) => [{ type: castTypes[Number(attributes.to)] ?? 'float32', shape: x!.shape }],
};
const castTypes: Readonly<Record<number, Value['type']>> = {
  1: 'float32',
  6: 'int32',
  7: 'int64',
  9: 'bool',
};

const many: OperatorRule = {
  infer: (inputs) => [
    { type: inputs[0]!.type, shape: inputs.map((input) => input.shape).reduce(broadcastShape) },
  ],
  gradient: ({ scope, gradient, inputs }) => inputs.map((input) => reduceTo(scope, gradient, input.shape)),
};

/** Larger or smaller of two; a tie shares the gradient equally, as PyTorch's maximum and minimum do. */
function extremum(prefers: 'Greater' | 'Less'): OperatorRule {
  return binary(({ scope, gradient, inputs: [a, b] }) => {
    const tie = scope.apply('Mul', [
      scope.apply('Cast', [scope.apply('Equal', [a, b])], { to: 1 }),
      scope.scalar(0.5),
    ]);
    const share = (left: Value, right: Value): Value => {
      const wins = scope.apply('Cast', [scope.apply(prefers, [left, right])], { to: 1 });
      return scope.apply('Mul', [gradient, scope.apply('Add', [wins, tie])]);
    };
    return [() => share(a!, b!), () => share(b!, a!)];
  });
}

export const arithmetic: OperatorTable = {
  Add: add,
  Sub: subtract,
  Mul: multiply,
  Div: divide,
  Pow: power,
  Neg: negate,
  Sqrt: squareRoot,
  Exp: exponential,
  Log: logarithm,
  Reciprocal: reciprocal,
  Abs: absolute,
  Sign: unary(),
  Where: where,
  Clip: clip,
  Cast: cast,
  Sum: many,
  Max: extremum('Greater'),
  Min: extremum('Less'),
  Greater: comparison(),
  GreaterOrEqual: comparison(),
  Less: comparison(),
  LessOrEqual: comparison(),
  Equal: comparison(),
  And: comparison(),
  Not: { infer: ([x]) => [{ type: 'bool', shape: x!.shape }] },
  IsNaN: { infer: ([x]) => [{ type: 'bool', shape: x!.shape }] },
  IsInf: { infer: ([x]) => [{ type: 'bool', shape: x!.shape }] },
};
