/** What every sampler and pruner promises. A new one is tested by being registered. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Competitor, PrunerInput, Step } from '../../main/tuning/pruners/pruner.ts';
import { pruners } from '../../main/tuning/pruners.ts';
import { samplers } from '../../main/tuning/samplers.ts';
import { contains, pointKey, type Settings, type Space } from '../../main/tuning/space.ts';
import { namedSpaces } from '../../main/tuning/spaces.ts';
import { proposeTrials } from '../../main/tuning/studies.ts';

const conditional: Space = [
  { name: 'recipe', kind: 'choice', values: ['forest', 'network'] },
  { name: 'trees', kind: 'integer', from: 1, to: 300, scale: 'log', when: { recipe: ['forest'] } },
  { name: 'rate', kind: 'float', from: 1e-4, to: 1, scale: 'log', when: { recipe: ['network'] } },
  { name: 'layers', kind: 'integer', from: 1, to: 3, scale: 'linear', when: { recipe: ['network'] } },
  { name: 'dropout', kind: 'float', from: 0, to: 0.5, scale: 'linear', when: { layers: [2, 3] } },
  { name: 'balanced', kind: 'choice', values: [true, false] },
];
const spaces: Space[] = [conditional, ...namedSpaces.map(({ space }) => space)];

describe.each(samplers.map((sampler) => [sampler.name, sampler] as const))('sampler %s', (_name, sampler) => {
  it.each(spaces)('respects the space, repeats no point and no run of chance', (...space) => {
    const proposed = proposeTrials(sampler, space, 7, 60);
    expect(proposed.length).toBeGreaterThan(10);
    for (const settings of proposed) expect(contains(space, settings), JSON.stringify(settings)).toBe(true);
    expect(new Set(proposed.map(pointKey)).size).toBe(proposed.length);
    expect(proposeTrials(sampler, structuredClone(space) as Space, 7, 60)).toEqual(proposed);
  });

  it('goes on where another process stopped', () => {
    const whole = proposeTrials(sampler, conditional, 3, 12);
    const before = whole.slice(0, 7).map((settings) => ({ settings, figure: 0.5 }));
    expect(sampler.propose({ space: conditional, seed: 3, number: 7, before })).toEqual(whole[7]);
  });

  it('ends where the space does', () => {
    const small: Space = [{ name: 'columns', kind: 'choice', values: ['sqrt', 'log2', 'all'] }];
    const proposed = proposeTrials(sampler, small, 1, 50);
    expect(proposed.map((settings) => settings.columns).sort()).toEqual(['all', 'log2', 'sqrt']);
    const larger: Space = ['one', 'other'].map((name) => ({
      name,
      kind: 'choice',
      values: Array.from({ length: 15 }, (_, value) => value),
    }));
    expect(proposeTrials(sampler, larger, 1, 300)).toHaveLength(225);
  });
});

/** Plays a study to its end; figures are those of `figureOf`. */
function play(
  decide: (input: PrunerInput) => { next: Step | null },
  count: number,
  smallestShare: number,
  figureOf: (step: Step) => number | null,
) {
  const trials: { number: number; scores: { share: number; figure: number | null }[] }[] = Array.from(
    { length: count },
    (_, number) => ({ number, scores: [] }),
  );
  const steps: Step[] = [];
  for (;;) {
    // what a library gives back after a restart is equal, not the same
    const { next } = decide({ trials: structuredClone(trials), smallestShare });
    if (next === null) return { trials: trials as Competitor[], steps };
    steps.push(next);
    trials[next.number]!.scores.push({ share: next.share, figure: figureOf(next) });
    expect(steps.length).toBeLessThanOrEqual(20 * count);
  }
}

describe.each(pruners.map((pruner) => [pruner.name, pruner] as const))('pruner %s', (_name, pruner) => {
  const decide = (input: PrunerInput) => pruner.decide(input);

  it('asks nothing twice, never for less than says something, and ends with trials that had everything', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (count, smallest) => {
          const { steps, trials } = play(decide, count, smallest, ({ number }) => Math.sin(number));
          const keys = steps.map(({ number, share }) => `${number} ${share}`);
          expect(new Set(keys).size).toBe(keys.length);
          expect(steps.every(({ share }) => share >= smallest * (1 - 1e-9) && share <= 1)).toBe(true);
          expect(trials.some(({ scores }) => scores.some(({ share }) => share === 1))).toBe(true);
          const allowed = pruner.shares(count, smallest);
          expect(steps.every(({ share }) => allowed.includes(share))).toBe(true);
          expect(allowed.at(-1)).toBe(1);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps the best where less of the resource tells the truth, and drops what failed', () => {
    const { trials, steps } = play(decide, 20, 0.05, ({ number }) =>
      number === 11 ? 0.9 : number === 4 ? null : 0.5,
    );
    expect(trials[11]!.scores.some(({ share }) => share === 1)).toBe(true);
    expect(steps.filter(({ number }) => number === 4)).toHaveLength(1);
  });

  it('goes on with the next best where the best fails with everything', () => {
    const { trials } = play(decide, 27, 0.01, ({ number, share }) =>
      share === 1 && number === 26 ? null : number,
    );
    const inFull = trials.filter(({ scores }) =>
      scores.some(({ share, figure }) => share === 1 && figure !== null),
    );
    expect(inFull.map(({ number }) => number)).toContain(25);
  });

  it('has nothing to say of nothing', () => {
    expect(pruner.decide({ trials: [], smallestShare: 0.1 }).next).toBeNull();
  });
});

describe('halving', () => {
  it('costs a fraction of giving everything to all', () => {
    const costs = Object.fromEntries(
      pruners.map((pruner) => {
        const { steps } = play(
          (input) => pruner.decide(input),
          81,
          1 / 27,
          ({ number }) => number,
        );
        return [pruner.name, steps.reduce((sum, { share }) => sum + share, 0)];
      }),
    );
    expect(costs.none).toBe(81);
    expect(costs.halving).toBeCloseTo(3 + 3 + 3 + 3, 6);
  });
});

it('every point of a named space is one that its recipes take', async () => {
  const { completeParameters } = await import('../../main/learning/recipes.ts');
  const { findTrainable } = await import('../../main/learning/trainables.ts');
  for (const { space, recipes } of namedSpaces) {
    for (const recipe of recipes) {
      for (const settings of proposeTrials(samplers[0]!, space, 1, 20))
        expect(() => completeParameters(findTrainable(recipe), settings as Settings)).not.toThrow();
    }
  }
});
