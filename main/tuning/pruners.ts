import { NightsiftError } from '../../contract/errors.ts';
import { halving } from './pruners/halving.ts';
import { none } from './pruners/none.ts';
import type { Pruner } from './pruners/pruner.ts';

/** Every way to spend on trials. A new one: a file in pruners/ and one line here. */
export const pruners: readonly Pruner[] = [halving, none];

/** @throws NightsiftError `wrongUse` */
export function findPruner(name: string): Pruner {
  const found = pruners.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new NightsiftError('wrongUse', `There is no pruner "${name}".`, {
    hint: `Pruners: ${pruners.map((each) => each.name).join(', ')}.`,
  });
}
