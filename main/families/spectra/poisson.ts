/** Counts as a detector has them. */
import type { Draws } from '../draws.ts';

/** Where the normal distribution is as good as the Poisson. */
const many = 60;

/** Knuth's product of uniforms below `many` expected counts, a rounded normal draw above. */
export function poisson(random: Draws, mean: number): number {
  if (!(mean > 0)) return 0;
  if (mean > many) return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.normal()));
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random.uniform(); product > limit; product *= random.uniform()) count += 1;
  return count;
}
