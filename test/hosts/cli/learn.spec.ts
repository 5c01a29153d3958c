import { expect, test } from 'vitest';
import type { TasteOutcome } from '../../../contract/calls/training.ts';
import { run, trialHouse } from './trial-house.ts';

const applied: TasteOutcome = {
  session: 'm31',
  cameras: ['ASI2600'],
  taste: {
    number: 3,
    reviewed: 40,
    persons: ['ada'],
    learnedAt: '2026-03-14T00:00:00.000Z',
    learned: [{ sentence: 'You keep frames with trail.', certainty: 0.97 }],
  },
  retired: [2],
  sessions: [
    { session: 'm31', changed: 12 },
    { session: 'm33', changed: 1 },
  ],
};

function houseOf(outcome: TasteOutcome) {
  const house = trialHouse({
    'review.taste.start': (input) => house.jobs.start('review.taste.start', input, async () => outcome),
  });
  return house;
}

test('learn --apply says which taste holds where, in place of which, and what it changed', async () => {
  const { code, terminal, house } = await run('learn m31 --apply --other-cameras', houseOf(applied));
  expect(code).toBe(0);
  expect(house.asked[0]).toEqual({
    method: 'review.taste.start',
    input: { session: 'm31', action: 'apply', otherCameras: true },
  });
  expect(terminal.output).toBe(
    'Taste 3, learned from 40 reviewed frames of ada, is in force for ASI2600 in place of taste 2.\n' +
      'You keep frames with trail. (0.97)\n  m31: 12 labels changed\n  m33: 1 label changed\n',
  );
});

test('a taste of reviews that agree with the judge says so', async () => {
  const outcome = {
    ...applied,
    taste: { ...applied.taste!, persons: [], learned: [] },
    retired: [],
    sessions: [],
  };
  const { terminal } = await run('learn m31 --apply', houseOf(outcome));
  expect(terminal.output).toBe(
    'Taste 3, learned from 40 reviewed frames, is in force for ASI2600.\n' +
      'The reviews so far agree with the judge: nothing is called otherwise for it.\n',
  );
});

test('learn --forget says what is no longer in force, or that nothing was; --json is for machines', async () => {
  const gone = { ...applied, cameras: [''], taste: null, retired: [3] };
  const { terminal, house } = await run('learn m31 --forget', houseOf(gone));
  expect(house.asked[0]?.input).toMatchObject({ action: 'forget' });
  expect(terminal.output).toContain(
    'Taste 3 is no longer in force for frames whose header names no camera; nothing was deleted.\n',
  );
  const none = await run('learn m31 --forget', houseOf({ ...gone, retired: [] }));
  expect(none.terminal.output).toMatch(/^No taste was in force for frames/);
  const json = await run('learn m31 --forget --json', houseOf(gone));
  expect(JSON.parse(json.terminal.output)).toEqual(gone);
});

test('apply and forget together are wrong use', async () => {
  const { code, house } = await run('learn m31 --apply --forget');
  expect(code).toBe(2);
  expect(house.opened).toEqual([]);
});
