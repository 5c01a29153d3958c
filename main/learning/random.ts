/** Seeded random numbers. Everything random in learning derives from (seed, purpose, position), never from a clock. */

export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform integer in [0, limit). */
  integer(limit: number): number;
  /** Standard normal. */
  normal(): number;
  /** The numbers that as many calls of `normal` would give, times the deviation, faster. */
  fillNormal(values: Float32Array, deviation: number): void;
}

/** FNV-1a over the characters, then a final avalanche (MurmurHash3's), as a 32-bit seed. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  }
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

/** One step of Chris Doty-Humphrey's sfc32 (public domain): a 32-bit integer without sign. */
function next(state: Int32Array): number {
  const b = state[1]!;
  const c = state[2]!;
  const counter = state[3]!;
  const result = (((state[0]! + b) | 0) + counter) | 0;
  state[0] = b ^ (b >>> 9);
  state[1] = (c + (c << 3)) | 0;
  state[2] = (((c << 21) | (c >>> 11)) + result) | 0;
  state[3] = (counter + 1) | 0;
  return result >>> 0;
}

/** A pair by Box-Muller, times the deviation, into places `at` and `at + 1`. */
function drawPair(state: Int32Array, pair: Float32Array | Float64Array, at: number, deviation: number): void {
  const radius = Math.sqrt(-2 * Math.log(1 - next(state) / 2 ** 32));
  const angle = 2 * Math.PI * (next(state) / 2 ** 32);
  pair[at] = radius * Math.cos(angle) * deviation;
  pair[at + 1] = radius * Math.sin(angle) * deviation;
}

/**
 * A generator for one purpose, for example `randomFor(seed, 'order', epoch)`. Since a purpose names its position,
 * a resumed run draws the same numbers without replaying the ones before.
 */
export function randomFor(seed: number, ...purpose: readonly (string | number)[]): Random {
  const key = `${seed}|${purpose.join('|')}`;
  // numbers of a closure would be boxed anew at every change
  const state = Int32Array.of(hash(`a${key}`), hash(`b${key}`), hash(`c${key}`), 1);
  for (let round = 0; round < 12; round++) next(state);
  const uniform = (): number => next(state) / 2 ** 32;
  const pair = new Float64Array(2);
  let hasSpare = false;
  const normal = (): number => {
    hasSpare = !hasSpare;
    if (!hasSpare) return pair[1]!;
    drawPair(state, pair, 0, 1);
    return pair[0]!;
  };
  const fillNormal = (values: Float32Array, deviation: number): void => {
    let index = 0;
    if (hasSpare && values.length > 0) values[index++] = normal() * deviation;
    for (; index + 1 < values.length; index += 2) drawPair(state, values, index, deviation);
    if (index < values.length) values[index] = normal() * deviation;
  };
  return { uniform, integer: (limit) => Math.floor(uniform() * limit), normal, fillNormal };
}

/** A random order of 0 … count-1 (Fisher-Yates). */
export function shuffled(count: number, random: Random): Int32Array {
  const order = Int32Array.from({ length: count }, (_, index) => index);
  for (let index = count - 1; index > 0; index--) {
    const other = random.integer(index + 1);
    const held = order[index]!;
    order[index] = order[other]!;
    order[other] = held;
  }
  return order;
}

/** Gamma with the given shape and scale 1 (Marsaglia and Tsang 2000). */
function gamma(random: Random, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * random.uniform() ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < x ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Beta with two equal parameters. */
export function symmetricBeta(random: Random, parameter: number): number {
  const first = gamma(random, parameter);
  const second = gamma(random, parameter);
  // both vanish for tiny parameters; then it is one end or the other
  return first + second > 0 ? first / (first + second) : Math.round(random.uniform());
}
