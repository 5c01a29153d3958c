/** Seeded draws for made-up columns (mulberry32 by Tommy Ettinger, public domain). */

export interface Draw {
  /** 0 up to but not 1. */
  uniform(): number;
  /** 0 … limit-1 */
  whole(limit: number): number;
  pick<T>(values: readonly T[]): T;
}

export function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (limit: number) => Math.floor(uniform() * limit);
  return { uniform, whole, pick: (values) => values[whole(values.length)]! };
}
