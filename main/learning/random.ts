/** Seeded random numbers. Everything random in learning derives from (seed, purpose, position), never from a clock. */

export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform integer in [0, limit). */
  integer(limit: number): number;
  /** Standard normal. */
  normal(): number;
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

/**
 * A generator for one purpose, for example `randomFor(seed, 'order', epoch)`. Since a purpose names its position,
 * a resumed run draws the same numbers without replaying the ones before.
 * The stream is Chris Doty-Humphrey's sfc32 (public domain).
 */
export function randomFor(seed: number, ...purpose: readonly (string | number)[]): Random {
  const key = `${seed}|${purpose.join('|')}`;
  let a = hash(`a${key}`);
  let b = hash(`b${key}`);
  let c = hash(`c${key}`);
  let counter = 1;
  const next = (): number => {
    const result = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + result;
    return result >>> 0;
  };
  for (let round = 0; round < 12; round++) next();
  const uniform = (): number => next() / 2 ** 32;
  let spare: number | undefined;
  // Box-Muller gives two at a time
  const normal = (): number => {
    if (spare !== undefined) {
      const kept = spare;
      spare = undefined;
      return kept;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  return { uniform, integer: (limit) => Math.floor(uniform() * limit), normal };
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
