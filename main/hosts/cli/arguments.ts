/** Small readings of command-line words. Each refuses with the sentence that commander shows. */
import { InvalidArgumentError } from 'commander';

/** Options taken several times after one flag: `--set a=1 b=2` is `--set a=1 --set b=2`. */
const pairOptions = new Set(['--set', '--where', '--consequence']);

/**
 * Underscores in option names become hyphens, so that `--batch_size 8` and `--batch-size 8` are one; values stay as
 * they are, and so does everything after a lone `--`.
 */
export function normaliseArguments(words: readonly string[]): string[] {
  const result: string[] = [];
  let pairs: string | null = null;
  for (const [index, word] of words.entries()) {
    if (word === '--') return [...result, ...words.slice(index)];
    if (word.startsWith('--')) {
      const end = word.indexOf('=');
      const name = (end < 0 ? word : word.slice(0, end)).replaceAll('_', '-');
      result.push(end < 0 ? name : name + word.slice(end));
      pairs = end < 0 && pairOptions.has(name) ? name : null;
      continue;
    }
    const previous = result.at(-1);
    if (pairs !== null && previous !== pairs && /^[A-Za-z][\w.-]*=/.test(word)) result.push(pairs);
    else if (pairs !== null && previous !== pairs) pairs = null;
    result.push(word);
  }
  return result;
}

export function wholeNumber(minimum: number, maximum = Number.MAX_SAFE_INTEGER) {
  return (word: string): number => {
    const value = Number(word);
    if (/^\d+$/.test(word) && value >= minimum && value <= maximum) return value;
    const limit = maximum === Number.MAX_SAFE_INTEGER ? `at least ${minimum}` : `${minimum} to ${maximum}`;
    throw new InvalidArgumentError(`Expected a whole number, ${limit}.`);
  };
}

export function numberBetween(minimum: number, maximum: number) {
  return (word: string): number => {
    const value = Number(word);
    if (word.trim() !== '' && value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`Expected a number from ${minimum} to ${maximum}.`);
  };
}

export const share = numberBetween(0, 1);

export type ParameterValue = string | number | boolean | null;

/** Gathers `key=value`; numbers, true, false and null are read as such. */
export function parameterPair(word: string, before: Record<string, ParameterValue> = {}) {
  const [key, value] = splitPair(word);
  return { ...before, [key]: parameterValue(value) };
}

/** Gathers `key=value,value`. */
export function choicePair(word: string, before: Record<string, string[]> = {}) {
  const [key, value] = splitPair(word);
  return { ...before, [key]: [...(before[key] ?? []), ...value.split(',').filter((part) => part !== '')] };
}

function splitPair(word: string): [string, string] {
  const at = word.indexOf('=');
  if (at <= 0) throw new InvalidArgumentError('Expected key=value.');
  return [word.slice(0, at), word.slice(at + 1)];
}

export function parameterValue(word: string): ParameterValue {
  if (word === 'true' || word === 'false') return word === 'true';
  if (word === 'null') return null;
  const value = Number(word);
  return word.trim() !== '' && Number.isFinite(value) ? value : word;
}
