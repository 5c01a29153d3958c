import { describe, expect, it } from 'vitest';
import { allowedValues, completeParameters, findRecipe, recipes } from '../../main/learning/recipes.ts';

const smallCnn = findRecipe('small-cnn');

describe('recipes', () => {
  it('have defaults inside their own limits', () => {
    for (const recipe of recipes) {
      const defaults = Object.fromEntries(recipe.parameters.map((each) => [each.name, each.default]));
      expect(completeParameters(recipe, defaults)).toEqual(defaults);
      expect(new Set(recipe.parameters.map((each) => each.name)).size).toBe(recipe.parameters.length);
      for (const each of recipe.parameters) expect(allowedValues(each)).not.toMatch(/undefined/);
    }
  });

  it('read settings as the command line gives them', () => {
    const complete = completeParameters(smallCnn, {
      'batch-size': '8',
      learning_rate: '1e-3',
      flips: 'false',
      classWeights: 'none',
    });
    expect(complete).toMatchObject({
      batchSize: 8,
      learningRate: 1e-3,
      flips: false,
      classWeights: 'none',
      epochs: 30,
    });
  });

  it.each([
    [{ epochs: '2.5' }, /epochs cannot be "2.5"/],
    [{ epochs: '' }, /epochs/],
    [{ learningRate: 'fast' }, /learningRate cannot be "fast"/],
    [{ learningRate: 1e9 }, /learningRate/],
    [{ classWeights: 'some' }, /classWeights cannot be "some"/],
    [{ flips: 'maybe' }, /flips/],
    [{ epoch: 3 }, /no setting "epoch"/],
  ])('refuse %j', (given, message) => {
    expect(() => completeParameters(smallCnn, given)).toThrow(message);
  });

  it('name the ones there are when asked for another', () => {
    expect(() => findRecipe('vit')).toThrow(/no recipe "vit"/);
  });
});
