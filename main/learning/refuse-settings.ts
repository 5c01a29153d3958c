/** Settings that do not go together, told before anything is computed. */
import { NightsiftError } from '../../contract/errors.ts';
import type { Parameters, Recipe } from './recipes/recipe.ts';
import { completeParameters, givenParameters } from './recipes.ts';
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

/** Settings that change one of two views of an item, by the number of axes of an input. */
const augmentations: Readonly<Record<number, readonly string[]>> = {
  1: ['featureNoise'],
  2: ['shift', 'stretch', 'brightness', 'counting', 'noise', 'cutout'],
  3: ['flips', 'rotations', 'shift', 'zoom', 'angle', 'brightness', 'noise', 'cutout'],
};

/**
 * Settings that a person gave and that would do nothing beside the others.
 * @param given only what was given
 * @throws NightsiftError `wrongUse` naming the setting and what it needs
 */
export function refuseIdle(recipe: Recipe, given: Parameters, beside: SettingsBeside): void {
  const own = givenParameters(recipe, given);
  const all = completeParameters(recipe, given);
  const refuse = (name: string, why: string, hint: string): never => {
    throw new NightsiftError('wrongUse', `${name}=${all[name]} does nothing ${why}.`, { hint });
  };
  const isOn = (name: string): boolean => all[name] === true || Number(all[name]) > 0;
  if (own.folds === 1) refuse('folds', 'by itself', 'Cross-validation takes 2 folds or more; 0 is none.');
  if (isOn('focus') && all.loss !== 'crossEntropy')
    refuse('focus', `with loss=${all.loss}`, 'It goes with loss=crossEntropy; leave one of the two out.');
  if (own.frozenEpochs !== undefined && isOn('frozenEpochs') && !beside.hasBackbone)
    refuse('frozenEpochs', 'without a backbone', 'Give the weights to start from with --backbone FILE.');
  for (const name of ['teacherShare', 'teacherTemperature'])
    if (own[name] !== undefined && !beside.hasTeacher)
      refuse(name, 'without a teacher', 'Name the model to imitate with --teacher MODEL.');
  const changes = [...new Set(recipe.inputs.flatMap(({ rank }) => augmentations[rank] ?? []))];
  if (isOn('contrast') && ![...changes, 'mixup'].some(isOn))
    refuse('contrast', 'where both views are the same', `Switch augmentation on: ${changes.join(', ')}.`);
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
