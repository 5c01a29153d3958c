/** A number among the settings of a family's training set. */
import { NightsiftError } from '../../contract/errors.ts';
import type { Setting } from './family.ts';

/**
 * @param name without the `data.` before it
 * @throws NightsiftError `wrongUse` for what is no number or lies beyond what is allowed
 */
export function trainingNumber(
  settings: Readonly<Record<string, Setting>>,
  name: string,
  least: number,
  most: number,
): number {
  const given = settings[name];
  const value = given === '' ? Number.NaN : Number(given);
  if (value >= least && value <= most) return value;
  throw new NightsiftError('wrongUse', `Setting data.${name} cannot be "${String(given)}".`, {
    hint: `Allowed: ${least} to ${most}.`,
  });
}
