import { type Pruner, scoreAt } from './pruner.ts';

export const none: Pruner = {
  name: 'none',
  description: 'every trial is given the full resource',
  shares: () => [1],
  decide({ trials }) {
    const waiting = trials.find((trial) => scoreAt(trial, 1) === undefined);
    return {
      next: waiting === undefined ? null : { number: waiting.number, share: 1 },
      racing: trials.map(({ number }) => number),
    };
  },
};
