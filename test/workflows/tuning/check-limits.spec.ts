import { describe, expect, it } from 'vitest';
import { completeParameters } from '../../../main/learning/recipes.ts';
import { findTrainable } from '../../../main/learning/trainables.ts';
import type { Dimension, Space } from '../../../main/tuning/space.ts';
import { namedSpaces } from '../../../main/tuning/spaces.ts';
import { checkLimits } from '../../../main/workflows/tuning/check-limits.ts';

const check = (space: Space, usual: string) => () =>
  checkLimits(space, usual, (recipe, settings) =>
    completeParameters(findTrainable(recipe), Object.fromEntries(Object.entries(settings))),
  );
const range = (from: number, to: number, more: Partial<Dimension> = {}): Dimension =>
  ({ name: 'width', kind: 'integer', scale: 'linear', from, to, ...more }) as Dimension;
const width = findTrainable('mlp').parameters.find(({ name }) => name === 'width')!;
const [least, most] = [width.minimum!, width.maximum!];

describe('the limits of a space', () => {
  it('are those of its settings, ends included', () => {
    expect(check([range(least, most)], 'mlp')).not.toThrow();
  });

  it.each([
    [least, most + 1, most + 1],
    [least - 1, most, least - 1],
  ])('are told where %d to %d leaves them', (from, to, found) => {
    expect(check([range(from, to)], 'mlp')).toThrow(
      expect.objectContaining({
        code: 'wrongUse',
        message: `The range of width is ${from} to ${to}. Setting width cannot be "${found}".`,
        hint: `Allowed: a whole number, ${least} to ${most}.`,
      }),
    );
  });

  it('hold for every value of a list, the last one too', () => {
    const list: Dimension = { name: 'width', kind: 'choice', values: [least, most, most + 1] };
    expect(check([list], 'mlp')).toThrow(
      expect.objectContaining({ message: `Setting width cannot be "${most + 1}".` }),
    );
  });

  it('are those of the recipes beside which a setting takes part', () => {
    const recipe: Dimension = { name: 'recipe', kind: 'choice', values: ['random-forest', 'mlp'] };
    expect(check([recipe, range(least, most, { when: { recipe: ['mlp'] } })], 'mlp')).not.toThrow();
    expect(check([recipe, range(least, most + 1, { when: { recipe: ['mlp'] } })], 'random-forest')).toThrow(
      expect.objectContaining({ code: 'wrongUse' }),
    );
    // a forest has no width: trials of it could not be made
    expect(check([recipe, range(least, most)], 'mlp')).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('The recipe random-forest has no setting "width".'),
      }),
    );
  });

  it.each(
    namedSpaces.flatMap(({ name, recipes, space }) =>
      recipes.map((recipe) => [name, recipe, space] as const),
    ),
  )('are kept by the space %s of %s', (_, recipe, space) => expect(check(space, recipe)).not.toThrow());
});
