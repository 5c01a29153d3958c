/** Seeded draws of the simulator (splitmix32 for bits, Box and Muller for normals). */

export interface Draws {
  /** 0 up to but not 1. */
  uniform(): number;
  /** `low` to `high`, the latter not. */
  between(low: number, high: number): number;
  /** 0 … count-1 */
  whole(count: number): number;
  normal(): number;
}

export function drawsFrom(seed: number, stream: number): Draws {
  let state = (Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca77)) >>> 0;
  const uniform = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let bits = state ^ (state >>> 16);
    bits = Math.imul(bits, 0x21f0aaad);
    bits ^= bits >>> 15;
    bits = Math.imul(bits, 0x735a2d97);
    return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32;
  };
  return {
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    whole: (count) => Math.floor(count * uniform()),
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
}
