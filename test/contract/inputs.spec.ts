/** Whatever comes over a wire: no handler is reached by an input that its schema does not take. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { api, type NightsiftHandlers } from '../../contract/api.ts';
import { dispatch } from '../../main/transport/dispatch.ts';

const reached: unknown[] = [];
const handlers = Object.fromEntries(
  Object.keys(api).map((name) => [name, (input: unknown) => void reached.push(input)]),
) as unknown as NightsiftHandlers;
const far = dispatch(api, handlers);

async function call(name: keyof typeof api, input: unknown): Promise<void> {
  const { kind } = api[name];
  try {
    if (kind === 'ask') await far.ask(name, input, {});
    else if (kind === 'bytes') await far.bytes(name, input, {});
    else for await (const _event of far.stream(name, input, {})); // to its end
  } catch {
    // a handler that answers nothing is refused on its way out; only what reached it counts
  }
}

/** Strange in every way that JSON can carry, the names of real fields among its keys. */
const fields = ['session', 'item', 'items', 'id', 'label', 'paths', 'model', 'level', 'width', 'limit'];
const strange = fc.oneof(
  fc.jsonValue() as fc.Arbitrary<unknown>,
  fc.dictionary(fc.constantFrom(...fields), fc.jsonValue() as fc.Arbitrary<unknown>),
);

describe('the only door to the handlers', () => {
  test.each(Object.keys(api) as (keyof typeof api)[])('%s takes what its schema takes', async (name) => {
    await fc.assert(
      fc.asyncProperty(strange, async (input) => {
        reached.length = 0;
        await call(name, input);
        const parsed = api[name].in.safeParse(input);
        expect(reached).toEqual(parsed.success ? [parsed.data] : []);
      }),
      { numRuns: 25 },
    );
  });
});
