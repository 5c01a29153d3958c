import { describe, expect, it } from 'vitest';
import { splitCodes, type TensorDataset } from '../../../main/learning/dataset.ts';
import { keptTrainingSets } from '../../../main/workflows/training/kept-training-sets.ts';

function setOf(...split: number[]): TensorDataset {
  return {
    ids: split.map(String),
    inputs: [{ name: 'features', shape: [1], data: Float32Array.from(split) }],
    labels: new Int32Array(split.length),
    classes: ['a'],
    split: Uint8Array.from(split),
    personLabelled: new Uint8Array(split.length),
  };
}

const { train, review } = splitCodes;

describe('training sets of a search', () => {
  it('are made once for each fold, and anew for another search', () => {
    const sets = keptTrainingSets();
    const made: string[] = [];
    const ask = (search: string, part: TensorDataset) =>
      sets.of(search, 2, part, () => {
        made.push(`${search} ${part.split.join('')}`);
        return { ...part };
      });
    const first = ask('one', setOf(train, review));
    ask('one', setOf(review, train));
    expect(ask('one', setOf(train, review))).toBe(first);
    expect(ask('two', setOf(train, review))).not.toBe(first);
    expect(made).toEqual([`one ${train}${review}`, `one ${review}${train}`, `two ${train}${review}`]);
  });

  it('are let go when there are more than asked for, the oldest first', () => {
    const sets = keptTrainingSets();
    const ask = (part: TensorDataset) => sets.of('one', 1, part, () => ({ ...part }));
    const first = ask(setOf(train, review));
    ask(setOf(review, train));
    expect(ask(setOf(train, review))).not.toBe(first);
  });
});
