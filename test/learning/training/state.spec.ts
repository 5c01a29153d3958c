import { describe, expect, it } from 'vitest';
import {
  decodeCheckpoint,
  encodeCheckpoint,
  startProgress,
  type TrainingState,
} from '../../../main/learning/training/state.ts';

const identity = { configuration: 'abc', seed: 4 };
const order = Int32Array.of(2, 0, 1);

function stateOf(average: readonly number[] = []): TrainingState {
  return {
    values: new Map([
      ['weight', Float32Array.of(1, 2, 3)],
      ['running_mean', Float32Array.of(4)],
    ]),
    moments: new Map([['first/weight', Float32Array.of(5, 6, 7)]]),
    average: new Map(average.length > 0 ? [['weight', Float32Array.from(average)]] : []),
    best: undefined,
    progress: { ...startProgress(), step: 9, bestLoss: 0.5 },
  };
}

const written = (state: TrainingState): Buffer => Buffer.concat(encodeCheckpoint(state, order, identity));

describe('a checkpoint', () => {
  it.each([
    ['the values', stateOf(), [1, 2, 3]],
    ['their moving average', stateOf([8, 9, 10]), [8, 9, 10]],
  ])('whose best are %s has no second copy of them', (_, state, expected) => {
    const without = written(state).byteLength;
    state.best = new Map([...state.values, ...state.average]);
    const bytes = written(state);
    expect(bytes.byteLength - without).toBeLessThan(40);
    const read = decodeCheckpoint(bytes, identity).state;
    expect(read).toEqual(state);
    expect(Array.from(read.best!.get('weight')!)).toEqual(expected);
  });

  it('keeps best values that the training has left behind', () => {
    const state = stateOf();
    state.best = new Map([...state.values, ['weight', Float32Array.of(-1, -2, -3)]]);
    const read = decodeCheckpoint(written(state), identity);
    expect(read).toEqual({ state, order });
  });

  it('without best values has none when read', () => {
    expect(decodeCheckpoint(written(stateOf()), identity).state.best).toBeUndefined();
  });

  it('of the first format, which wrote the best always, is read', () => {
    const state = stateOf();
    state.best = new Map([...state.values, ['weight', Float32Array.of(-1, -2, -3)]]);
    const bytes = written(state);
    const place = bytes.indexOf('nightsift.checkpoint/2');
    bytes.write('nightsift.checkpoint/1', place);
    expect(decodeCheckpoint(bytes, identity).state).toEqual(state);
  });

  it('of a later format is refused', () => {
    const bytes = written(stateOf());
    bytes.write('nightsift.checkpoint/3', bytes.indexOf('nightsift.checkpoint/2'));
    expect(() => decodeCheckpoint(bytes, identity)).toThrow('not a checkpoint');
  });
});
