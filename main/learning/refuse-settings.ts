/** Settings that do not go together, told before anything is computed. */
import { NightsiftError } from '../../contract/errors.ts';
import type { Parameters, Recipe } from './recipes/recipe.ts';
import { refuseForTargets, targetKindOf } from './targets.ts';

export interface SettingsBeside {
  readonly hasTeacher: boolean;
  readonly hasBackbone: boolean;
}

/**
 * @param parameters complete ones
 * @throws NightsiftError `wrongUse` naming the settings and what to do
 */
export function refuseSettings(recipe: Recipe, parameters: Parameters, beside: SettingsBeside): void {
  refuseForTargets(parameters, beside.hasTeacher);
  const freezes = beside.hasBackbone && recipe.isBody !== undefined && Number(parameters.frozenEpochs) > 0;
  if (!freezes || !(Number(parameters.contrast) > 0)) return;
  throw new NightsiftError(
    'wrongUse',
    `contrast does not go with frozenEpochs=${parameters.frozenEpochs}: what tells items apart is the frozen body's, which learns nothing from it.`,
    { hint: 'Set frozenEpochs=0 to train the body by contrast, or leave contrast out.' },
  );
}

/**
 * Settings that weigh classes, where a person gave them with targets that are no classes; their defaults are passed over.
 * @param given only what was given
 * @throws NightsiftError `wrongUse`
 */
export function refuseClassWeights(given: Parameters): void {
  const kind = targetKindOf(given);
  if (kind === undefined || given.classWeights !== 'balanced') return;
  throw new NightsiftError('wrongUse', `targets=${kind} does not go with classWeights=balanced.`, {
    hint: 'Every item counts alike there: leave classWeights out, or set it to none.',
  });
}

/**
 * @param given settings of a recipe that is no network
 * @throws NightsiftError `wrongUse` where they ask for marks or numbers
 */
export function refuseTargetsOfEstimator(recipe: string, given: Parameters): void {
  const kind = targetKindOf(given);
  if (kind === undefined) return;
  throw new NightsiftError('wrongUse', `targets=${kind} is for networks; ${recipe} learns classes only.`, {
    hint: 'Networks are mlp, conv1d, small-cnn and the others of nightsift recipes that are trained in epochs.',
  });
}
