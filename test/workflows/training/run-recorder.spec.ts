import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRunRecorder } from '../../../main/workflows/training/run-recorder.ts';
import { newPlace, type Place } from '../fake-frames/night.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.close());

function startedRun() {
  const { library } = place.ports;
  return { library, id: library.runs.start({ kind: 'train', experiment: 'trial', family: 'frames' }).id };
}

const step = (number: number) => ({
  kind: 'event' as const,
  event: {
    kind: 'step' as const,
    epoch: 1,
    epochs: 2,
    step: number,
    totalSteps: 9,
    metrics: { loss: 1 / number },
  },
});

test('figures are written in batches and none is left behind', () => {
  const { library, id } = startedRun();
  const seen: number[] = [];
  const recorder = openRunRecorder(library, id, { onEvent: (event) => seen.push(event.step) });
  for (let number = 1; number <= 9; number++) recorder.take(step(number));
  expect(library.runs.metrics(id)).toEqual([]);
  recorder.close();
  expect(library.runs.metrics(id, 'loss').map(({ step: at }) => at)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(seen).toHaveLength(9);
  recorder.close();
  expect(library.runs.metrics(id)).toHaveLength(9);
});

test('the last three checkpoints and the two best are kept, other bytes are removed', () => {
  const { library, id } = startedRun();
  const recorder = openRunRecorder(library, id, {});
  const losses = [0.95, 0.9, 0.2, 0.5, 0.6, 0.7, 0.8];
  const blobs = losses.map((loss, index) => {
    const blob = library.blobs.put(Uint8Array.of(index));
    recorder.take({
      kind: 'checkpoint',
      step: index + 1,
      epoch: index + 1,
      blob,
      metrics: { 'validation/loss': loss },
    });
    return blob;
  });
  recorder.close();
  const kept = library.runs.checkpoints(id);
  expect(kept.filter(({ kind }) => kind === 'last').map(({ step: at }) => at)).toEqual([7, 6, 5]);
  expect(kept.filter(({ kind }) => kind === 'best').map(({ step: at }) => at)).toEqual([3, 2]);
  expect(blobs.map((blob) => library.blobs.has(blob))).toEqual([false, true, true, false, true, true, true]);
});

test('after a resume the best so far is still the best', () => {
  const { library, id } = startedRun();
  const save = (at: number, loss: number) => {
    const recorder = openRunRecorder(library, id, {});
    const blob = library.blobs.put(Uint8Array.of(at));
    recorder.take({ kind: 'checkpoint', step: at, epoch: at, blob, metrics: { 'validation/loss': loss } });
    recorder.close();
  };
  save(1, 0.3);
  save(2, 0.4);
  expect(
    library.runs
      .checkpoints(id)
      .filter(({ kind }) => kind === 'best')
      .map(({ step: at }) => at),
  ).toEqual([1]);
});

test('a figure that is no number is a gap', () => {
  const { library, id } = startedRun();
  const recorder = openRunRecorder(library, id, {});
  const event = {
    kind: 'epoch' as const,
    epoch: 1,
    epochs: 2,
    step: 1,
    totalSteps: 2,
    metrics: { loss: Number.NaN },
  };
  recorder.take({ kind: 'event', event });
  recorder.close();
  expect(library.runs.metrics(id)).toEqual([{ name: 'loss', step: 1, value: null }]);
});

test('bytes that a checkpoint of another run has as well stay', () => {
  const { library, id } = startedRun();
  const other = library.runs.start({ kind: 'train', experiment: 'the same again', family: 'frames' }).id;
  const take = (run: string, values: readonly number[]) => {
    const recorder = openRunRecorder(library, run, {});
    values.forEach((value, index) => {
      const blob = library.blobs.put(Uint8Array.of(value));
      const metrics = { 'validation/loss': index === 0 ? 1 : 2 };
      recorder.take({ kind: 'checkpoint', step: index + 1, epoch: 1, blob, metrics });
    });
    recorder.close();
  };
  take(id, [1, 2]);
  take(other, [9, 2, 3, 4, 5]);
  for (const { blob } of library.runs.checkpoints(id)) expect(library.blobs.has(blob)).toBe(true);
});
