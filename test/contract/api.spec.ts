import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { api } from '../../contract/api.ts';
import { fromErrorRecord, toErrorRecord } from '../../contract/error-record.ts';
import { NightsiftError } from '../../contract/errors.ts';

const calls = Object.entries(api);

describe('the table of calls', () => {
  test('has these names', () => {
    expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
      [
        "annotate.start",
        "calibrate.start",
        "datasets.create",
        "datasets.diff",
        "datasets.export",
        "datasets.list",
        "datasets.map",
        "datasets.show",
        "datasets.verify",
        "demo.night",
        "demo.start",
        "detect.start",
        "doctor.start",
        "evaluate.start",
        "families.list",
        "folders.list",
        "frames.clock",
        "frames.evaluate",
        "frames.header",
        "frames.overlay",
        "frames.pixels",
        "frames.rows",
        "frames.show",
        "frames.thumbnail",
        "house.about",
        "items.decide",
        "items.list",
        "items.show",
        "jobs.cancel",
        "jobs.list",
        "jobs.pause",
        "jobs.result",
        "jobs.show",
        "jobs.watch",
        "labels.import",
        "labels.set",
        "leaks.start",
        "models.archive",
        "models.compare",
        "models.export",
        "models.file",
        "models.list",
        "models.promote",
        "models.rollback",
        "models.show",
        "policy.show",
        "predict.start",
        "recipes.list",
        "results.file",
        "results.operations",
        "review.agreement",
        "review.decide",
        "review.history",
        "review.learn.start",
        "review.queue",
        "review.second",
        "review.taste.start",
        "review.undo",
        "review.watch",
        "runs.compare",
        "runs.curves",
        "runs.export",
        "runs.list",
        "runs.report",
        "runs.show",
        "scan.start",
        "sessions.list",
        "sessions.show",
        "sessions.summary",
        "settings.save",
        "settings.show",
        "settings.thresholds",
        "simulate.start",
        "sort.start",
        "sources.fetch.start",
        "sources.forget",
        "sources.list",
        "sources.verify.start",
        "studies.choices",
        "studies.list",
        "studies.show",
        "synthesise.start",
        "train-from-fits.start",
        "train.start",
        "tune.start",
        "undo.start",
      ]
    `);
  });

  test.each(calls.filter(([, call]) => 'result' in call).map(([name]) => name))(
    '%s answers a job id at once',
    (name) => {
      const call = api[name as keyof typeof api];
      expect('out' in call && call.out.safeParse({ job: 'job-1' }).success).toBe(true);
    },
  );

  test.each(calls)(
    '%s: its schemas can be written as JSON Schema, so nothing in them is code',
    (_name, call) => {
      expect(() => z.toJSONSchema(call.in, { io: 'input' })).not.toThrow();
      const answer = call.kind === 'stream' ? call.event : call.kind === 'ask' ? call.out : z.null();
      expect(() => z.toJSONSchema(answer)).not.toThrow();
    },
  );
});

describe('errors on their way', () => {
  test('keep code, sentence, hint and details', () => {
    const error = new NightsiftError('diskFull', 'No space.', {
      hint: 'Make room.',
      details: { file: 'a', size: 3 },
    });
    const back = fromErrorRecord(structuredClone(toErrorRecord(error)));
    expect(back).toMatchObject({
      code: 'diskFull',
      message: 'No space.',
      hint: 'Make room.',
      details: { file: 'a', size: 3 },
    });
  });

  test('details that no wire can carry are left out', () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    expect(toErrorRecord(new NightsiftError('internal', 'x', { details: loop })).details).toEqual({
      unprintable: true,
    });
  });

  test('an error that crossed a thread is still ours', () => {
    const clone = Object.assign(new Error('gone'), { name: 'NightsiftError', code: 'notFound', details: {} });
    expect(toErrorRecord(clone)).toEqual({ code: 'notFound', message: 'gone' });
  });
});
