/**
 * Caller and handlers in one process. What passes is copied as a wire would copy it, so that code written against
 * this transport cannot come to rely on shared objects.
 */
import type { Transport } from '../../contract/client.ts';
import { fromErrorRecord, toErrorRecord } from '../../contract/error-record.ts';
import { NightsiftError } from '../../contract/errors.ts';

/** `far` is what `dispatch` made of the handlers. */
export function inProcess(far: Transport): Transport {
  return {
    ask: (method, input, options) =>
      carried(async () => copied(await far.ask(method, copied(input), options))),
    bytes: (method, input, options) =>
      carried(async () => (await far.bytes(method, copied(input), options)).slice()),
    async *stream(method, input, options) {
      try {
        for await (const event of far.stream(method, copied(input), options)) yield copied(event);
      } catch (thrown) {
        throw fromErrorRecord(toErrorRecord(thrown));
      }
    },
  };
}

async function carried<T>(body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (thrown) {
    throw fromErrorRecord(toErrorRecord(thrown));
  }
}

function copied<T>(value: T): T {
  try {
    return structuredClone(value);
  } catch (thrown) {
    throw new NightsiftError('badInput', 'The value cannot be carried between two sides.', { cause: thrown });
  }
}
