/** A search killed at any instant goes on: what was judged is never judged again, and the end is the same. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { api } from '../../contract/api.ts';
import { type StudyDetail, TuneOutcome } from '../../contract/calls/tuning.ts';
import { nightsift, temporaryFolder } from '../hosts/cli/small-night.ts';
import { describedTable } from '../workflows/records/record-school.ts';

const place = temporaryFolder();
const library = path.join(place.folder, 'library');
const file = path.join(place.folder, 'kinds.csv');
const words =
  'tune random-forest --data kinds --trials 9 --folds 2 --set trees=90 maximumDepth=2..12 columns=sqrt,log2';
const kills = 5;

const run = (given: readonly string[], killAfter?: number) =>
  nightsift(given, {
    library,
    touch: (kill) => {
      if (killAfter !== undefined) setTimeout(() => kill('SIGKILL'), killAfter).unref();
    },
  });
/** What does not depend on the clock. */
const judged = ({ trials }: StudyDetail) => trials.map(({ seconds: _seconds, ...trial }) => trial);

let whole: TuneOutcome;
let wholeMilliseconds: number;

beforeAll(async () => {
  writeFileSync(file, describedTable(150));
  expect(
    (await run(['scan', file, '--family', 'columns', '--label', 'y_act', '--session', 'kinds'])).code,
  ).toBe(0);
  expect((await run(['dataset', 'create', 'kinds'])).code).toBe(0);
  const begun = performance.now();
  const ended = await run([...words.split(' '), '--name', 'whole', '--json']);
  wholeMilliseconds = performance.now() - begun;
  expect([ended.code, ended.errors]).toEqual([0, expect.any(String)]);
  whole = TuneOutcome.parse(JSON.parse(ended.output));
}, 300_000);
afterAll(() => place.remove());

test(`killed ${kills} times at random`, { timeout: 600_000 }, async () => {
  let resumed = 0;
  let usualMilliseconds = wholeMilliseconds;
  // a machine that grew faster meanwhile lets searches end before their time: then a few more are killed
  for (let count = 0; count < kills || (resumed === 0 && count < 3 * kills); count += 1) {
    const name = `killed-${count}`;
    const after = (((count % kills) + Math.random()) / kills) * usualMilliseconds;
    const begun = performance.now();
    await run([...words.split(' '), '--name', name], after);
    const lived = performance.now() - begun;
    if (lived < after) usualMilliseconds = lived;
    const listed = await run(['studies', 'list', '--json']);
    const mine = api['studies.list'].out
      .parse(JSON.parse(listed.output))
      .find((study) => study.name === name);
    if (mine === undefined || mine.state === 'finished') continue;
    expect([mine.state, mine.resumable]).toEqual(['interrupted', true]);
    const before = api['studies.show'].out.parse(
      JSON.parse((await run(['studies', 'show', mine.id, '--json'])).output),
    );
    const done = before.trials.filter(({ state }) => state === 'finished' || state === 'pruned');
    const ended = await run(['tune', '--resume', mine.id, '--json']);
    expect([ended.code, mine.id]).toEqual([0, mine.id]);
    const { study, training } = TuneOutcome.parse(JSON.parse(ended.output));
    expect(judged(study)).toEqual(judged(whole.study));
    expect(training!.model.onnxHash).toBe(whole.training!.model.onnxHash);
    // the time that a judging took would be another one had it been done again
    for (const { number, seconds } of done) expect(study.trials[number - 1]!.seconds).toBe(seconds);
    resumed += 1;
  }
  expect(resumed).toBeGreaterThan(0);
  const doctor = await run(['doctor', '--json']);
  expect(api['doctor.start'].result.parse(JSON.parse(doctor.output)).healthy).toBe(true);
});
