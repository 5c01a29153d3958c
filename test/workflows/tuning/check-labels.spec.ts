import { describe, expect, it } from 'vitest';
import { checkLabels } from '../../../main/workflows/tuning/check-labels.ts';

type Split = 'train' | 'validation' | 'test' | 'review';
const many = (count: number, label: string, split: Split = 'train') =>
  Array.from({ length: count }, () => ({ label, split }));
const refusal = (message: RegExp) =>
  expect.objectContaining({ code: 'notEnoughData', message: expect.stringMatching(message) });

describe('labels that a study judges by', () => {
  it.each([
    ['none', many(9, 'unlabelled'), [], ['mlp'], /No item of kinds@1 .* has a label/],
    ['none, for what learns the usual', many(9, 'unlabelled'), [], ['isolation-forest'], /has a label/],
    ['some', [...many(5, 'a'), ...many(5, 'b'), ...many(2, '')], ['a', 'b'], ['mlp'], /2 of 12 items/],
    [
      'some, for what learns the usual',
      [...many(5, 'a'), ...many(2, '')],
      ['a'],
      ['isolation-forest'],
      /2 of 7/,
    ],
    ['one class', many(9, 'a'), ['a'], ['mlp'], /has 9 of a\.$/],
    ['a class of one', [...many(9, 'a'), ...many(1, 'b')], ['a', 'b'], ['mlp'], /has 9 of a, 1 of b\.$/],
    [
      'a class that is only in the test split',
      [...many(9, 'a'), ...many(5, 'b', 'test')],
      ['a', 'b'],
      ['mlp'],
      /has 9 of a, 0 of b\.$/,
    ],
  ] as const)('are too few: %s', (_, items, classes, recipes, message) => {
    expect(() => checkLabels('kinds@1', items, classes, recipes)).toThrow(refusal(message));
  });

  it.each([
    ['two of each', [...many(2, 'a'), ...many(2, 'b', 'validation')], ['a', 'b'], ['mlp']],
    ['a third class of one', [...many(2, 'a'), ...many(2, 'b'), ...many(1, 'c')], ['a', 'b', 'c'], ['mlp']],
    [
      'review without labels',
      [...many(2, 'a'), ...many(2, 'b'), ...many(3, '', 'review')],
      ['a', 'b'],
      ['mlp'],
    ],
    ['usual rows for what learns the usual', many(9, 'usual'), ['usual'], ['isolation-forest']],
  ] as const)('are enough: %s', (_, items, classes, recipes) => {
    expect(() => checkLabels('kinds@1', items, classes, recipes)).not.toThrow();
  });
});
