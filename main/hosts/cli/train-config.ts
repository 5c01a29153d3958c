/**
 * `--config FILE.yaml`: what `--recipe`, `--set` and the like say, in a file. Sections `read`, `data`, `evaluation` and `export`
 * hold the settings of the same first word; `models` names recipes with their settings. Several of them, or a list in place
 * of a setting, are a space: a study tries every combination.
 */
import { readFile } from 'node:fs/promises';
import { parse as parseYaml } from 'yaml';
import type { DimensionInput } from '../../../contract/calls/tuning.ts';
import type { ParameterValue } from './arguments.ts';
import { wrongUse } from './context.ts';

export interface TrainConfig {
  readonly recipe?: string;
  readonly seed?: number;
  readonly name?: string;
  readonly backbone?: string;
  readonly family?: string;
  readonly label?: string;
  readonly parameters?: Record<string, ParameterValue>;
  /** What varies; none where one recipe with one value for each setting is asked for. */
  readonly space?: DimensionInput[];
}

const plainKeys = ['recipe', 'seed', 'name', 'backbone', 'family', 'label', 'parameters'];
const sections = ['read', 'data', 'evaluation', 'export'];

/** Errors: wrongUse, naming the file and what is wrong in it. */
export async function readConfig(file: string): Promise<TrainConfig> {
  let config: unknown;
  try {
    config = parseYaml(await readFile(file, 'utf8'));
  } catch (thrown) {
    throw wrongUse(
      `Cannot read --config ${file}: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    );
  }
  if (config === null) return {};
  if (!isRecord(config)) throw wrongUse(`${file} has to hold keys and values.`);
  const known = [...plainKeys, ...sections, 'models'];
  const strange = Object.keys(config).filter((key) => !known.includes(key));
  if (strange.length > 0) {
    throw wrongUse(
      `${file}: unknown ${strange.join(', ')}.`,
      `Known are ${known.join(', ')}; recipe settings belong under parameters or models.`,
    );
  }
  const { models, read: _read, data: _data, evaluation: _evaluation, export: _export, ...plain } = config;
  const dotted = sections.flatMap((section) =>
    Object.entries(settingsOf(file, section, config[section])).map(([key, value]) => [
      `${section}.${key}`,
      value,
    ]),
  );
  const { settings, ...chosen } = chosenModels(file, models);
  return {
    ...(plain as TrainConfig),
    ...chosen,
    parameters: {
      ...settingsOf(file, 'parameters', config.parameters),
      ...Object.fromEntries(dotted),
      ...settings,
    },
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Settings by their names in camel case: `minimum_accuracy` and `minimumAccuracy` are one. */
function settingsOf(file: string, section: string, value: unknown): Record<string, ParameterValue> {
  return Object.fromEntries(
    Object.entries(listsOf(file, section, value)).map(([key, values]) => {
      const [only, ...others] = values;
      if (others.length > 0 || only === undefined) {
        throw wrongUse(`${file}: ${section}.${key} has to be one value.`);
      }
      return [key, only];
    }),
  );
}

/** The same with each value as a list of one, or as the list that it is. */
function listsOf(file: string, section: string, value: unknown): Record<string, ParameterValue[]> {
  if (value === undefined || value === null) return {};
  if (!isRecord(value)) throw wrongUse(`${file}: ${section} has to hold keys and values.`);
  return Object.fromEntries(
    Object.entries(value).map(([key, setting]) => {
      const values: unknown[] = Array.isArray(setting) ? setting : [setting];
      if (values.length === 0 || values.some((each) => isRecord(each) || Array.isArray(each))) {
        throw wrongUse(`${file}: ${section}.${key} has to be one value, or a list of values.`);
      }
      return [camelCase(key), values as ParameterValue[]];
    }),
  );
}

export function camelCase(name: string): string {
  return name.replaceAll(/[-_]([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

interface ChosenModels extends Pick<TrainConfig, 'recipe' | 'space'> {
  readonly settings?: Record<string, ParameterValue>;
}

/** A list of names, or names with their settings; one alone is as if it were the recipe. */
function chosenModels(file: string, models: unknown): ChosenModels {
  if (models === undefined || models === null) return {};
  const named = Array.isArray(models)
    ? Object.fromEntries(models.map((name) => [String(name), null]))
    : models;
  if (!isRecord(named) || Object.keys(named).length === 0)
    throw wrongUse(`${file}: models has to be a list of recipes, or recipes with settings.`);
  const recipes = Object.entries(named).map(([name, settings]) => ({
    recipe: name.replaceAll('_', '-'),
    lists: listsOf(file, `models.${name}`, settings),
  }));
  const [first] = recipes;
  if (recipes.length === 1 && Object.values(first!.lists).every((values) => values.length === 1)) {
    return { recipe: first!.recipe, settings: settingsOf(file, 'models', Object.values(named)[0]) };
  }
  return {
    recipe: first!.recipe,
    space: [
      { name: 'recipe', values: recipes.map(({ recipe }) => recipe) },
      ...recipes.flatMap(({ recipe, lists }) =>
        Object.entries(lists).map(([name, values]) => ({
          name,
          values: values as (string | number | boolean)[],
          when: { recipe: [recipe] },
        })),
      ),
    ],
  };
}
