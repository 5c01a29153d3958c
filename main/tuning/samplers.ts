import { NightsiftError } from '../../contract/errors.ts';
import { grid } from './samplers/grid.ts';
import { random } from './samplers/random.ts';
import type { Sampler } from './samplers/sampler.ts';

/** Every way to choose what is tried. A new one: a file in samplers/ and one line here. */
export const samplers: readonly Sampler[] = [random, grid];

/** @throws NightsiftError `wrongUse` */
export function findSampler(name: string): Sampler {
  const found = samplers.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new NightsiftError('wrongUse', `There is no sampler "${name}".`, {
    hint: `Samplers: ${samplers.map((each) => each.name).join(', ')}.`,
  });
}
