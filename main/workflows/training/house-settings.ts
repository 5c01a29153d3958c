/**
 * Settings beside those of the recipe, told apart by a dot: `data.…` are the family's, `evaluation.…` and `export.…` the
 * house's. A YAML file gives them as sections.
 */
import { NightsiftError } from '../../../contract/errors.ts';
import type { Family, Setting } from '../../families/family.ts';

export interface HouseSettings {
  /** Folds of cross-validation; 0 judges on the test split and leaves it out of training. */
  readonly folds: number;
  /** Share of the groups whose items are spread over the folds. */
  readonly knownGroups: number;
  /** Below these nothing is registered. */
  readonly minimumAccuracy: number;
  readonly minimumMacroF1: number;
  /** What the family prepares the training set by. */
  readonly data: Readonly<Record<string, Setting>>;
}

type Given = Readonly<Record<string, Setting>>;

/** The recipe's own settings on one side, all others on the other. */
export function dottedApart(parameters: Given): { readonly own: Given; readonly dotted: Given } {
  const entries = Object.entries(parameters);
  return {
    own: Object.fromEntries(entries.filter(([key]) => !key.includes('.'))),
    dotted: Object.fromEntries(entries.filter(([key]) => key.includes('.'))),
  };
}

/** First words of settings that say how files are read. */
const readingWords = ['read', 'range'];

/** Settings of reading on one side, all others on the other; those that are null were taken back. */
export function readingApart(parameters: Readonly<Record<string, Setting | null>>): {
  readonly reading: Given;
  readonly parameters: Readonly<Record<string, Setting | null>>;
} {
  const isReading = ([key]: readonly [string, unknown]) => readingWords.includes(key.split('.')[0]!);
  const entries = Object.entries(parameters);
  return {
    reading: Object.fromEntries(
      entries.flatMap(([key, value]) => (isReading([key, value]) && value !== null ? [[key, value]] : [])),
    ),
    parameters: Object.fromEntries(entries.filter((entry) => !isReading(entry))),
  };
}

const known = [
  'evaluation.folds',
  'evaluation.knownGroups',
  'export.minimumAccuracy',
  'export.minimumMacroF1',
] as const;

/** @throws NightsiftError `wrongUse` naming the setting, its value and what is allowed */
export function houseSettings(family: Family | null, dotted: Given): HouseSettings {
  const ofFamily = family?.trainingSettings ?? {};
  for (const key of Object.keys(dotted)) {
    const isKnown = (known as readonly string[]).includes(key) || ofFamily[key] !== undefined;
    if (!isKnown) {
      throw new NightsiftError('wrongUse', `There is no setting "${key}".`, {
        hint: `Settings: ${[...known, ...Object.keys(ofFamily)].join(', ')}.`,
      });
    }
  }
  return {
    folds: number(dotted, 'evaluation.folds', 0, 20, true),
    knownGroups: number(dotted, 'evaluation.knownGroups', 0, 1, false),
    minimumAccuracy: number(dotted, 'export.minimumAccuracy', 0, 1, false),
    minimumMacroF1: number(dotted, 'export.minimumMacroF1', 0, 1, false),
    data: Object.fromEntries(
      Object.entries(ofFamily).map(([key, { default: usual }]) => [
        key.replace(/^data\./, ''),
        dotted[key] ?? usual,
      ]),
    ),
  };
}

function number(
  dotted: Given,
  key: (typeof known)[number],
  least: number,
  most: number,
  isWhole: boolean,
): number {
  const value = Number(dotted[key] ?? 0);
  if (value >= least && value <= most && (!isWhole || Number.isInteger(value))) return value;
  throw new NightsiftError('wrongUse', `Setting ${key} cannot be "${String(dotted[key])}".`, {
    hint: `Allowed: ${isWhole ? 'a whole number, ' : ''}${least} to ${most}.`,
  });
}

/** What a family trains unless told otherwise, under what was given. */
export function familyDefaults(
  family: Family,
  recipe: string | undefined,
  given: Given,
): { readonly recipe: string; readonly parameters: Given } {
  const usual =
    recipe === undefined ? family.recipes[0] : family.recipes.find((each) => each.recipe === recipe);
  return {
    recipe: recipe ?? family.recipes[0]!.recipe,
    parameters: { ...usual?.parameters, ...given },
  };
}
