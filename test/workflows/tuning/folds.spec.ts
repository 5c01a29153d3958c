import { describe, expect, it } from 'vitest';
import type { DatasetVersion } from '../../../main/library/datasets.ts';
import { foldsFor, refuseSmallClasses } from '../../../main/workflows/tuning/folds.ts';

const version = { metadata: { classes: ['0', '1'] } } as unknown as Pick<DatasetVersion, 'metadata'>;

function items(usual: number, strange: number) {
  const of = (label: string, split: 'train' | 'test', count: number) =>
    Array.from({ length: count }, () => ({ label, split }));
  return [
    ...of('0', 'train', usual),
    ...of('1', 'train', strange),
    ...of('1', 'test', 50),
    ...of('unlabelled', 'train', 1),
  ];
}

describe('the folds of a study', () => {
  it.each([
    ['as asked', 30, 20, 20, 0, 20],
    ['as the recipe has them', 30, 20, undefined, 3, 3],
    ['five where nobody says', 30, 20, undefined, 0, 5],
    ['any without labels', 0, 0, 7, 0, 7],
  ])('%s', (_what, usual, strange, asked, own, folds) => {
    expect(foldsFor(version, items(usual, strange), asked, own)).toEqual({ folds, note: null });
  });

  it('are refused when a class has fewer items than were asked for', () => {
    expect(() => foldsFor(version, items(30, 3), 20, 0)).toThrow(
      expect.objectContaining({
        code: 'notEnoughData',
        message: '20 folds cannot each hold every class: class "1" has 3 items outside the test split.',
        hint: expect.stringContaining('--folds 3'),
      }),
    );
    expect(() => foldsFor(version, items(30, 1), 2, 0)).toThrow(/"1" has 1 item outside/);
  });

  it('that nobody asked for are kept with a note, and lowered where no class fills them', () => {
    const kept = foldsFor(version, items(30, 3), undefined, 5);
    expect(kept).toEqual({
      folds: 5,
      note: expect.stringMatching(/Some folds lack a class: class "1" has 3/),
    });
    const lowered = foldsFor(version, items(3, 2), undefined, 5);
    expect(lowered).toEqual({ folds: 3, note: expect.stringMatching(/Judged in 3 folds in place of 5/) });
    expect(foldsFor(version, items(1, 1), undefined, 5).folds).toBe(2);
  });
});

describe('the folds that judge a training', () => {
  it('hold the test split too', () => {
    expect(() => refuseSmallClasses(version, items(60, 3), 53)).not.toThrow();
    expect(() => refuseSmallClasses(version, items(60, 3), 54)).toThrow(
      expect.objectContaining({
        code: 'notEnoughData',
        message: 'evaluation.folds=54 cannot hold every class in each fold: class "1" has 53 items.',
        hint: expect.stringContaining('evaluation.folds=53'),
      }),
    );
  });
});
