/** What a person gave and what would do nothing is refused rather than passed over. */
import { NightsiftError } from '../../../contract/errors.ts';
import type { EngineName } from '../../../contract/words.ts';
import { findRecipe, type ParameterValue } from '../../learning/recipes.ts';
import { refuseIdle } from '../../learning/refuse-settings.ts';
import { findTrainable } from '../../learning/trainables.ts';
import { usualEngine } from '../runs.ts';
import { dottedApart } from './house-settings.ts';

/** What was named beside the settings. */
interface Beside {
  readonly backbone?: string | undefined;
  readonly teacher?: string | undefined;
  readonly engine?: EngineName | undefined;
}

/**
 * @param hasBackbone one was named, or ships for the recipe
 * @throws NightsiftError `wrongUse`
 */
export function refuseIdleSettings(
  recipe: string,
  given: Readonly<Record<string, ParameterValue>>,
  { backbone, teacher, engine = usualEngine }: Beside,
  hasBackbone: boolean,
): void {
  if (findTrainable(recipe).kind === 'network') {
    const { own } = dottedApart(given);
    refuseIdle(findRecipe(recipe), own, { hasBackbone, hasTeacher: teacher !== undefined });
    return;
  }
  const options = [
    ...(backbone === undefined ? [] : ['--backbone']),
    ...(engine === usualEngine ? [] : [`--engine ${engine}`]),
  ];
  if (options.length === 0) return;
  throw new NightsiftError(
    'wrongUse',
    `The recipe ${recipe} is no network and takes no ${options.join(' and no ')}.`,
    {
      hint: 'Leave that out, or choose a network: nightsift recipes lists those that are trained in epochs.',
    },
  );
}
