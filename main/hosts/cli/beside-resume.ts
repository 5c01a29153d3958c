/** What is resumed goes on as it was begun. */
import type { Command } from 'commander';
import { wrongUse } from './context.ts';

export interface Resumable {
  /** As in `a study`. */
  readonly noun: string;
  /** Attribute names of the options that may be given beside `--resume`. */
  readonly allowed: readonly string[];
  /** How to begin another. */
  readonly instead: string;
}

/**
 * What else is said would change it, so it is refused rather than passed over.
 * @param words that were given beside the options
 * @throws NightsiftError `wrongUse` naming every one
 */
export function refuseBesideResume(command: Command, words: readonly string[], resumable: Resumable): void {
  const allowed = ['resume', 'json', ...resumable.allowed];
  const options = command.options
    .filter((option) => !allowed.includes(option.attributeName()))
    .filter((option) => command.getOptionValueSource(option.attributeName()) === 'cli')
    .map((option) => option.long);
  const besides = [...words, ...options];
  if (besides.length === 0) return;
  throw wrongUse(
    `--resume goes on with ${resumable.noun} as it was begun; found ${besides.join(', ')} beside it.`,
    `Leave that out, or begin another ${resumable.instead}.`,
  );
}
