/**
 * Seeded randomness of the simulator: xoshiro128** for bits, a ziggurat for normals. Every frame draws from its
 * own stream, so any frame of a night can be rendered alone and comes out the same.
 */

/** Mixes integers into one well spread 32-bit seed (finaliser of MurmurHash3, public domain constants). */
export function mixSeed(...parts: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const part of parts) {
    hash ^= part | 0;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash = (hash ^ (hash >>> 16)) + 0x6d2b79f5;
  }
  return hash >>> 0;
}

const ZIGGURAT_LAYERS = 128;
/** Start of the tail and area of a layer for 128 layers (Marsaglia and Tsang 2000). */
const TAIL_START = 3.442619855899;
const LAYER_AREA = 9.91256303526217e-3;
const layerX = new Float64Array(ZIGGURAT_LAYERS + 1);
const layerRatio = new Float64Array(ZIGGURAT_LAYERS);
const density = (x: number): number => Math.exp(-0.5 * x * x);

layerX[0] = LAYER_AREA / density(TAIL_START);
layerX[1] = TAIL_START;
for (let layer = 2; layer < ZIGGURAT_LAYERS; layer++) {
  const previous = layerX[layer - 1];
  layerX[layer] = Math.sqrt(-2 * Math.log(LAYER_AREA / previous + density(previous)));
}
layerX[ZIGGURAT_LAYERS] = 0;
for (let layer = 0; layer < ZIGGURAT_LAYERS; layer++) layerRatio[layer] = layerX[layer + 1] / layerX[layer];

/** Below this mean a Poisson number is counted out; above, a skew-corrected normal is exact to 1e-3. */
const COUNTED_POISSON_LIMIT = 24;

export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(...seed: readonly number[]) {
    this.#a = mixSeed(...seed, 1);
    this.#b = mixSeed(...seed, 2);
    this.#c = mixSeed(...seed, 3);
    this.#d = mixSeed(...seed, 4) | 1;
  }

  /** 32 random bits as a signed integer. */
  bits(): number {
    const times5 = Math.imul(this.#b, 5);
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9);
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return (this.bits() >>> 0) / 4294967296;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** Uniform in the logarithm; both ends positive. */
  logBetween(low: number, high: number): number {
    return low * (high / low) ** this.uniform();
  }

  /** Integer in [0, count). */
  below(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }

  sign(): number {
    return this.bits() < 0 ? -1 : 1;
  }

  /** Standard normal. */
  normal(): number {
    for (;;) {
      const bits = this.bits();
      const layer = bits & (ZIGGURAT_LAYERS - 1);
      // The upper 25 bits, signed: layer and position stay independent.
      const u = (bits >> 7) / 16777216;
      if (Math.abs(u) < layerRatio[layer]) return u * layerX[layer];
      if (layer === 0) return this.#tail(u < 0);
      const x = u * layerX[layer];
      const low = density(layerX[layer]);
      const high = density(layerX[layer + 1]);
      if (low + this.uniform() * (high - low) < density(x)) return x;
    }
  }

  #tail(negative: boolean): number {
    for (;;) {
      const x = -Math.log(1 - this.uniform()) / TAIL_START;
      const y = -Math.log(1 - this.uniform());
      if (2 * y > x * x) return negative ? -(TAIL_START + x) : TAIL_START + x;
    }
  }

  /** Poisson number with mean `mean` >= 0 (not an integer above the counted range, where it does not matter). */
  poisson(mean: number): number {
    if (mean <= 0) return 0;
    if (mean < COUNTED_POISSON_LIMIT) {
      const stop = Math.exp(-mean);
      let product = this.uniform();
      let count = 0;
      while (product > stop) {
        product *= this.uniform();
        count++;
      }
      return count;
    }
    const z = this.normal();
    // Cornish-Fisher: the first correction for the skew of the Poisson law.
    return mean + Math.sqrt(mean) * z + (z * z - 1) / 6;
  }

  shuffle<T>(values: T[]): T[] {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const kept = values[i] as T;
      values[i] = values[j] as T;
      values[j] = kept;
    }
    return values;
  }
}
