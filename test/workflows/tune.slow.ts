/** A search on described columns: halving, stopping and going on, the best trained, models of a configuration. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isNightsiftError } from '../../contract/errors.ts';
import { createDataset } from '../../main/workflows/dataset.ts';
import { scanRecords } from '../../main/workflows/records/scan-records.ts';
import { listStudies, showStudy } from '../../main/workflows/studies.ts';
import { tune } from '../../main/workflows/tune.ts';
import { describedTable, newRecordSchool, type RecordSchool, writeTable } from './records/record-school.ts';

let school: RecordSchool;
const search = {
  dataSet: 'kinds@1',
  recipe: 'random-forest',
  space: [
    { name: 'maximumDepth', values: [2, 8, 0] },
    { name: 'columns', values: ['sqrt', 'log2', 'third'] },
  ],
  parameters: { trees: 90 },
  trials: 9,
  folds: 2,
  seed: 4,
  name: 'searched',
} as const;

beforeAll(async () => {
  school = newRecordSchool();
  const file = writeTable(school, 'kinds.csv', describedTable(240));
  const { session } = await scanRecords(school.ports, { paths: [file], family: 'columns', label: 'y_act' });
  await createDataset(school.ports, { sessions: [session.name], name: 'kinds' });
});
afterAll(() => school.close());

/** Every judging that the library holds, by study. */
const judged = (study: string) =>
  school.library.studies
    .trials(study)
    .flatMap(({ number, scores }) => scores.map(({ share, figures }) => ({ number, share, figures })));

describe('a study', () => {
  test('gives most trials little, trains the best and tells how each stood', async () => {
    const { study, training } = await tune(school.ports, search);
    expect(study.trials.map(({ state }) => state).filter((state) => state === 'finished')).toHaveLength(1);
    expect(study.trials.filter(({ share }) => share === 1 / 9)).toHaveLength(6);
    expect(study.trials.filter(({ share }) => share === 1 / 3)).toHaveLength(2);
    const best = study.trials[study.best! - 1]!;
    expect(best).toMatchObject({ state: 'finished', share: 1 });
    expect(best.figure).toBeGreaterThan(0.6);
    expect(Object.keys(best.figures)).toEqual(expect.arrayContaining(['macroF1', 'accuracy', 'loss']));
    expect(training!.model).toMatchObject({ name: 'searched', recipe: 'random-forest' });
    const run = school.library.runs.parameters(training!.run);
    expect(run).toMatchObject({ ...best.settings, trees: 90, '@request': { searched: best.figures } });
    expect(study.study).toMatchObject({ state: 'finished', run: training!.run, model: 'searched@1' });
    expect(listStudies(school.library)).toEqual([study.study]);
  });

  test('leaves its figures to a model that nothing else judged', async () => {
    const sessions = school.library.sessions.list().map(({ name }) => name);
    await createDataset(school.ports, { sessions, name: 'whole', testShare: 0, validationShare: 0 });
    const parameters = { trees: 20, 'evaluation.folds': 0 };
    const { study, training } = await tune(school.ports, {
      ...{ ...search, dataSet: 'whole@1', parameters, trials: 2, name: 'unjudged' },
    });
    const { figures } = study.trials[study.best! - 1]!;
    expect(training!.report).toBeNull();
    const found = Object.entries(figures).map(([name, value]) => [`search/${name}`, value]);
    expect(training!.model.metrics).toEqual(Object.fromEntries(found));
  });

  test('cancelled, it goes on with what is left, and ends as one that was left alone', async () => {
    const stop = new AbortController();
    let count = 0;
    const cancelled = await tune(
      school.ports,
      { ...search, name: 'stopped', train: false },
      {
        signal: stop.signal,
        onMessage: (text) => {
          count += text.startsWith('Trial') ? 1 : 0;
          if (count === 4) stop.abort();
        },
      },
    ).catch((thrown: unknown) => thrown);
    expect(isNightsiftError(cancelled) && [cancelled.code, cancelled.hint]).toEqual([
      'cancelled',
      expect.stringMatching(/tune --resume study-/),
    ]);
    const [id] = school.library.studies
      .list()
      .flatMap((study) => (study.name === 'stopped' ? [study.id] : []));
    const before = judged(id!);
    expect(before.length).toBeGreaterThanOrEqual(4);
    expect(showStudy(school.library, id!).study).toMatchObject({ state: 'cancelled', resumable: true });

    const messages: string[] = [];
    const { study, training } = await tune(
      school.ports,
      { resume: id },
      { onMessage: (text) => messages.push(text) },
    );
    expect(training).toBeNull();
    expect(study.study.state).toBe('finished');
    const after = judged(id!);
    expect(after).toEqual(expect.arrayContaining(before));
    expect(messages.filter((text) => text.startsWith('Trial'))).toHaveLength(after.length - before.length);
    const alone = school.library.studies.list().find(({ name }) => name === 'searched')!;
    expect(after).toEqual(judged(alone.id));
    await expect(tune(school.ports, { resume: id })).rejects.toMatchObject({ code: 'conflict' });
  });

  test('tries recipes with settings of their own, and records what cannot be trained', async () => {
    const { study } = await tune(school.ports, {
      dataSet: 'kinds@1',
      space: [
        { name: 'recipe', values: ['random-forest', 'mlp'] },
        { name: 'trees', values: [20, 40], when: { recipe: ['random-forest'] } },
        { name: 'epochs', values: [2], when: { recipe: ['mlp'] } },
        { name: 'data.minimumPerClass', values: [2, 100_000] },
      ],
      sampler: 'grid',
      pruner: 'none',
      folds: 2,
      groupBy: 'none',
      train: false,
    });
    expect(study.trials).toHaveLength(6);
    const failed = study.trials.filter(({ state }) => state === 'failed');
    expect(failed.map(({ settings }) => settings['data.minimumPerClass'])).toEqual([
      100_000, 100_000, 100_000,
    ]);
    expect(failed[0]!.error).toMatch(/Fewer than 100000/);
    expect(study.trials.filter(({ state }) => state === 'finished')).toHaveLength(3);
    expect(study.study.recipes).toEqual(['random-forest', 'mlp']);
  });

  test.each([
    [
      'an unknown setting',
      { space: [{ name: 'branches', values: [1, 2] }] },
      'wrongUse',
      /no setting "branches"/,
    ],
    [
      'a value out of bounds',
      { space: [{ name: 'maximumDepth', values: [-1, 2] }] },
      'wrongUse',
      /maximumDepth cannot be "-1"/,
    ],
    [
      'a range of words',
      { space: [{ name: 'columns', from: 1, to: 2 }] },
      'wrongUse',
      /columns is no number/,
    ],
    ['nothing that varies', { space: [{ name: 'trees', values: [1] }] }, 'wrongUse', /nothing varies/],
    ['an unknown sampler', { sampler: 'guess' }, 'wrongUse', /no sampler "guess"/],
    ['an unknown pruner', { pruner: 'axe' }, 'wrongUse', /no pruner "axe"/],
    ['a space of another recipe', { space: 'boosting' }, 'wrongUse', /not for random-forest/],
    ['a fact that nothing has', { groupBy: 'colour' }, 'wrongUse', /fact "colour"/],
  ])('refuses %s', async (_name, change, code, message) => {
    const thrown = await tune(school.ports, { ...search, ...change }).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code, message: expect.stringMatching(message) });
  });
});
