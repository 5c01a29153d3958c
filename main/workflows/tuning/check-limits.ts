/** Whether a setting may be all that a space lets it be: said before anything is drawn, whatever the draw would have been. */
import { isNightsiftError, NightsiftError } from '../../../contract/errors.ts';
import type { Dimension, Settings, SettingValue, Space } from '../../tuning/space.ts';

/**
 * @param usual recipe of trials whose settings name none
 * @param check throws where a recipe does not take the settings
 * @throws NightsiftError `wrongUse` naming the setting, what was found, and in the hint the limits; `notFound` (a recipe)
 */
export function checkLimits(
  space: Space,
  usual: string,
  check: (recipe: string, settings: Settings) => void,
): void {
  for (const dimension of space) {
    const values = dimension.kind === 'choice' ? dimension.values : [dimension.from, dimension.to];
    const isRecipe = dimension.name === 'recipe';
    for (const recipe of isRecipe ? values.map(String) : recipesOf(space, usual, dimension)) {
      for (const value of values) {
        try {
          check(recipe, isRecipe ? {} : { [dimension.name]: value });
        } catch (thrown) {
          throw sayingWhere(thrown, dimension, value);
        }
      }
    }
  }
}

/** Recipes beside which a dimension takes part: those it names, or those of the settings it depends on. */
function recipesOf(space: Space, usual: string, dimension: Dimension): readonly string[] {
  const named = dimension.when?.recipe;
  if (named !== undefined) return named.map(String);
  const before = space.slice(0, space.indexOf(dimension));
  const varied = before.flatMap((each) =>
    each.name === 'recipe' && each.kind === 'choice' ? each.values.map(String) : [],
  );
  return (varied.length === 0 ? [usual] : varied).filter((recipe) =>
    Object.keys(dimension.when ?? {}).every((name) => {
      const needed = before.filter((each) => each.name === name);
      return needed.length === 0 || needed.some((each) => recipesOf(before, usual, each).includes(recipe));
    }),
  );
}

function sayingWhere(thrown: unknown, dimension: Dimension, value: SettingValue): unknown {
  if (!isNightsiftError(thrown) || thrown.code !== 'wrongUse' || dimension.kind === 'choice') return thrown;
  const { name, from, to } = dimension;
  return new NightsiftError('wrongUse', `The range of ${name} is ${from} to ${to}. ${thrown.message}`, {
    ...(thrown.hint === undefined ? {} : { hint: thrown.hint }),
    details: { ...thrown.details, setting: name, found: value },
  });
}
