import { describe, expect, it } from 'vitest';
import { completeParameters, findRecipe } from '../../main/learning/recipes.ts';
import {
  refuseClassWeights,
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
