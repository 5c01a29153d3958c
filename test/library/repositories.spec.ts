import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { DatasetMetadata } from '../../main/library/datasets.ts';
import type { NewModelVersion } from '../../main/library/models.ts';
import { type Library, openLibrary } from '../../main/library/open-library.ts';
import { temporaryFolder } from './temporary-folder.ts';

let library: Library;
beforeEach(() => {
  let tick = 0;
  const opened = openLibrary(temporaryFolder(), {
    clock: () => new Date(Date.UTC(2026, 0, 1) + 1000 * tick++),
  });
  library = opened;
  onTestFinished(() => opened.close());
});

const metadata: DatasetMetadata = {
  schema: 'nightsift.dataset/1',
  family: 'frames',
  classes: ['clean', 'contaminated'],
  sessions: ['n'],
  seed: 1,
  fractions: { train: 1, validation: 0, test: 0 },
  withinNight: false,
  groups: 1,
  counts: { train: { clean: 1 } },
  personLabelled: 0,
  leftOut: 0,
  codeVersion: 'm1+j1',
  featureNames: null,
  warnings: [],
};
const item = {
  ordinal: 0,
  itemId: null,
  contentHash: 'h',
  session: 'n',
  root: '/n',
  file: 'a.fits',
  label: 'clean',
  labelledBy: 'prefilter' as const,
  saidBy: null,
  split: 'train' as const,
  group: 'g',
  recordBlob: 'r',
  features: Float32Array.of(1, Number.NaN),
};
const version = (name: string, extra: Partial<NewModelVersion> = {}): NewModelVersion => ({
  name,
  family: 'frames',
  task: 'quality',
  runId: null,
  datasetVersionId: null,
  onnxBlob: 'blob',
  safetensorsBlob: null,
  metadata: { classes: ['clean'] },
  metrics: { accuracy: 0.9 },
  ...extra,
});

describe('runs', () => {
  it('keep parameters, metrics in batches, checkpoints and their end', () => {
    const { runs } = library;
    const run = runs.start({
      kind: 'train',
      experiment: 'first',
      family: 'frames',
      seed: 7,
      parameters: { epochs: 3, rate: 1e-3, names: ['a'] },
    });
    expect(run).toMatchObject({ status: 'running', seed: 7, endedAt: null });
    expect(runs.parameters(run.id)).toEqual({ epochs: 3, rate: 1e-3, names: ['a'] });
    runs.addMetrics(run.id, [
      { name: 'loss', step: 1, value: 1 },
      { name: 'loss', step: 2, value: 0.5 },
      { name: 'accuracy', step: 2, value: Number.NaN },
    ]);
    runs.addMetrics(run.id, [{ name: 'loss', step: 2, value: 0.4 }]);
    expect(runs.metrics(run.id, 'loss')).toEqual([
      { name: 'loss', step: 1, value: 1 },
      { name: 'loss', step: 2, value: 0.4 },
    ]);
    expect(runs.metrics(run.id)).toHaveLength(3);
    runs.dropMetricsAfter(run.id, 1);
    expect(runs.metrics(run.id)).toHaveLength(1);
    for (let step = 1; step <= 5; step += 1) {
      runs.addCheckpoint({
        runId: run.id,
        step,
        epoch: step,
        kind: step === 2 ? 'best' : 'last',
        blob: `b${step}`,
        state: { step },
      });
    }
    expect(runs.pruneCheckpoints(run.id, { last: 2, best: 1 }).map((checkpoint) => checkpoint.step)).toEqual([
      3, 1,
    ]);
    expect(runs.checkpoints(run.id).map((checkpoint) => checkpoint.state)).toEqual([
      { step: 5 },
      { step: 4 },
      { step: 2 },
    ]);
    runs.addArtefact(run.id, { name: 'onnx', blob: 'x', byteLength: 3 });
    expect(runs.artefacts(run.id)).toEqual([{ name: 'onnx', blob: 'x', byteLength: 3 }]);
    runs.end(run.id, { status: 'cancelled' });
    expect(runs.reopen(run.id).status).toBe('running');
    runs.end(run.id, { status: 'finished', summary: { accuracy: 1 } });
    expect(runs.reopen(run.id)).toMatchObject({ status: 'finished', summary: { accuracy: 1 } });
    expect(library.referencedBlobs()).toEqual(new Set(['b5', 'b4', 'b2', 'x']));
  });

  it('are found by a beginning of their id if it is the only one', () => {
    const one = library.runs.start({ kind: 'train', experiment: 'e', family: 'frames' });
    expect(library.runs.need(one.id.slice(0, 8)).id).toBe(one.id);
    library.runs.start({ kind: 'evaluate', experiment: 'e', family: 'frames' });
    expect(() => library.runs.need('run-')).toThrow(/Several runs/);
    expect(() => library.runs.need('x')).toThrow(/no run "x"/);
    expect(library.runs.list({ kind: 'train' })).toHaveLength(1);
    expect(library.runs.list({ experiment: 'e' })).toHaveLength(2);
  });
});

