/** Seeded draws for spectra that are made up: uniform, normal, Poisson. */

export interface Draw {
  /** 0 up to but not 1. */
  uniform(): number;
  normal(): number;
}

/** The same seed and salt give the same draws. SplitMix32 (Steele, Lea and Flood 2014, shortened to 32 bits). */
export function drawFrom(seed: number, salt: string): Draw {
  let state =
    [...salt].reduce(
      (hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193),
      seed ^ 0x811c9dc5,
    ) >>> 0;
  const uniform = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

/** Where the normal distribution is as good as the Poisson. */
const many = 60;

/** Knuth's product of uniforms below `many` expected counts, a rounded normal draw above. */
export function poisson(random: Draw, mean: number): number {
  if (!(mean > 0)) return 0;
  if (mean > many) return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.normal()));
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random.uniform(); product > limit; product *= random.uniform()) count += 1;
  return count;
}
