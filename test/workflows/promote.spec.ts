import { afterEach, beforeEach, expect, test } from 'vitest';
import { listModels, showModel } from '../../main/workflows/models.ts';
import { archive, promote, rollback, stage } from '../../main/workflows/promote.ts';
import { newPlace, type Place } from './fake-frames/night.ts';

let place: Place;
beforeEach(() => {
  place = newPlace();
});
afterEach(() => place.close());

function register(name: string, task = 'quality'): void {
  const { library } = place.ports;
  library.models.add({
    name,
    family: 'frames',
    task,
    runId: null,
    datasetVersionId: null,
    onnxBlob: library.blobs.put(new TextEncoder().encode(name)),
    safetensorsBlob: null,
    metadata: { recipe: 'small-cnn', classes: ['clean', 'contaminated'] },
    metrics: { figures: { accuracy: 0.5 }, report: null },
  });
}

const production = (task = 'quality') => place.ports.library.models.inProduction('frames', task)?.version;

test('one version is in production; every change is kept; going back goes back', () => {
  const { library } = place.ports;
  for (let count = 0; count < 3; count++) register('judge');
  expect(() => rollback(library)).toThrow(expect.objectContaining({ code: 'conflict' }));
  for (const version of [1, 2, 3]) promote(library, `judge@${version}`, { reason: 'better', by: 'ada' });
  expect(listModels(library).map(({ stage }) => stage)).toEqual(['archived', 'archived', 'production']);
  expect(rollback(library, 'judge', { by: 'ada' })).toMatchObject({
    model: { version: 2 },
    archived: { version: 3 },
  });
  expect(rollback(library)).toMatchObject({ model: { version: 1 }, archived: { version: 2 } });
  expect(production()).toBe(1);
  promote(library, 'judge@3');
  expect(rollback(library).model.version).toBe(1);
  archive(library, 'judge@1', { reason: 'blind to dew' });
  expect(production()).toBeUndefined();
  expect(rollback(library).model.version).toBe(1);
  const { history } = showModel(library, 'judge@1');
  const stages = ['production', 'archived', 'production', 'archived', 'production', 'archived', 'production'];
  expect(history.map(({ to }) => to)).toEqual(stages);
  expect(history.find(({ reason }) => reason === 'blind to dew')).toMatchObject({
    from: 'production',
    to: 'archived',
  });
  expect(history[0]).toMatchObject({ model: 'judge', version: 1, by: 'ada', reason: 'better' });
});

test('going back ends at the first; an old version promoted by name is no step back', () => {
  const { library } = place.ports;
  for (let count = 0; count < 2; count++) register('judge');
  for (const version of [1, 2]) promote(library, `judge@${version}`);
  expect(rollback(library, undefined, { reason: 'too strict' }).model.version).toBe(1);
  expect(() => rollback(library)).toThrow(expect.objectContaining({ code: 'conflict' }));
  expect(production()).toBe(1);
  expect(showModel(library, 'judge@1').history.at(-1)).toMatchObject({ reason: 'rolled back: too strict' });
  promote(library, 'judge@2');
  promote(library, 'judge@1');
  expect([rollback(library), rollback(library)].map(({ model }) => model.version)).toEqual([2, 1]);
});

test('a staged version waits: it has a name of its own and judges nothing', () => {
  const { library } = place.ports;
  for (let count = 0; count < 2; count++) register('judge');
  promote(library, 'judge@1');
  expect(stage(library, 'judge@2', { reason: 'try it', by: 'ada' })).toMatchObject({
    model: { version: 2, stage: 'staging' },
    archived: null,
  });
  expect(production()).toBe(1);
  expect(library.models.need('judge@staging').version).toBe(2);
  expect(promote(library, 'judge@staging')).toMatchObject({
    model: { version: 2 },
    archived: { version: 1 },
  });
  expect(rollback(library).model.version).toBe(1);
});

test('another task has a production of its own', () => {
  const { library } = place.ports;
  register('judge');
  register('namer', 'target');
  promote(library, 'judge');
  expect(promote(library, 'namer')).toMatchObject({ archived: null });
  expect([production(), production('target')]).toEqual([1, 1]);
});

test('promoting what is there already changes nothing', () => {
  const { library } = place.ports;
  register('judge');
  promote(library, 'judge');
  expect(promote(library, 'judge@production')).toMatchObject({
    model: { stage: 'production' },
    archived: null,
  });
  expect(showModel(library, 'judge').history).toHaveLength(1);
});

test('names that are not there are not found', () => {
  const { library } = place.ports;
  register('judge');
  for (const reference of ['nobody', 'judge@2', 'judge@production']) {
    expect(() => promote(library, reference)).toThrow(expect.objectContaining({ code: 'notFound' }));
  }
});
