/** When a study has nothing to find: what keeps its trials from being judged does not depend on their settings. */
import type { StoredTrial } from '../../library/studies.ts';

/** Fewer equal failures than this may be chance. */
const fewest = 3;

/**
 * The reason that all trials failed for so far, where it will be that of the others: at least three were tried, and no
 * setting that varies had the same value in all of them. Null as long as there is hope.
 */
export function commonFailure(trials: readonly StoredTrial[]): string | null {
  const tried = trials.filter(({ scores }) => scores.length > 0);
  const errors = new Set(tried.flatMap(({ scores }) => scores.map(({ error }) => error)));
  const [reason] = errors;
  if (tried.length < fewest || tried.length === trials.length) return null;
  if (errors.size !== 1 || reason === undefined || reason === null) return null;
  const names = new Set(trials.flatMap(({ settings }) => Object.keys(settings)));
  const differ = (name: string, some: readonly StoredTrial[]) =>
    new Set(some.map(({ settings }) => settings[name])).size > 1;
  return [...names].every((name) => !differ(name, trials) || differ(name, tried)) ? reason : null;
}
