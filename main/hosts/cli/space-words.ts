/** Spaces as words of the command line and as files. */
import { readFile } from 'node:fs/promises';
import { parse as parseYaml } from 'yaml';
import { DimensionInput } from '../../../contract/calls/tuning.ts';
import { type ParameterValue, parameterValue } from './arguments.ts';
import { wrongUse } from './context.ts';
import { camelCase } from './train-config.ts';

export interface SpaceWords {
  /** What varies. */
  readonly dimensions: DimensionInput[];
  /** What does not. */
  readonly fixed: Record<string, ParameterValue>;
}

/** `50..400`, `0.0001..0.1:log`, `sqrt,log2` vary; anything else, and how files are read, is one value. */
export function readSpaceWords(settings: Readonly<Record<string, ParameterValue>>): SpaceWords {
  const dimensions: DimensionInput[] = [];
  const fixed: Record<string, ParameterValue> = {};
  for (const [name, value] of Object.entries(settings)) {
    const dimension =
      typeof value === 'string' && !name.startsWith('read.') ? dimensionOf(name, value) : null;
    if (dimension === null) fixed[name] = value;
    else dimensions.push(dimension);
  }
  return { dimensions, fixed };
}

function dimensionOf(name: string, word: string): DimensionInput | null {
  const range = /^(?<from>[^.:,]*(?:\.\d+)?(?:e[-+]?\d+)?)\.\.(?<to>[^:,]+?)(?<scale>:log|:linear)?$/i.exec(
    word,
  )?.groups;
  if (range !== undefined) {
    const [from, to] = [numberOf(name, word, range.from!), numberOf(name, word, range.to!)];
    return { name, from, to, ...(range.scale?.toLowerCase() === ':log' && { scale: 'log' as const }) };
  }
  if (!word.includes(',')) return null;
  const values = word.split(',').map((part) => parameterValue(part.trim()));
  if (values.some((value) => value === null || value === ''))
    throw wrongUse(`--set ${name}=${word}: a value of the list is empty.`);
  return { name, values: values as (string | number | boolean)[] };
}

function numberOf(name: string, word: string, part: string): number {
  const value = Number(part);
  if (part.trim() !== '' && Number.isFinite(value)) return value;
  throw wrongUse(
    `--set ${name}=${word}: "${part}" is no number.`,
    'Write a range as 50..400 or 0.0001..0.1:log.',
  );
}

/**
 * YAML or JSON: each key a setting with one value, a list, or `from`, `to`, `scale`, `values`, `when`.
 * Errors: wrongUse, naming the file and what is wrong in it.
 */
export async function readSpaceFile(file: string): Promise<SpaceWords> {
  let content: unknown;
  try {
    content = parseYaml(await readFile(file, 'utf8'));
  } catch (thrown) {
    throw wrongUse(
      `Cannot read --space ${file}: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    );
  }
  const isMap = typeof content === 'object' && content !== null && !Array.isArray(content);
  if (!isMap) throw wrongUse(`${file} has to hold settings and what they may be.`);
  const dimensions: DimensionInput[] = [];
  const fixed: Record<string, ParameterValue> = {};
  for (const [key, value] of Object.entries(content as Record<string, unknown>)) {
    const name = camelCase(key);
    if (value === null || typeof value !== 'object') fixed[name] = value as ParameterValue;
    else dimensions.push(written(file, name, value));
  }
  return { dimensions, fixed };
}

function written(file: string, name: string, value: object): DimensionInput {
  const parsed = DimensionInput.strict().safeParse({
    name,
    ...(Array.isArray(value) ? { values: value } : withLists(value)),
  });
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw wrongUse(
    `${file}: ${[name, ...path].join('.')}: ${message}.`,
    'A range is { from: 50, to: 400, scale: log }.',
  );
}

/** A condition may give one value without a list. */
function withLists(value: object): object {
  const { when } = value as { when?: unknown };
  if (typeof when !== 'object' || when === null) return value;
  const lists = Object.entries(when).map(([name, each]) => [
    camelCase(name),
    Array.isArray(each) ? each : [each],
  ]);
  return { ...value, when: Object.fromEntries(lists) };
}
