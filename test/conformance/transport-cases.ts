/** What every transport has to do alike. A transport's spec hands in how to put it between an api and its handlers. */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { connect, type Transport } from '../../contract/client.ts';
import { NightsiftError } from '../../contract/errors.ts';
import type { Handlers } from '../../contract/kinds.ts';
import { type TrialApi, trialApi, trialHandlers, type Witness } from './trial-api.ts';

async function failure(body: () => Promise<unknown>): Promise<NightsiftError> {
  try {
    await body();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(NightsiftError);
    return thrown as NightsiftError;
  }
  throw new Error('expected a failure');
}

async function gathered(events: AsyncIterable<{ seq: number }>, limit = Number.POSITIVE_INFINITY) {
  const seen: number[] = [];
  if (limit === 0) return seen;
  for await (const { seq } of events) {
    seen.push(seq);
    if (seen.length >= limit) break;
  }
  return seen;
}

export interface TransportUnderTest {
  readonly transport: Transport;
  close(): Promise<void> | void;
}

export function describeTransport(
  name: string,
  build: (handlers: Handlers<TrialApi>) => Promise<TransportUnderTest> | TransportUnderTest,
): void {
  const within = (body: (side: Side) => Promise<void>) => async () => {
    const witness: Witness = { produced: 0, closed: false, aborted: false };
    const { transport, close } = await build(trialHandlers(witness));
    try {
      await body({ client: connect(trialApi, transport), transport, witness });
    } finally {
      await close();
    }
  };

  describe(`${name}: asking`, () => {
    test(
      'answers',
      within(async ({ client }) => expect(await client('sum.of', { terms: [1, 2, 3.5] })).toBe(6.5)),
    );
    test(
      'fills defaults in',
      within(async ({ client }) => expect(await client('greet.who', {})).toEqual({ text: 'Hello nobody' })),
    );
    test(
      'leaves out what the contract does not name',
      within(async ({ client }) =>
        expect(Object.keys(await client('greet.who', { name: 'Vera' }))).toEqual(['text']),
      ),
    );
    test(
      'starts work with a job id',
      within(async ({ client }) => expect(await client('dig.start', {})).toEqual({ job: 'job-1' })),
    );
    test(
      'keeps concurrent answers apart',
      within(async ({ client }) => {
        const sums = await Promise.all(
          Array.from({ length: 50 }, (_, index) => client('sum.of', { terms: [index, 1] })),
        );
        expect(sums).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
      }),
    );
    test.each([
      ['text', 'naïve – 星 ✨'],
      ['null', null],
      ['nesting', { a: [{ b: [1, [2]] }], c: '' }],
      ['numbers', [0, -1.5, 1e300, Number.MAX_SAFE_INTEGER]],
      ['truth', [true, false]],
      ['nothing in a list', []],
    ])('carries %s unchanged', (_what, value) =>
      within(async ({ client }) => expect(await client('echo.any', value)).toEqual(value))(),
    );
    test(
      'hands out copies',
      within(async ({ client }) => {
        const sent = { list: [1] };
        const got = (await client('echo.any', sent)) as { list: number[] };
        got.list.push(2);
        expect(sent.list).toEqual([1]);
      }),
    );
    test(
      'carries 900 kB',
      within(async ({ client }) => {
        const text = 'x'.repeat(900_000);
        expect(await client('echo.any', text)).toBe(text);
      }),
    );
  });

  describe(`${name}: errors`, () => {
    test(
      'unknown call',
      within(async ({ transport }) => {
        const error = await failure(() => transport.ask('no.such', {}, {}));
        expect(error.code).toBe('notFound');
        expect(error.message).toContain('no.such');
      }),
    );
    test.each(['toString', 'constructor', '__proto__', ''])('"%s" is no call', (method) =>
      within(async ({ transport }) =>
        expect((await failure(() => transport.ask(method, {}, {}))).code).toBe('notFound'),
      )(),
    );
    test(
      'wrong kind',
      within(async ({ transport }) => {
        expect((await failure(() => transport.ask('image.of', { length: 1 }, {}))).code).toBe('wrongUse');
        expect((await failure(() => transport.bytes('sum.of', { terms: [] }, {}))).code).toBe('wrongUse');
        expect(
          (await failure(() => gathered(transport.stream('sum.of', { terms: [] }, {}) as never))).code,
        ).toBe('wrongUse');
      }),
    );
    test(
      'bad input names the field',
      within(async ({ client }) => {
        const error = await failure(() => client('sum.of', { terms: [1, 'two'] } as never));
        expect(error.code).toBe('badInput');
        expect(error.message).toContain('terms.1');
        expect(error.details.method).toBe('sum.of');
      }),
    );
    test(
      'missing input',
      within(async ({ client }) =>
        expect((await failure(() => client('sum.of', undefined as never))).code).toBe('badInput'),
      ),
    );
    test(
      'more than 1 MiB of input',
      within(async ({ client }) => {
        const error = await failure(() => client('echo.any', 'x'.repeat(1024 * 1024 + 1)));
        expect(error.code).toBe('badInput');
        expect(error.details.limit).toBe(1024 * 1024);
      }),
    );
    test(
      'the limit counts bytes, not letters',
      within(async ({ client }) =>
        expect((await failure(() => client('echo.any', '星'.repeat(400_000)))).code).toBe('badInput'),
      ),
    );
    test(
      'an answer outside the contract',
      within(async ({ client }) => {
        const error = await failure(() => client('lie.about', {}));
        expect(error.code).toBe('internal');
        expect(error.message).toContain('lie.about');
      }),
    );
    test(
      'code, sentence, hint and details arrive',
      within(async ({ client }) => {
        const error = await failure(() => client('fail.with', { how: 'diskFull' }));
        expect({
          code: error.code,
          message: error.message,
          hint: error.hint,
          details: error.details,
        }).toEqual({
          code: 'diskFull',
          message: 'It failed with diskFull.',
          hint: 'Try again.',
          details: { file: 'a.fits', nested: { free: 3 } },
        });
      }),
    );
    test(
      'stack and cause stay behind',
      within(async ({ client }) => {
        const error = await failure(() => client('fail.with', { how: 'diskFull' }));
        expect(error.cause).toBeUndefined();
        expect(error.stack ?? '').not.toContain('at fail (');
      }),
    );
    test(
      'a foreign error is internal',
      within(async ({ client }) => {
        const error = await failure(() => client('fail.with', { how: 'plain' }));
        expect([error.code, error.message]).toEqual(['internal', 'something broke']);
      }),
    );
    test(
      'a thrown string is internal',
      within(async ({ client }) => {
        const error = await failure(() => client('fail.with', { how: 'text' }));
        expect([error.code, error.message]).toEqual(['internal', 'a bare string']);
      }),
    );
    test(
      'an abort inside is cancelled',
      within(async ({ client }) =>
        expect((await failure(() => client('fail.with', { how: 'abort' }))).code).toBe('cancelled'),
      ),
    );
    test(
      'goes on after a failure',
      within(async ({ client }) => {
        await failure(() => client('fail.with', { how: 'plain' }));
        expect(await client('sum.of', { terms: [2] })).toBe(2);
      }),
    );
  });

  describe(`${name}: bytes`, () => {
    test.each([0, 1, 65_537, 5_000_000])('%d of them', (length) =>
      within(async ({ client }) => {
        const got = await client('image.of', { length });
        expect(got).toBeInstanceOf(Uint8Array);
        expect(got.byteLength).toBe(length);
        if (length > 0) expect(got[length - 1]).toBe((length - 1) % 251);
      })(),
    );
    test(
      'bad input',
      within(async ({ client }) =>
        expect((await failure(() => client('image.of', { length: -1 }))).code).toBe('badInput'),
      ),
    );
    test(
      'failure',
      within(async ({ client }) =>
        expect((await failure(() => client('image.fail', {}))).code).toBe('damagedData'),
      ),
    );
  });

  describe(`${name}: streams`, () => {
    test(
      'in order, then ends',
      within(async ({ client }) =>
        expect(await gathered(client('count.watch', { to: 1000 }))).toEqual(
          Array.from({ length: 1000 }, (_, i) => i + 1),
        ),
      ),
    );
    test(
      'empty',
      within(async ({ client }) => expect(await gathered(client('count.watch', { to: 0 }))).toEqual([])),
    );
    test(
      'goes on after a sequence number',
      within(async ({ client }) => {
        const first = await gathered(client('count.watch', { to: 9 }), 4);
        const rest = await gathered(client('count.watch', { to: 9, after: first.at(-1) as number }));
        expect([...first, ...rest]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
      }),
    );
    test(
      'two at once',
      within(async ({ client }) => {
        const [a, b] = await Promise.all([
          gathered(client('count.watch', { to: 200 })),
          gathered(client('count.watch', { to: 300, after: 100 })),
        ]);
        expect([a.length, b.length, b[0]]).toEqual([200, 200, 101]);
      }),
    );
    test(
      'failure after some events',
      within(async ({ client }) => {
        const seen: number[] = [];
        const error = await failure(async () => {
          for await (const { seq } of client('count.fail', { at: 4 })) seen.push(seq);
        });
        expect(seen).toEqual([1, 2, 3]);
        expect([error.code, error.hint]).toEqual(['diskFull', 'Try again.']);
      }),
    );
    test(
      'an event outside the contract',
      within(async ({ client }) =>
        expect((await failure(() => gathered(client('count.lie', {})))).code).toBe('internal'),
      ),
    );
    test(
      'bad input',
      within(async ({ client }) =>
        expect((await failure(() => gathered(client('count.watch', { to: 1.5 })))).code).toBe('badInput'),
      ),
    );
    test(
      'unknown',
      within(async ({ transport }) =>
        expect((await failure(() => gathered(transport.stream('no.such', {}, {}) as never))).code).toBe(
          'notFound',
        ),
      ),
    );
    test(
      'leaving the loop stops the producer',
      within(async ({ client, witness }) => {
        await gathered(client('count.forever', {}), 5);
        await eventually(() => witness.closed);
      }),
    );
    test(
      'a slow reader slows the producer',
      within(async ({ client, witness }) => {
        const events = client('count.forever', {})[Symbol.asyncIterator]();
        await events.next();
        await delay(60);
        // A transport may read ahead, but by a bounded number of events.
        expect(witness.produced).toBeLessThanOrEqual(1024);
        await events.return?.();
      }),
    );
  });

  describe(`${name}: cancelling`, () => {
    test(
      'reaches the handler and the caller',
      within(async ({ client, witness }) => {
        const stop = new AbortController();
        const waiting = failure(() => client('wait.long', {}, { signal: stop.signal }));
        await delay(20);
        stop.abort();
        expect((await waiting).code).toBe('cancelled');
        await eventually(() => witness.aborted);
      }),
    );
    test(
      'before the call',
      within(async ({ client }) => {
        const signal = AbortSignal.abort();
        expect((await failure(() => client('sum.of', { terms: [] }, { signal }))).code).toBe('cancelled');
        expect((await failure(() => client('image.of', { length: 1 }, { signal }))).code).toBe('cancelled');
        expect((await failure(() => gathered(client('count.watch', { to: 2 }, { signal })))).code).toBe(
          'cancelled',
        );
      }),
    );
    test(
      'during a stream',
      within(async ({ client, witness }) => {
        const stop = new AbortController();
        const error = await failure(async () => {
          for await (const { seq } of client('count.forever', {}, { signal: stop.signal }))
            if (seq === 10) stop.abort();
        });
        expect(error.code).toBe('cancelled');
        await eventually(() => witness.closed);
      }),
    );
  });
}

interface Side {
  readonly client: ReturnType<typeof connect<TrialApi>>;
  readonly transport: Transport;
  readonly witness: Witness;
}

async function eventually(condition: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 100 && !condition(); attempt++) await delay(10);
  expect(condition()).toBe(true);
}
