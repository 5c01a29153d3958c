/** Seeded draws for items that are made up, whatever their family: SplitMix32 (Steele, Lea and Flood 2014, in 32 bits). */

export interface Draws {
  /** 0 up to but not 1. */
  uniform(): number;
  /** `low` to `high`, the latter not. */
  between(low: number, high: number): number;
  /** 0 … limit-1 */
  whole(limit: number): number;
  /** Standard normal (Box and Muller). */
  normal(): number;
  pick<T>(values: readonly T[]): T;
}

/** The same seed and stream give the same draws, other streams others. */
export function drawsFrom(seed: number, stream: string | number): Draws {
  let state = typeof stream === 'number' ? mixed(seed, stream) : hashed(seed, stream);
  const uniform = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let bits = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
    return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32;
  };
  const whole = (limit: number): number => Math.floor(uniform() * limit);
  return {
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    whole,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    pick: (values) => values[whole(values.length)]!,
  };
}

function mixed(seed: number, stream: number): number {
  return (Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca77)) >>> 0;
}

/** FNV-1a over the letters, from the seed. */
function hashed(seed: number, stream: string): number {
  const start = seed ^ 0x811c9dc5;
  return (
    [...stream].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193), start) >>> 0
  );
}
