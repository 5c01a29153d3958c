/** A small api with every kind of call, and handlers that answer, fail, lie and never end. */
import { z } from 'zod';
import { NightsiftError } from '../../contract/errors.ts';
import { ask, bytes, defineApi, type Handlers, stream, work } from '../../contract/kinds.ts';

export const trialApi = defineApi({
  'sum.of': ask({ in: z.object({ terms: z.array(z.number()) }), out: z.number() }),
  'greet.who': ask({
    in: z.object({ name: z.string().default('nobody') }),
    out: z.object({ text: z.string() }),
  }),
  'fail.with': ask({ in: z.object({ how: z.string() }), out: z.null() }),
  'lie.about': ask({ in: z.object({}), out: z.object({ count: z.number() }) }),
  'echo.any': ask({ in: z.unknown(), out: z.unknown() }),
  'wait.long': ask({ in: z.object({}), out: z.null() }),
  'dig.start': work({ in: z.object({}), result: z.object({ depth: z.number() }) }),
  'image.of': bytes({ in: z.object({ length: z.number().int().nonnegative() }) }),
  'image.fail': bytes({ in: z.object({}) }),
  'count.watch': stream({
    in: z.object({ to: z.number().int(), after: z.number().int().default(0) }),
    event: z.object({ seq: z.number().int() }),
  }),
  'count.fail': stream({
    in: z.object({ at: z.number().int() }),
    event: z.object({ seq: z.number().int() }),
  }),
  'count.lie': stream({ in: z.object({}), event: z.object({ seq: z.number().int() }) }),
  'count.forever': stream({ in: z.object({}), event: z.object({ seq: z.number().int() }) }),
});
export type TrialApi = typeof trialApi;

export interface Witness {
  /** How many events the endless stream has produced. */
  produced: number;
  /** True once the endless stream's producer has been told to stop. */
  closed: boolean;
  /** True once the waiting handler has seen its signal. */
  aborted: boolean;
}

export function trialHandlers(witness: Witness): Handlers<TrialApi> {
  return {
    'sum.of': ({ terms }) => terms.reduce((sum, term) => sum + term, 0),
    'greet.who': async ({ name }) => ({ text: `Hello ${name}`, secret: 'not in the contract' }),
    'fail.with': ({ how }) => fail(how),
    'lie.about': () => ({ count: 'three' }) as unknown as { count: number },
    'echo.any': (input) => input,
    'wait.long': async (_input, { signal }) => {
      await new Promise<void>((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          witness.aborted = true;
          reject(signal.reason);
        });
      });
      return null;
    },
    'dig.start': () => ({ job: 'job-1' }),
    'image.of': ({ length }) => Uint8Array.from({ length }, (_, index) => index % 251),
    'image.fail': () => fail('damagedData'),
    'count.watch': async function* ({ to, after }) {
      for (let seq = after + 1; seq <= to; seq++) yield { seq };
    },
    'count.fail': async function* ({ at }) {
      for (let seq = 1; seq < at; seq++) yield { seq };
      fail('diskFull');
    },
    'count.lie': async function* () {
      yield { seq: 'one' } as unknown as { seq: number };
    },
    'count.forever': async function* () {
      try {
        for (let seq = 1; ; seq++) {
          witness.produced = seq;
          yield { seq };
        }
      } finally {
        witness.closed = true;
      }
    },
  };
}

function fail(how: string): never {
  if (how === 'plain') throw new Error('something broke');
  if (how === 'text') throw 'a bare string';
  if (how === 'abort') throw new DOMException('stopped', 'AbortError');
  throw new NightsiftError(how as 'diskFull', `It failed with ${how}.`, {
    hint: 'Try again.',
    details: { file: 'a.fits', nested: { free: 3 } },
    cause: new Error('inner'),
  });
}
