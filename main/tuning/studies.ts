/** A study as a function of what has been measured: what comes next, and how each trial stands. */
import { type Competitor, type Pruner, type Step, scoreAt } from './pruners/pruner.ts';
import type { Sampler } from './samplers/sampler.ts';
import type { Settings, Space } from './space.ts';

export interface Trial extends Competitor {
  readonly settings: Settings;
}

export type TrialState = 'waiting' | 'running' | 'finished' | 'pruned' | 'failed';

/** The settings of a study's trials, in order; fewer than `count` where the space holds no more. */
export function proposeTrials(sampler: Sampler, space: Space, seed: number, count: number): Settings[] {
  const proposed: Settings[] = [];
  for (let number = 0; number < count; number += 1) {
    const before = proposed.map((settings) => ({ settings, figure: null }));
    const settings = sampler.propose({ space, seed, number, before });
    if (settings === null) break;
    proposed.push(settings);
  }
  return proposed;
}

export interface Standing {
  readonly next: Step | null;
  readonly states: readonly TrialState[];
  /** Place of the best trial that had the full resource; null without one. */
  readonly best: number | null;
}

export function standing(pruner: Pruner, trials: readonly Trial[], smallestShare: number): Standing {
  const { next, racing } = pruner.decide({ trials, smallestShare });
  const states = trials.map((trial): TrialState => {
    if (trial.scores.some(({ figure }) => figure === null)) return 'failed';
    if (scoreAt(trial, 1) !== undefined) return 'finished';
    if (!racing.includes(trial.number)) return 'pruned';
    return trial.scores.length === 0 ? 'waiting' : 'running';
  });
  return { next, states, best: bestOf(trials) };
}

function bestOf(trials: readonly Trial[]): number | null {
  let best: number | null = null;
  let highest = Number.NEGATIVE_INFINITY;
  trials.forEach((trial, place) => {
    const figure = scoreAt(trial, 1)?.figure ?? null;
    if (figure === null || figure <= highest) return;
    [best, highest] = [place, figure];
  });
  return best;
}

/** What the whole search will cost, in full resources, if no trial fails. */
export function plannedCost(pruner: Pruner, count: number, smallestShare: number): number {
  const trials = Array.from({ length: count }, (_, number) => ({
    number,
    scores: [] as { share: number; figure: number }[],
  }));
  let cost = 0;
  for (;;) {
    const { next } = pruner.decide({ trials, smallestShare });
    if (next === null) return cost;
    trials[next.number]!.scores.push({ share: next.share, figure: 0 });
    cost += next.share;
  }
}
