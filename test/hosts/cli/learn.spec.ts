import { expect, test } from 'vitest';
import type { TasteOutcome } from '../../../contract/calls/training.ts';
import type { ScannedFrame } from '../../../contract/scan-report.ts';
import { spoiledList, tasteLine } from '../../../main/hosts/cli/commands/scan.ts';
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
      'You keep frames with trail. 97 % sure.\n  m31: 12 labels changed\n  m33: 1 label changed\n',
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

test('the lists of a scan say what a taste made of a frame, with the findings or without', () => {
  const finding = { code: 'trail', severity: 1, confidence: 1, sentence: 'a trail', evidence: {} } as const;
  const frameOf = (file: string, label: 'clean' | 'contaminated', findings: ScannedFrame['findings']) => {
    const opinion = { author: 'prefilter', label, score: 0.5, by: 'prefilter+taste-3' } as const;
    const common = {
      status: 'ok',
      width: 4,
      height: 4,
      header: null,
      measurements: null,
      score: 0.5,
    } as const;
    const opinions = [{ ...opinion, reason: `why ${file} (taste 3)` }];
    return { ...common, file, label, labelledBy: 'prefilter', findings, opinions } satisfies ScannedFrame;
  };
  const frames = [
    frameOf('kept', 'clean', [finding]),
    frameOf('hit', 'contaminated', [finding]),
    frameOf('bare', 'contaminated', []),
  ];
  const report = { schema: 'nightsift.scan/1', session: 'm31', policy: 'strict', frames } as const;
  const list = spoiledList({ ...report, frames }, 10);
  expect(list).toContain('a trail; why hit (taste 3)');
  expect(list).toContain('nothing was found wrong, but why bare (taste 3)');
  expect(tasteLine({ ...report, frames })).toBe(
    '  3 of them judged as the observer sees it: nightsift sessions show "m31"\n',
  );
  // a person's word stands by itself
  const said = frames.map((frame) => ({ ...frame, labelledBy: 'person' as const }));
  expect(tasteLine({ ...report, frames: said })).toBe('');
  expect(spoiledList({ ...report, frames: said }, 10)).not.toContain('taste');
});

test('sessions show has a column for it where a taste decides', async () => {
  const frame = {
    file: 'a.fits',
    status: 'ok',
    width: 4,
    height: 4,
    header: null,
    measurements: null,
    score: 0.9,
    label: 'clean',
    labelledBy: 'prefilter',
    findings: [],
    opinions: [
      {
        author: 'prefilter',
        label: 'clean',
        score: 0.9,
        by: 'prefilter+taste-3',
        reason: 'this observer keeps frames with trails (taste 3)',
      },
    ],
  } satisfies ScannedFrame;
  const session = {
    id: '1',
    name: 'm31',
    family: 'frames',
    policy: 'strict',
    root: '/m31',
    createdAt: 't',
    updatedAt: 't',
    items: 1,
    clean: 1,
    contaminated: 0,
    review: 0,
    failed: 0,
    skipped: 0,
    waiting: 0,
    labelledByPerson: 0,
    labels: {},
  } as const;
  const report = { schema: 'nightsift.scan/1', session: 'm31', policy: 'strict', frames: [frame] } as const;
  const house = trialHouse({
    'sessions.show': () => ({ session: { ...session }, report: { ...report, frames: [frame] } }),
  });
  const { code, terminal } = await run('sessions show m31', house);
  expect(code).toBe(0);
  expect(terminal.output).toContain('this observer keeps frames with trails (taste 3)');
});
