import { NightsiftError } from '../../contract/errors.ts';
import { conv1d } from './recipes/conv1d.ts';
import { faintLines } from './recipes/faint-lines.ts';
import { mlp } from './recipes/mlp.ts';
import { mobileCnn } from './recipes/mobile-cnn.ts';
import type { ParameterDefinition, Parameters, ParameterValue, Recipe } from './recipes/recipe.ts';
import { resnet18, resnet34 } from './recipes/resnet.ts';
import { smallCnn } from './recipes/small-cnn.ts';
import { starCrops } from './recipes/star-crops.ts';
import { transformer } from './recipes/transformer.ts';
import { cycleRise } from './training/schedule.ts';

export type {
  ParameterDefinition,
  Parameters,
  ParameterValue,
  Recipe,
} from './recipes/recipe.ts';

/** Every network that can be trained. A new one: a file in recipes/ and one line here. */
export const recipes: readonly Recipe[] = [
  smallCnn,
  starCrops,
  faintLines,
  resnet18,
  resnet34,
  mobileCnn,
  mlp,
  conv1d,
  transformer,
];

/** @throws NightsiftError `wrongUse` */
export function findRecipe(name: string): Recipe {
  const recipe = recipes.find((candidate) => candidate.name === name);
  if (recipe) return recipe;
  throw new NightsiftError('wrongUse', `There is no recipe "${name}".`, {
    hint: `Recipes: ${recipes.map((candidate) => candidate.name).join(', ')}.`,
  });
}

/** Hyphens, underscores and case do not matter: `batch-size`, `batch_size` and `batchSize` are one. */
function plainName(name: string): string {
  return name.replaceAll(/[-_]/g, '').toLowerCase();
}

/**
 * The complete settings: what was given, checked, over the recipe's defaults. Strings are read as numbers or
 * flags where the setting is one, so `--set key=value` can be handed over as it is.
 * @throws NightsiftError `wrongUse` naming the setting, its value and what is allowed
 */
export function completeParameters(
  recipe: Pick<Recipe, 'name' | 'parameters'>,
  given: Parameters,
): Record<string, ParameterValue> {
  const complete: Record<string, ParameterValue> = {};
  for (const definition of recipe.parameters) complete[definition.name] = definition.default;
  const checked = givenParameters(recipe, given);
  // its rise is its warm-up, and longer than others'
  if (checked.schedule === 'oneCycle') complete.warmup = cycleRise;
  return { ...complete, ...checked };
}

/**
 * What was given, checked and under its own name, without any default.
 * @throws NightsiftError `wrongUse` as completeParameters
 */
export function givenParameters(
  recipe: Pick<Recipe, 'name' | 'parameters'>,
  given: Parameters,
): Record<string, ParameterValue> {
  const checked: Record<string, ParameterValue> = {};
  for (const [name, value] of Object.entries(given)) {
    const definition = recipe.parameters.find((candidate) => plainName(candidate.name) === plainName(name));
    if (!definition) {
      throw new NightsiftError('wrongUse', `The recipe ${recipe.name} has no setting "${name}".`, {
        hint: `Settings: ${recipe.parameters.map((candidate) => candidate.name).join(', ')}.`,
      });
    }
    checked[definition.name] = readValue(definition, value);
  }
  return checked;
}

/** For people: `0.001 to 1`, `balanced or none`, `true or false`. */
export function allowedValues(definition: ParameterDefinition): string {
  if (definition.kind === 'flag') return 'true or false';
  if (definition.kind === 'choice') return (definition.choices ?? []).join(' or ');
  const range = `${definition.minimum} to ${definition.maximum}`;
  return definition.kind === 'integer' ? `a whole number, ${range}` : range;
}

function readValue(definition: ParameterDefinition, value: ParameterValue): ParameterValue {
  if (definition.kind === 'flag') {
    if (value === true || value === 'true' || value === 'on') return true;
    if (value === false || value === 'false' || value === 'off') return false;
    return refuse(definition, value);
  }
  if (definition.kind === 'choice') {
    return definition.choices?.includes(String(value)) ? String(value) : refuse(definition, value);
  }
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return refuse(definition, value);
  if (definition.kind === 'integer' && !Number.isInteger(number)) return refuse(definition, value);
  if (number < (definition.minimum ?? number) || number > (definition.maximum ?? number)) {
    return refuse(definition, value);
  }
  return number;
}

function refuse(definition: ParameterDefinition, value: ParameterValue): never {
  throw new NightsiftError('wrongUse', `Setting ${definition.name} cannot be "${String(value)}".`, {
    hint: `Allowed: ${allowedValues(definition)}.`,
  });
}
