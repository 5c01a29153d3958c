import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { JobEvent } from '../../contract/calls/jobs.ts';
import { NightsiftError } from '../../contract/errors.ts';
import { openJobBoard } from '../../main/engine/job-board.ts';

function board() {
  let clock = 0;
  return openJobBoard({ now: () => new Date(0), milliseconds: () => (clock += 100) });
}

async function gather(events: AsyncIterable<JobEvent>): Promise<JobEvent[]> {
  const seen: JobEvent[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}

describe('a job', () => {
  test('answers its id before it does anything', async () => {
    const jobs = board();
    let begun = false;
    const { job } = jobs.start('trial', {}, async () => {
      begun = true;
    });
    expect(begun).toBe(false);
    expect(jobs.show(job)).toMatchObject({ job, method: 'trial', state: 'running', endedAt: null });
    await jobs.close();
    expect(begun).toBe(true);
  });

  test('gathers figures, tells all of them, and forgets old ones', async () => {
    const jobs = board();
    const { job } = jobs.start('trial', {}, async ({ points, run }) => {
      run('run-1');
      for (let step = 1; step <= 1000; step++) points([{ name: 'loss', step, value: 1 / step }]);
    });
    const events = await gather(jobs.watch(job, 0));
    expect(events.map(({ kind }) => kind)).toEqual(['run', 'points', 'ended']);
    const [told] = events.flatMap((event) => (event.kind === 'points' ? [event.points] : []));
    expect([told?.length, told?.at(-1)?.step]).toEqual([1000, 1000]);
  });

  test('numbers its events from 1 without gaps and ends with `ended`', async () => {
    const jobs = board();
    const { job } = jobs.start('trial', {}, async ({ progress, message, metrics }) => {
      for (let done = 0; done <= 20; done++) progress({ phase: 'counting', done, total: 20 });
      message('half way');
      metrics(1, { loss: 0.5 });
      return 7;
    });
    const events = await gather(jobs.watch(job, 0));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.at(-1)).toMatchObject({ kind: 'ended', state: 'done', error: null });
    expect(events.map(({ kind }) => kind)).toContain('metrics');
    expect(jobs.result(job)).toBe(7);
  });

  test('is watched again from where one left off, live and after its end', async () => {
    const jobs = board();
    const { job } = jobs.start('trial', {}, async ({ message }) => {
      for (const text of ['a', 'b', 'c']) {
        message(text);
        await delay(5);
      }
    });
    const first = jobs.watch(job, 0)[Symbol.asyncIterator]();
    expect((await first.next()).value).toMatchObject({ seq: 1, text: 'a' });
    const rest = await gather(jobs.watch(job, 1));
    expect(rest.map(({ seq }) => seq)).toEqual([2, 3, 4]);
    expect(await gather(jobs.watch(job, 4))).toEqual([]);
    expect((await gather(jobs.watch(job, 2))).map(({ seq }) => seq)).toEqual([3, 4]);
  });

  test('thins progress out but never drops the last of a phase', async () => {
    let clock = 0;
    const jobs = openJobBoard({ now: () => new Date(0), milliseconds: () => clock });
    const { job } = jobs.start('trial', {}, async ({ progress }) => {
      for (let done = 1; done <= 1000; done++) {
        clock += 1;
        progress({ phase: 'counting', done, total: 1000 });
      }
      progress({ phase: 'next', done: 0, total: null });
    });
    const told = (await gather(jobs.watch(job, 0))).filter((event) => event.kind === 'progress');
    expect(told.length).toBeLessThan(30);
    expect(told).toContainEqual(expect.objectContaining({ phase: 'counting', done: 1000 }));
    expect(told.at(-1)).toMatchObject({ phase: 'next', total: null });
  });

  test('fails with its own error', async () => {
    const jobs = board();
    const { job } = jobs.start('trial', {}, async () => {
      throw new NightsiftError('diskFull', 'No space left.', { hint: 'Make room.' });
    });
    const events = await gather(jobs.watch(job, 0));
    expect(events.at(-1)).toMatchObject({ state: 'failed', error: { code: 'diskFull', hint: 'Make room.' } });
    expect(() => jobs.result(job)).toThrow(expect.objectContaining({ code: 'diskFull' }));
  });

  test('is cancelled through its signal', async () => {
    const jobs = board();
    const { job } = jobs.start('trial', {}, async ({ signal }) => {
      while (!signal.aborted) await delay(2);
      signal.throwIfAborted();
    });
    await delay(5);
    expect(() => jobs.result(job)).toThrow(expect.objectContaining({ code: 'conflict' }));
    jobs.cancel(job);
    const events = await gather(jobs.watch(job, 0));
    expect(events.at(-1)).toMatchObject({ kind: 'ended', state: 'cancelled' });
    expect(jobs.cancel(job)).toMatchObject({ state: 'cancelled' });
  });

  test('that ends although it was cancelled is done', async () => {
    const jobs = board();
    const { job } = jobs.start('trial', {}, async ({ signal }) => {
      while (!signal.aborted) await delay(2);
      return 'finished anyway';
    });
    jobs.cancel(job);
    await jobs.close();
    expect(jobs.result(job)).toBe('finished anyway');
  });
});

describe('the board', () => {
  test('closing cancels what runs and waits for it', async () => {
    const jobs = board();
    let ended = false;
    jobs.start('trial', {}, async ({ signal }) => {
      while (!signal.aborted) await delay(2);
      await delay(10);
      ended = true;
    });
    await jobs.close();
    expect(ended).toBe(true);
    expect(jobs.list().map(({ state }) => state)).toEqual(['done']);
  });

  test('knows no other jobs', () => {
    expect(() => board().show('job-1')).toThrow(expect.objectContaining({ code: 'notFound' }));
  });

  test('a watcher that leaves is forgotten', async () => {
    const jobs = board();
    const { job } = jobs.start('trial', {}, async ({ signal }) => {
      while (!signal.aborted) await delay(2);
    });
    const stop = new AbortController();
    const watching = gather(jobs.watch(job, 0, stop.signal));
    await delay(5);
    stop.abort(new Error('left'));
    await expect(watching).rejects.toThrow('left');
    await jobs.close();
  });
});
