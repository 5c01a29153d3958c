/**
 * `--config FILE.yaml`: what `--recipe`, `--set` and the like say, in a file. Sections `read`, `data`, `evaluation` and `export`
 * hold the settings of the same first word; `models` names several recipes, of which the best is kept;
 * a list in place of a setting stands for one try with each of its values.
 */
import { readFile } from 'node:fs/promises';
import { parse as parseYaml } from 'yaml';
import { mostCandidates } from '../../../contract/calls/training.ts';
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
  readonly candidates?: { readonly recipe: string; readonly parameters: Record<string, ParameterValue> }[];
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
  return {
    ...(plain as TrainConfig),
    parameters: { ...settingsOf(file, 'parameters', config.parameters), ...Object.fromEntries(dotted) },
    ...chosenModels(file, models),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Settings by their names in camel case: `minimum_accuracy` and `minimumAccuracy` are one. */
function settingsOf(file: string, section: string, value: unknown): Record<string, ParameterValue> {
  if (value === undefined || value === null) return {};
  if (!isRecord(value)) throw wrongUse(`${file}: ${section} has to hold keys and values.`);
  return Object.fromEntries(
    Object.entries(value).map(([key, setting]) => {
      if (isRecord(setting) || Array.isArray(setting)) {
        throw wrongUse(`${file}: ${section}.${key} has to be one value.`);
      }
      return [
        key.replaceAll(/[-_]([a-z])/g, (_match, letter: string) => letter.toUpperCase()),
        setting as ParameterValue,
      ];
    }),
  );
}

/** A list of names, or names with their settings; one alone is as if it were the recipe. */
function chosenModels(file: string, models: unknown): Pick<TrainConfig, 'candidates'> {
  if (models === undefined || models === null) return {};
  const named = Array.isArray(models)
    ? Object.fromEntries(models.map((name) => [String(name), null]))
    : models;
  if (!isRecord(named))
    throw wrongUse(`${file}: models has to be a list of recipes, or recipes with settings.`);
  const asked = Object.values(named).reduce<number>((sum, settings) => sum + triesOf(settings), 0);
  if (asked > mostCandidates) {
    throw wrongUse(`${file}: models asks for ${asked} tries.`, `Allowed: ${mostCandidates}.`);
  }
  const candidates = Object.entries(named).flatMap(([name, settings]) =>
    gridOf(settings).map((values) => ({
      recipe: name.replaceAll('_', '-'),
      parameters: settingsOf(file, `models.${name}`, values),
    })),
  );
  return { candidates };
}

/** How many `gridOf` gives. */
function triesOf(settings: unknown): number {
  if (!isRecord(settings)) return 1;
  return Object.values(settings).reduce<number>(
    (product, setting) => product * (Array.isArray(setting) ? setting.length : 1),
    1,
  );
}

/** Every choice of one value from each list, the last list changing first. */
function gridOf(settings: unknown): unknown[] {
  if (!isRecord(settings)) return [settings];
  return Object.entries(settings).reduce<Record<string, unknown>[]>(
    (chosen, [key, setting]) =>
      chosen.flatMap((others) =>
        (Array.isArray(setting) ? setting : [setting]).map((value) => ({ ...others, [key]: value })),
      ),
    [{}],
  );
}
