import { describe, expect, it } from 'vitest';
import type { StoredTrial } from '../../../main/library/studies.ts';
import { commonFailure } from '../../../main/workflows/tuning/hopeless.ts';

type Tried = readonly [settings: Readonly<Record<string, string | number>>, error?: string | null];

/** A trial without a result has not been tried; null is a trial that was judged. */
function trialsOf(tried: readonly Tried[]): StoredTrial[] {
  return tried.map(([settings, error], number) => ({
    number,
    settings,
    scores: error === undefined ? [] : [{ share: 1, figures: {}, deviations: {}, error, seconds: 1 }],
  }));
}

const few = 'Too few items.';

describe('a study whose trials fail', () => {
  it('has nothing to find when trials with other settings failed for the same reason', () => {
    const trials = trialsOf([
      [{ depth: 1, leaf: 1, seedless: 'a' }, few],
      [{ depth: 1, leaf: 2, seedless: 'a' }, few],
      [{ depth: 2, leaf: 1, seedless: 'a' }, few],
      [{ depth: 2, leaf: 2, seedless: 'a' }],
    ]);
    expect(commonFailure(trials)).toBe(few);
  });

  it.each<readonly [string, readonly Tried[]]>([
    ['fewer than three were tried', [[{ depth: 1 }, few], [{ depth: 2 }, few], [{ depth: 3 }]]],
    [
      'the reasons differ',
      [[{ depth: 1 }, few], [{ depth: 2 }, 'Diverged.'], [{ depth: 3 }, few], [{ depth: 4 }]],
    ],
    ['one was judged', [[{ depth: 1 }, few], [{ depth: 2 }, null], [{ depth: 3 }, few], [{ depth: 4 }]]],
    [
      'a setting had one value in all that were tried',
      [
        [{ least: 9, leaf: 1 }, few],
        [{ least: 9, leaf: 2 }, few],
        [{ least: 9, leaf: 3 }, few],
        [{ least: 1, leaf: 1 }],
      ],
    ],
  ])('has hope while %s', (_, tried) => {
    expect(commonFailure(trialsOf(tried))).toBeNull();
  });
});
