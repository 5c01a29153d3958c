import { afterEach, describe, expect, it } from 'vitest';
import { NightsiftError } from '../../contract/errors.ts';
import { workerEntry } from '../../main/jobs/messages.ts';
import { openWorkerPool, type PoolOptions, type WorkerPool } from '../../main/jobs/pool.ts';

const entry = new URL('./workers/odd-worker.ts', import.meta.url);
let pool: WorkerPool | undefined;
const open = (options: Partial<PoolOptions> = {}) => {
  pool = openWorkerPool({ entry, size: 2, ...options });
  return pool;
};
afterEach(async () => {
  await pool?.close();
  pool = undefined;
});

describe('the worker pool', () => {
  it('answers every task, more than it has workers', async () => {
    const { run } = bind(open());
    const answers = await Promise.all([1, 2, 3, 4, 5].map((value) => run<number>('double', value)));
    expect(answers).toEqual([2, 4, 6, 8, 10]);
  });

  it('hands over buffers and progress', async () => {
    const { run } = bind(open());
    const bytes = await run<Uint8Array>('bytes', 1000);
    expect(bytes.length).toBe(1000);
    expect(bytes[999]).toBe(7);
    const steps: unknown[] = [];
    await run('steps', 3, { onProgress: (step) => steps.push(step) });
    expect(steps).toEqual([1, 2, 3]);
  });

  it('starts its workers within the memory for young objects it is told', async () => {
    expect(await open({ youngMebibytes: 9 }).run('young', null)).toBe(9);
  });

  it('keeps code, hint and details of an error', async () => {
    const error = await caught(open().run('refuse', null));
    expect(error).toMatchObject({ code: 'badHeader', hint: 'h', details: { keyword: 'NAXIS' } });
  });

  it.each([
    ['crash', 'crashed', 60_000],
    ['throwLater', 'crashed', 60_000],
    ['hang', 'timedOut', 700],
  ])('a worker that does %s fails its task as %s and no other', async (kind, code, timeoutMilliseconds) => {
    const { run } = bind(open());
    const bad = caught(run(kind, null, { timeoutMilliseconds }));
    const others = await Promise.all([1, 2, 3, 4].map((value) => run<number>('double', value)));
    expect(others).toEqual([2, 4, 6, 8]);
    expect((await bad).code).toBe(code);
    expect(await run<number>('double', 21)).toBe(42);
  });

  it('ends what computes for ever by the time it computed, not what waits', async () => {
    const { run } = bind(open());
    const waiting = run<number>('sleep', 900, { cpuMilliseconds: 300 });
    const hanging = caught(run('hang', null, { cpuMilliseconds: 300 }));
    expect((await hanging).code).toBe('timedOut');
    expect(await waiting).toBe(900);
  });

  it('a worker that fills its memory fails its task alone', async () => {
    const { run } = bind(open({ heapMebibytes: 32 }));
    const hoarding = caught(run('hoard', null));
    expect(await run<number>('double', 2)).toBe(4);
    expect((await hoarding).code).toBe('crashed');
  });

  it('cancels waiting and running tasks', async () => {
    const { run } = bind(open({ size: 1 }));
    const stop = new AbortController();
    const running = caught(run('hang', null, { signal: stop.signal }));
    const waiting = caught(run('double', 1, { signal: stop.signal }));
    setTimeout(() => stop.abort(), 50);
    expect((await running).code).toBe('cancelled');
    expect((await waiting).code).toBe('cancelled');
    expect((await caught(run('double', 1, { signal: stop.signal }))).code).toBe('cancelled');
    expect(await run<number>('double', 4)).toBe(8);
  });

  it('holds tasks back until their memory is free, but never one alone', async () => {
    const { run } = bind(open({ memoryBytes: 100 }));
    const order: string[] = [];
    const big = run('sleep', 80, { memoryBytes: 500 }).then(() => order.push('big'));
    const small = run('sleep', 1, { memoryBytes: 10 }).then(() => order.push('small'));
    await Promise.all([big, small]);
    expect(order).toEqual(['big', 'small']);
  });

  it('fails open tasks when it is closed', async () => {
    const open1 = open({ size: 1 });
    const failures = [caught(open1.run('sleep', 5000)), caught(open1.run('double', 1))];
    await open1.close();
    expect((await Promise.all(failures)).map((error) => error.code)).toEqual(['cancelled', 'cancelled']);
    expect((await caught(open1.run('double', 1))).code).toBe('cancelled');
  });

  it('refuses an input that cannot be cloned and goes on', async () => {
    const { run } = bind(open({ size: 1 }));
    await expect(run('double', () => 1)).rejects.toThrow();
    expect(await run<number>('double', 3)).toBe(6);
  });

  it('finds a worker beside its module, compiled or not', () => {
    expect(workerEntry('file:///a/b/c.ts', './w').href).toBe('file:///a/b/w.ts');
    expect(workerEntry('file:///a/b/c.js', './w').href).toBe('file:///a/b/w.js');
  });
});

function bind(from: WorkerPool): { run: WorkerPool['run'] } {
  return { run: from.run.bind(from) as WorkerPool['run'] };
}

async function caught(promise: Promise<unknown>): Promise<NightsiftError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(NightsiftError);
  return error as NightsiftError;
}
