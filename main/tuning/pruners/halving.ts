import { type Competitor, type Pruner, scoreAt } from './pruner.ts';

/** Of so many trials one goes on, with so many times the resource. */
const factor = 3;

/**
 * Successive halving (Jamieson and Talwalkar 2016): all trials with little, the best third of them with three times as
 * much, and so on. Each rung costs about the same, so that many settings are tried for the price of few. Where one of the
 * best fails with more, the next best goes on in its place.
 */
export const halving: Pruner = {
  name: 'halving',
  description: 'all trials with little, the best third of them with three times as much, and so on',
  shares(trials, smallestShare) {
    const byTrials = Math.floor(Math.log(Math.max(1, trials)) / Math.log(factor) + 1e-9);
    const byResource = Math.floor(Math.log(1 / Math.min(1, smallestShare)) / Math.log(factor) + 1e-9);
    const rungs = Math.max(0, Math.min(byTrials, byResource));
    return Array.from({ length: rungs + 1 }, (_, rung) => factor ** (rung - rungs));
  },
  decide({ trials, smallestShare }) {
    let racing: readonly Competitor[] = trials;
    let count = trials.length;
    const shares = this.shares(trials.length, smallestShare);
    for (const [rung, share] of shares.entries()) {
      const waiting = racing.find((trial) => scoreAt(trial, share) === undefined);
      if (waiting !== undefined)
        return { next: { number: waiting.number, share }, racing: racing.map(({ number }) => number) };
      const more = shares[rung + 1];
      if (more === undefined) break;
      count = Math.ceil(count / factor);
      racing = best(racing, share, more, count);
    }
    return { next: null, racing: racing.map(({ number }) => number) };
  },
};

/** Equal figures: the earlier trial goes on. Those that failed at `share` never do; those that failed at `more` do not count. */
function best(trials: readonly Competitor[], share: number, more: number, count: number): Competitor[] {
  const figureOf = (trial: Competitor) => scoreAt(trial, share)?.figure ?? Number.NEGATIVE_INFINITY;
  const sound = trials.filter((trial) => figureOf(trial) > Number.NEGATIVE_INFINITY);
  const kept = new Set<Competitor>();
  let going = 0;
  for (const trial of sound.sort(
    (one, other) => figureOf(other) - figureOf(one) || one.number - other.number,
  )) {
    if (going === count) break;
    kept.add(trial);
    if (scoreAt(trial, more)?.figure !== null) going += 1;
  }
  return trials.filter((trial) => kept.has(trial));
}
