/** Batch and layer normalisation. */
import {
  elementCount,
  floatAttribute,
  type GradientContext,
  intAttribute,
  normalAxis,
  type OperatorRule,
  type OperatorTable,
  type Scope,
  type Value,
} from '../rule.ts';

const defaultEpsilon = 1e-5;

/** A per-channel vector shaped so that it broadcasts over [items, channels, …]. */
function perChannel(scope: Scope, vector: Value, rank: number): Value {
  if (rank === 2) return vector;
  return scope.apply('Reshape', [vector, scope.integers([-1, ...new Array<number>(rank - 2).fill(1)])]);
}

function sumPerChannel(scope: Scope, value: Value): Value {
  const axes = value.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  return scope.apply('ReduceSum', [value, scope.integers(axes)], { keepdims: 0 });
}

function inverseDeviation(scope: Scope, variance: Value, epsilon: number): Value {
  const deviation = scope.apply('Sqrt', [scope.apply('Add', [variance, scope.scalar(epsilon)])]);
  return scope.apply('Div', [scope.scalar(1), deviation]);
}

/** y = (x - mean) s gamma + beta with s = 1/sqrt(var + eps), mean and variance those of this batch. */
function trainingGradient(context: GradientContext): (Value | undefined)[] {
  const { scope, gradient, inputs, outputs, wanted, node } = context;
  const [x, gamma] = inputs;
  const [, mean, variance] = outputs;
  const epsilon = floatAttribute(node.attributes, 'epsilon', defaultEpsilon);
  const inverse = inverseDeviation(scope, variance!, epsilon);
  const betaGradient = sumPerChannel(scope, gradient);
  const products = sumPerChannel(scope, scope.apply('Mul', [gradient, x]));
  const centred = scope.apply('Sub', [products, scope.apply('Mul', [mean, betaGradient])]);
  const gammaGradient = scope.apply('Mul', [inverse, centred]);
  const count = elementCount(x!.shape) / x!.shape[1]!;
  const byData = () =>
    affineData(context, scope.apply('Mul', [gamma, inverse]), inverse, betaGradient, gammaGradient, count);
  return [wanted[0] ? byData() : undefined, gammaGradient, betaGradient, undefined, undefined];
}

/**
 * dx = a dy + b x + c with per-channel a = gamma s, b = -a s dgamma / M, c = -a dbeta / M - b mean: three passes over
 * the tensor instead of the six of the textbook form.
 */
function affineData(
  { scope, gradient, inputs, outputs }: GradientContext,
  a: Value,
  inverse: Value,
  betaGradient: Value,
  gammaGradient: Value,
  count: number,
): Value {
  const x = inputs[0]!;
  const rank = x.shape.length;
  const perItem = scope.apply('Mul', [a, scope.scalar(-1 / count)]);
  const b = scope.apply('Mul', [perItem, scope.apply('Mul', [inverse, gammaGradient])]);
  const shift = scope.apply('Mul', [perItem, betaGradient]);
  const c = scope.apply('Sub', [shift, scope.apply('Mul', [b, outputs[1]!])]);
  const linear = scope.apply('Add', [
    scope.apply('Mul', [x, perChannel(scope, b, rank)]),
    perChannel(scope, c, rank),
  ]);
  return scope.apply('Add', [scope.apply('Mul', [gradient, perChannel(scope, a, rank)]), linear]);
}

/** Frozen statistics: the operator is an affine map per channel. */
function inferenceGradient({
  scope,
  gradient,
  inputs,
  wanted,
  node,
}: GradientContext): (Value | undefined)[] {
  const [x, gamma, , mean, variance] = inputs;
  const rank = x!.shape.length;
  const epsilon = floatAttribute(node.attributes, 'epsilon', defaultEpsilon);
  const inverse = inverseDeviation(scope, variance!, epsilon);
  const scale = () => perChannel(scope, scope.apply('Mul', [gamma, inverse]), rank);
  const betaGradient = sumPerChannel(scope, gradient);
  const byGamma = (): Value => {
    const products = sumPerChannel(scope, scope.apply('Mul', [gradient, x]));
    const centred = scope.apply('Sub', [products, scope.apply('Mul', [mean, betaGradient])]);
    return scope.apply('Mul', [inverse, centred]);
  };
  return [
    wanted[0] ? scope.apply('Mul', [gradient, scale()]) : undefined,
    wanted[1] ? byGamma() : undefined,
    wanted[2] ? betaGradient : undefined,
    undefined,
    undefined,
  ];
}

/**
 * In training mode the CPU kernel writes its running statistics over inputs 3 and 4, so every such node needs its
 * own non-constant ones: `nets/layers` gives it gamma*0 and beta*0.
 */
const batch: OperatorRule = {
  infer([x, gamma], attributes) {
    const whole = { type: x!.type, shape: x!.shape };
    if (intAttribute(attributes, 'training_mode', 0) === 0) return [whole];
    const channel = { type: x!.type, shape: gamma!.shape };
    return [whole, channel, channel];
  },
  gradient: (context) =>
    intAttribute(context.node.attributes, 'training_mode', 0) === 1
      ? trainingGradient(context)
      : inferenceGradient(context),
};

const layer: OperatorRule = {
  infer([x], attributes) {
    const axis = normalAxis(intAttribute(attributes, 'axis', -1), x!.shape.length);
    const statistics = x!.shape.map((size, place) => (place < axis ? size : 1));
    const whole = { type: x!.type, shape: x!.shape };
    const small = { type: x!.type, shape: statistics };
    return [whole, small, small];
  },
  // dx = s (g - mean(g) - xhat mean(g xhat)) with g = dy gamma
  gradient({ scope, gradient, inputs, outputs, node }) {
    const [x, gamma, beta] = inputs;
    const [, mean, inverse] = outputs;
    const rank = x!.shape.length;
    const axis = normalAxis(intAttribute(node.attributes, 'axis', -1), rank);
    const inner = scope.integers(Array.from({ length: rank - axis }, (_, index) => axis + index));
    const outer = scope.integers(Array.from({ length: axis }, (_, index) => index));
    const normalised = scope.apply('Mul', [scope.apply('Sub', [x, mean]), inverse]);
    const scaled = scope.apply('Mul', [gradient, gamma]);
    const average = (value: Value): Value => scope.apply('ReduceMean', [value, inner], { keepdims: 1 });
    const along = scope.apply('Mul', [normalised, average(scope.apply('Mul', [scaled, normalised]))]);
    const bracket = scope.apply('Sub', [scope.apply('Sub', [scaled, average(scaled)]), along]);
    const sumOuter = (value: Value): Value => scope.apply('ReduceSum', [value, outer], { keepdims: 0 });
    return [
      scope.apply('Mul', [bracket, inverse]),
      sumOuter(scope.apply('Mul', [gradient, normalised])),
      beta ? sumOuter(gradient) : undefined,
    ];
  },
};

export const normalisations: OperatorTable = { BatchNormalization: batch, LayerNormalization: layer };
