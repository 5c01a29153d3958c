/** What the words of a command mean: paths, names, options left out. */
import { stat } from 'node:fs/promises';
import { isSourceAddress } from '../../../contract/source-address.ts';
import type { ParameterValue } from './arguments.ts';
import { absolute, type Context, place, wrongUse } from './context.ts';

/** What exists on disk is paths; anything else is the name of a data set or session. */
export async function trainingTarget(
  context: Context,
  words: readonly string[],
): Promise<{ paths: string[] } | { dataSet: string }> {
  const paths = words.map((word) => place(context, word));
  const found = await Promise.all(paths.map((named) => isSourceAddress(named) || exists(named)));
  if (found.every(Boolean)) return { paths };
  if (words.length === 1 && words[0] !== undefined) return { dataSet: words[0] };
  const missing = words.filter((_, index) => !found[index]);
  throw wrongUse(`Several targets have to be paths; there is no ${missing.join(', ')}.`);
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** A file keeps its meaning wherever the handlers run; a name is left alone. */
export function modelReference(context: Context, word: string): string {
  return word.toLowerCase().endsWith('.onnx') ? absolute(context, word) : word;
}

/** An option only where it was given, as exact optional types want it. */
export function given<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined || value === '' ? {} : ({ [key]: value } as { [P in K]?: V });
}

/** Where to write, given as a word or as --into, but not as both. */
export function destination(word: string | undefined, option: string | undefined): string {
  const given = word ?? option;
  if (given !== undefined && (word === undefined || option === undefined)) return given;
  throw wrongUse(given === undefined ? 'Say where to write it.' : 'Say once where to write it.');
}

export const familyHelp = 'kind of data: frames, or a family of records such as columns, spectra, telemetry';

/** Settings of reading, from `--set`. */
export function readingSettings(
  settings: Readonly<Record<string, ParameterValue>>,
): Record<string, string | number | boolean> {
  const given = Object.entries(settings).filter(([, value]) => value !== null);
  return Object.fromEntries(given) as Record<string, string | number | boolean>;
}
