/**
 * Update rules as graph fragments, one per optimiser. Constants that PyTorch has are PyTorch's defaults and the order of
 * operations follows it, so that runs can be compared step by step.
 */
import type { Scope, Value } from '../graph/rule.ts';

/** What an update rule sees of one parameter. */
export interface UpdateContext {
  readonly scope: Scope;
  readonly value: Value;
  readonly gradient: Value;
  /** The factor that clipping puts on every gradient. */
  readonly clipping: Value;
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

function clipped({ scope, gradient, clipping }: UpdateContext): Value {
  return multiply(scope, gradient, clipping);
}

/** gradient + decay * value: decay as part of the loss. */
function withPenalty(context: UpdateContext): Value {
  const { scope, value, decay } = context;
  return decay === 0 ? clipped(context) : add(scope, clipped(context), times(scope, value, decay));
}

/**
 * Both moments of `scale` times `gradient`. Scalars are multiplied with each other first: every pass over eleven million
 * parameters counts.
 */
function adamMoments(context: UpdateContext, gradient: Value, scale: Value): { first: Value; second: Value } {
  const { scope, moments } = context;
  const firstShare = times(scope, scale, 1 - momentDecay.first);
  const secondShare = times(scope, multiply(scope, scale, scale), 1 - momentDecay.second);
  return {
    first: add(scope, times(scope, moments.first!, momentDecay.first), multiply(scope, gradient, firstShare)),
    second: add(
      scope,
      times(scope, moments.second!, momentDecay.second),
      multiply(scope, multiply(scope, gradient, gradient), secondShare),
    ),
  };
}

/**
 * rate (m / c1) / (sqrt(v / c2) + eps), arranged as (m rate sqrt(c2) / c1) / (sqrt(v) + eps sqrt(c2)), again so that
 * the corrections meet scalars only.
 */
function adamChange(
  context: UpdateContext,
  first: Value,
  second: Value,
  rate: Value,
  epsilon: number,
): Value {
  const { scope, firstCorrection, secondCorrection } = context;
  const root = scope.apply('Sqrt', [secondCorrection]);
  const factor = scope.apply('Div', [multiply(scope, rate, root), firstCorrection]);
  const denominator = add(scope, scope.apply('Sqrt', [second]), times(scope, root, epsilon));
  return scope.apply('Div', [multiply(scope, first, factor), denominator]);
}

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019). */
const adamw: Optimiser = {
  moments: ['first', 'second'],
  update(context) {
    const { scope, rate } = context;
    const moments = adamMoments(context, context.gradient, context.clipping);
    const change = adamChange(context, moments.first, moments.second, rate, momentDecay.epsilon);
    return { value: subtract(scope, shrunk(context), change), moments };
  },
};

/** Adam with the decay in the gradient (Kingma and Ba 2015). */
const adam: Optimiser = {
  moments: ['first', 'second'],
  update(context) {
    const { scope, rate, value } = context;
    const moments = adamMoments(context, withPenalty(context), scope.scalar(1));
    const change = adamChange(context, moments.first, moments.second, rate, momentDecay.epsilon);
    return { value: subtract(scope, value, change), moments };
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
    const { scope, rate, moments } = context;
    const gradient = clipped(context);
    const direction = scope.apply('Sign', [blend(scope, moments.first!, gradient, momentDecay.first)]);
    const first = blend(scope, moments.first!, gradient, lionDecay);
    return { value: subtract(scope, shrunk(context), multiply(scope, direction, rate)), moments: { first } };
  },
};

/** Adam's direction, as long as the parameter itself (You et al. 2020): for large batches. */
const lamb: Optimiser = {
  moments: ['first', 'second'],
  update(context) {
    const { scope, rate, value, decay } = context;
    const moments = adamMoments(context, context.gradient, context.clipping);
    const adaptive = adamChange(context, moments.first, moments.second, scope.scalar(1), lambEpsilon);
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
