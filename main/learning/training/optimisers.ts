/**
 * Update rules as graph fragments, one per optimiser. Constants that PyTorch has are PyTorch's defaults and the order of
 * operations follows it, so that runs can be compared step by step.
 */
import type { Scope, Value } from '../graph/rule.ts';

/** What an update rule sees of one parameter. */
export interface UpdateContext {
  readonly scope: Scope;
  readonly value: Value;
  /** Clipped. */
  readonly gradient: Value;
  /** This parameter's learning rate. */
  readonly rate: Value;
  /** This parameter's weight decay. */
  readonly decay: number;
  /** Under the optimiser's own names, zero before the first step. */
  readonly moments: Readonly<Record<string, Value>>;
  /** 1 - 0.9^step and 1 - 0.999^step, step from 1. */
  readonly firstCorrection: Value;
  readonly secondCorrection: Value;
}

export interface Update {
  readonly value: Value;
  readonly moments: Readonly<Record<string, Value>>;
}

export interface Optimiser {
  readonly moments: readonly string[];
  update(context: UpdateContext): Update;
}

/** Decay rates of the moments (Adam's usual ones) and the constant that keeps divisions finite. */
export const momentDecay = { first: 0.9, second: 0.999, epsilon: 1e-8 } as const;
const sgdMomentum = 0.9;
/** Lion's second decay (Chen et al. 2023). */
const lionDecay = 0.99;
/** LAMB's (You et al. 2020). */
const lambEpsilon = 1e-6;

const multiply = (scope: Scope, a: Value, b: Value): Value => scope.apply('Mul', [a, b]);
const times = (scope: Scope, a: Value, factor: number): Value => multiply(scope, a, scope.scalar(factor));
const add = (scope: Scope, a: Value, b: Value): Value => scope.apply('Add', [a, b]);
const subtract = (scope: Scope, a: Value, b: Value): Value => scope.apply('Sub', [a, b]);

/** before * share + now * (1 - share) */
function blend(scope: Scope, before: Value, now: Value, share: number): Value {
  return add(scope, times(scope, before, share), times(scope, now, 1 - share));
}

/** value * (1 - rate * decay): decay apart from the gradient. */
function shrunk({ scope, value, rate, decay }: UpdateContext): Value {
  if (decay === 0) return value;
  return multiply(scope, value, subtract(scope, scope.scalar(1), times(scope, rate, decay)));
}

/** gradient + decay * value: decay as part of the loss. */
function withPenalty({ scope, value, gradient, decay }: UpdateContext): Value {
  return decay === 0 ? gradient : add(scope, gradient, times(scope, value, decay));
}

function adamMoments(context: UpdateContext, gradient: Value): { first: Value; second: Value } {
  const { scope, moments } = context;
  return {
    first: blend(scope, moments.first!, gradient, momentDecay.first),
    second: blend(scope, moments.second!, multiply(scope, gradient, gradient), momentDecay.second),
  };
}

/** (m / c1) / (sqrt(v / c2) + eps) */
function adamDirection(context: UpdateContext, first: Value, second: Value, epsilon: number): Value {
  const { scope, firstCorrection, secondCorrection } = context;
  const deviation = scope.apply('Sqrt', [scope.apply('Div', [second, secondCorrection])]);
  const denominator = add(scope, deviation, scope.scalar(epsilon));
  return scope.apply('Div', [scope.apply('Div', [first, firstCorrection]), denominator]);
}

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019). */
const adamw: Optimiser = {
  moments: ['first', 'second'],
  update(context) {
    const { scope, rate } = context;
    const moments = adamMoments(context, context.gradient);
    const direction = adamDirection(context, moments.first, moments.second, momentDecay.epsilon);
    return { value: subtract(scope, shrunk(context), multiply(scope, direction, rate)), moments };
  },
};

/** Adam with the decay in the gradient (Kingma and Ba 2015). */
const adam: Optimiser = {
  moments: ['first', 'second'],
  update(context) {
    const { scope, rate, value } = context;
    const moments = adamMoments(context, withPenalty(context));
    const direction = adamDirection(context, moments.first, moments.second, momentDecay.epsilon);
    return { value: subtract(scope, value, multiply(scope, direction, rate)), moments };
  },
};

/** Stochastic gradient descent with Nesterov momentum, as PyTorch defines it (no dampening). */
const sgd: Optimiser = {
  moments: ['velocity'],
  update(context) {
    const { scope, rate, value, moments } = context;
    const gradient = withPenalty(context);
    const velocity = add(scope, times(scope, moments.velocity!, sgdMomentum), gradient);
    const direction = add(scope, gradient, times(scope, velocity, sgdMomentum));
    return { value: subtract(scope, value, multiply(scope, direction, rate)), moments: { velocity } };
  },
};

/** The sign of a blend of momentum and gradient (Chen et al. 2023): half of Adam's memory. */
const lion: Optimiser = {
  moments: ['first'],
  update(context) {
    const { scope, rate, gradient, moments } = context;
    const direction = scope.apply('Sign', [blend(scope, moments.first!, gradient, momentDecay.first)]);
    const first = blend(scope, moments.first!, gradient, lionDecay);
    return { value: subtract(scope, shrunk(context), multiply(scope, direction, rate)), moments: { first } };
  },
};

/** Adam's direction, as long as the parameter itself (You et al. 2020): for large batches. */
const lamb: Optimiser = {
  moments: ['first', 'second'],
  update(context) {
    const { scope, rate, value, gradient, decay } = context;
    const moments = adamMoments(context, gradient);
    const adaptive = adamDirection(context, moments.first, moments.second, lambEpsilon);
    const direction = decay === 0 ? adaptive : add(scope, adaptive, times(scope, value, decay));
    const length = (of: Value): Value =>
      scope.apply('Sqrt', [scope.apply('ReduceSumSquare', [of], { keepdims: 0 })]);
    const own = length(value);
    const far = length(direction);
    // a parameter or direction of length zero keeps the plain step
    const usable = scope.apply('And', [
      scope.apply('Greater', [own, scope.scalar(0)]),
      scope.apply('Greater', [far, scope.scalar(0)]),
    ]);
    const trust = scope.apply('Where', [usable, scope.apply('Div', [own, far]), scope.scalar(1)]);
    const change = multiply(scope, direction, multiply(scope, rate, trust));
    return { value: subtract(scope, value, change), moments };
  },
};

/** By the name that `--set optimiser=` takes. */
export const optimisers: Readonly<Record<string, Optimiser>> = { adamw, adam, sgd, lion, lamb };