describe('models', () => {
  it('count versions and are found by name, number and stage', () => {
    const { models } = library;
    const one = models.add(version('judge'));
    const two = models.add(version('judge'));
    expect([one.version, two.version, one.stage]).toEqual([1, 2, 'none']);
    expect(models.need('judge').version).toBe(2);
    expect(models.need('judge@1')).toEqual(one);
    const odd = models.add(version('of@3'));
    expect([models.need('of@3').id, models.need('of@3@1').id]).toEqual([odd.id, odd.id]);
    expect(() => models.need('judge@production')).toThrow(/no model "judge@production"/);
    expect(() => models.add(version('judge', { task: 'other' }))).toThrow(
      expect.objectContaining({ code: 'conflict' }),
    );
  });

  it('have one version in production for a family and task; promoting archives the one before', () => {
    const { models } = library;
    const one = models.add(version('judge'));
    const other = models.add(version('arbiter'));
    expect(models.inProduction('frames', 'quality')).toBeUndefined();
    models.setStage(one.id, 'production', { by: 'Ada' });
    models.setStage(other.id, 'production', { reason: 'better' });
    expect(models.inProduction('frames', 'quality')!.name).toBe('arbiter');
    expect(models.need('judge').stage).toBe('archived');
    expect(models.need('arbiter@production').id).toBe(other.id);
    expect(models.stageHistory(one.id)).toMatchObject([
      { previous: 'none', stage: 'production', setBy: 'Ada' },
      { previous: 'production', stage: 'archived', reason: 'replaced by arbiter@1' },
    ]);
    models.setStage(other.id, 'production');
    expect(models.stageHistory(other.id)).toHaveLength(1);
    expect(() => models.setStage(99, 'staging')).toThrow(/no model version 99/);
  });

  it('know where they came from', () => {
    const arrow = {
      childKind: 'model',
      childId: '1',
      relation: 'trained on',
      parentKind: 'dataset',
      parentId: 'h',
    };
    library.models.addLineage([arrow, arrow]);
    expect(library.models.parents('model', '1')).toEqual([arrow]);
    expect(library.models.children('dataset', 'h')).toEqual([arrow]);
  });
});

describe('what must not change', () => {
  it('cannot be changed even by hand: labels, data sets, models, stages', () => {
    const session = library.sessions.create({ name: 's', family: 'frames', root: '/s', policy: 'strict' });
    const state = {
      status: 'ok' as const,
      contentHash: 'h',
      byteLength: 1,
      modifiedNanoseconds: '1',
      inode: '1',
      errorCode: null,
      errorMessage: null,
      reason: null,
    };
    const { id } = library.sessions.saveItem(session.id, 'a.fits', state);
    library.labels.add({ itemId: id, contentHash: 'h', author: 'person', label: 'clean' }, 'b');
    library.datasets.add('d', 'hash', metadata, [{ ...item, itemId: id }]);
    const model = library.models.add(version('m'));
    library.models.setStage(model.id, 'staging');
    const database = new Database(join(library.directory, 'library.db'));
    for (const statement of [
      "UPDATE label_events SET label = 'contaminated'",
      'DELETE FROM label_events',
      "UPDATE dataset_versions SET hash = 'x'",
      'DELETE FROM dataset_versions',
      "UPDATE dataset_items SET label = 'contaminated'",
      'DELETE FROM dataset_items',
      "UPDATE model_versions SET onnx_blob = 'x'",
      "UPDATE stage_events SET stage = 'production'",
      'DELETE FROM stage_events',
    ]) {
      expect(() => database.exec(statement), statement).toThrow(/append-only|immutable/);
    }
    database.close();
  });

  it('data sets come back as they went in, and equal content is one version', () => {
    const first = library.datasets.add('d', 'hash', metadata, [item]);
    expect(library.datasets.add('d', 'hash', metadata, [item])).toEqual(first);
    expect(library.datasets.items(first.id)).toEqual([item]);
    const second = library.datasets.add('d', 'other', metadata, []);
    expect([first.version, second.version]).toEqual([1, 2]);
    expect(library.datasets.need('d').version).toBe(2);
    expect(library.datasets.need('d@1').hash).toBe('hash');
    expect(library.datasets.byId(first.id)).toEqual(first);
  });

  it('a transaction that fails leaves nothing, an inner one only itself', () => {
    const name = (text: string) => ({
      name: text,
      family: 'frames' as const,
      root: '/',
      policy: 'strict' as const,
    });
    expect(() =>
      library.transaction(() => {
        library.sessions.create(name('a'));
        throw new Error('no');
      }),
    ).toThrow();
    library.transaction(() => {
      library.sessions.create(name('b'));
      try {
        library.transaction(() => {
          library.sessions.create(name('c'));
          throw new Error('no');
        });
      } catch {
        // only the inner one is taken back
      }
    });
    expect(library.sessions.list().map((session) => session.name)).toEqual(['b']);
    expect(() => library.sessions.create(name('b'))).toThrow(expect.objectContaining({ code: 'conflict' }));
    expect(library.sessions.freeName('b')).toBe('b-2');
  });
});

describe('jobs', () => {
  it('remember what was asked, how far they came and how they ended', () => {
    const { jobs } = library;
    const one = jobs.create('scan', { paths: ['/n'] });
    jobs.start(one.id);
    jobs.saveProgress(one.id, { done: 1 });
    jobs.finish(one.id, { frames: 3 });
    const two = jobs.create('train', {});
    jobs.fail(two.id, { status: 'failed', code: 'diskFull', message: 'No space.' });
    expect(jobs.find(one.id)).toMatchObject({ status: 'done', progress: { done: 1 }, result: { frames: 3 } });
    expect(jobs.list().map((job) => [job.kind, job.status, job.errorCode])).toEqual([
      ['train', 'failed', 'diskFull'],
      ['scan', 'done', null],
    ]);
    expect(jobs.markInterrupted()).toEqual([]);
  });
});
