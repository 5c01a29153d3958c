/** What a model of records says of its inputs, so that files are read for it as they were when it was trained. */
import { NightsiftError } from '../../../contract/errors.ts';
import type { Family, ReadOptions } from '../../families/family.ts';
import type { DatasetVersion } from '../../library/datasets.ts';
import type { StoredReading } from './stored-reading.ts';

export interface RecordInputRecipe {
  readonly family: string;
  /** Of the family's code. */
  readonly readBy: string;
  readonly options: ReadOptions;
  readonly features: readonly string[];
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

export function inputRecipeOf(
  family: Family,
  { metadata }: DatasetVersion,
  inputs: RecordInputRecipe['inputs'],
): RecordInputRecipe {
  return {
    family: family.name,
    readBy: family.version,
    options: metadata.reading ?? {},
    features: metadata.featureNames ?? [],
    inputs: inputs.map(({ name, shape }) => ({ name, shape })),
  };
}

/** Null for a model that was not trained on records. */
export function recordRecipe(metadata: Readonly<Record<string, string>>): RecordInputRecipe | null {
  try {
    const recipe = JSON.parse(metadata.inputRecipe ?? '{}') as Partial<RecordInputRecipe>;
    return typeof recipe.family === 'string' && typeof recipe.readBy === 'string'
      ? (recipe as RecordInputRecipe)
      : null;
  } catch {
    return null;
  }
}

/** Errors: modelMismatch when this Nightsift reads files in another way than the model knows them. */
export function checkReadBy(recipe: RecordInputRecipe, family: Family): void {
  if (recipe.readBy === family.version) return;
  throw new NightsiftError(
    'modelMismatch',
    `The model knows ${family.noun.many} as ${recipe.readBy} reads them; this Nightsift has ${family.version}.`,
    { hint: 'Train it again on the same data set: nightsift train.' },
  );
}

/** Errors: modelMismatch, naming what is missing. */
export function checkReading(recipe: RecordInputRecipe, reading: StoredReading, file: string): void {
  const missing = recipe.features.filter((name) => !reading.featureNames.includes(name));
  const shapes = ({ name, shape }: { readonly name: string; readonly shape: readonly number[] }) =>
    `${name} [${shape.join(', ')}]`;
  const wanted = recipe.inputs.map(shapes).join(', ');
  const found = reading.tensors.map(shapes).join(', ');
  if (missing.length === 0 && wanted === found && recipe.features.join() === reading.featureNames.join())
    return;
  throw new NightsiftError(
    'modelMismatch',
    missing.length > 0
      ? `${file} lacks ${missing.slice(0, 8).join(', ')}, which the model needs.`
      : `${file} gives ${found}; the model takes ${wanted}.`,
    {
      hint: 'Give a file of the same layout as the one it was trained on.',
      details: { missing, wanted, found },
    },
  );
}
