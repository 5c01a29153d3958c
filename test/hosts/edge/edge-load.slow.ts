import { expect, test } from 'vitest';
import { connect } from '../../../contract/client.ts';
import { trialApi, trialHandlers } from '../../conformance/trial-api.ts';
import { openTrialHost } from './trial-host.ts';

test('10,000 calls, 40 at a time', async () => {
  const host = await openTrialHost(trialApi, trialHandlers({ produced: 0, closed: false, aborted: false }));
  const client = connect(trialApi, host.transport);
  const answers: number[] = [];
  const lane = async (from: number) => {
    for (let index = from; index < 10_000; index += 40)
      answers[index] = await client('sum.of', { terms: [index] });
  };
  await Promise.all(Array.from({ length: 40 }, (_, from) => lane(from)));
  expect(answers).toEqual(Array.from({ length: 10_000 }, (_, index) => index));
  await host.close();
});
