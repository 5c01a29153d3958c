import { describe, expect, it } from 'vitest';
import { completeParameters, findRecipe, recipes } from '../../main/learning/recipes.ts';
import {
  refuseClassWeights,
  refuseIdle,
  refuseSettings,
  refuseTargetsOfEstimator,
} from '../../main/learning/refuse-settings.ts';

const wrongUse = expect.objectContaining({ code: 'wrongUse' });

describe('settings that do not go together', () => {
  const resnet18 = findRecipe('resnet18');
  const ask = (parameters: Record<string, string | number>, hasBackbone = true) =>
    refuseSettings(resnet18, completeParameters(resnet18, parameters), { hasTeacher: false, hasBackbone });

  it('are contrast and a body that is frozen at first', () => {
    expect(() => ask({ contrast: 0.5, frozenEpochs: 2 })).toThrow(/frozenEpochs=2/);
    expect(() => ask({ contrast: 0.5, frozenEpochs: 0 })).not.toThrow();
    expect(() => ask({ frozenEpochs: 2 })).not.toThrow();
    // without a backbone nothing is frozen
    expect(() => ask({ contrast: 0.5, frozenEpochs: 2 }, false)).not.toThrow();
  });

  it.each([
    ['mlp', { loss: 'binary', focus: 2 }, /focus=2 does nothing with loss=binary/],
    ['mlp', { loss: 'squared', focus: 0.5 }, /loss=squared/],
    ['mlp', { contrast: 0.5, 'feature-noise': 0 }, /contrast=0.5 does nothing/],
    [
      'conv1d',
      {
        contrast: 0.9,
        shift: 0,
        stretch: 0,
        brightness: 0,
        counting: 0,
        noise: 0,
        cutout: 0,
        featureNoise: 0,
      },
      /contrast/,
    ],
    ['resnet18', { frozenEpochs: 1 }, /frozenEpochs=1 does nothing without a backbone/],
    ['mlp', { folds: 1 }, /folds=1/],
    ['mlp', { teacherShare: 0.9 }, /teacherShare=0.9 does nothing without a teacher/],
    ['mlp', { 'teacher-temperature': 2 }, /teacherTemperature=2/],
  ] as const)('are those of %s that would do nothing: %j', (recipe, given, words) => {
    const beside = { hasTeacher: false, hasBackbone: false };
    expect(() => refuseIdle(findRecipe(recipe), given, beside)).toThrow(words);
    expect(() => refuseIdle(findRecipe(recipe), given, beside)).toThrow(wrongUse);
  });

  it('are not those that do something, nor defaults that rest', () => {
    const beside = { hasTeacher: true, hasBackbone: true };
    for (const recipe of recipes) {
      expect(() => refuseIdle(recipe, {}, { hasTeacher: false, hasBackbone: false })).not.toThrow();
      expect(() => refuseIdle(recipe, { focus: 2, contrast: 0.5, folds: 3 }, beside)).not.toThrow();
    }
    expect(() => refuseIdle(resnet18, { frozenEpochs: 1, teacherShare: 0.9 }, beside)).not.toThrow();
  });

  it('are sampling by classes and targets that are none', () => {
    expect(() => ask({ targets: 'marks', sampling: 'weighted' })).toThrow(/sampling=weighted/);
    expect(() => ask({ targets: 'number', sampling: 'stratified', loss: 'huber' })).toThrow(wrongUse);
    expect(() => ask({ targets: 'marks', sampling: 'stratified' })).not.toThrow();
  });

  it('are weights of classes that a person asked for and targets that are none', () => {
    expect(() => refuseClassWeights({ targets: 'number', classWeights: 'balanced' })).toThrow(wrongUse);
    expect(() => refuseClassWeights({ targets: 'number', classWeights: 'none' })).not.toThrow();
    expect(() => refuseClassWeights({ targets: 'number' })).not.toThrow();
    expect(() => refuseClassWeights({ classWeights: 'balanced' })).not.toThrow();
  });

  it('are marks or numbers and a recipe that is no network', () => {
    expect(() => refuseTargetsOfEstimator('random-forest', { targets: 'marks' })).toThrow(
      'targets=marks is for networks; random-forest learns classes only.',
    );
    expect(() => refuseTargetsOfEstimator('random-forest', { trees: 3 })).not.toThrow();
  });
});
