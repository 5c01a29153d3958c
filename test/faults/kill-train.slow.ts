/** A training killed at any instant goes on, and ends with the same bytes as one that was left alone. */
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { api } from '../../contract/api.ts';
import { TrainOutcome } from '../../contract/calls/training.ts';
import { nightsift, temporaryFolder, writeNight } from '../hosts/cli/small-night.ts';
import { hashesBelow } from '../workflows/fake-frames/night.ts';

const place = temporaryFolder();
const library = path.join(place.folder, 'library');
const night = path.join(place.folder, 'night');
const train = [
  'train',
  'night@1',
  '--set',
  'imageWidth=4',
  'patience=0',
  'checkpointSteps=1',
  // all that has a memory of its own: gradients summed over batches, an average of the weights, a plateau that is waited
  // for, drawn samples, mixed pairs
  'accumulation=2',
  'averageDecay=0.98',
  'schedule=plateau',
  'sampling=weighted',
  'mixup=0.2',
  '--epochs',
  '10',
  '--batch-size',
  '4',
];
const kills = 20;

const run = (words: readonly string[], killAfter?: number) =>
  nightsift(words, {
    library,
    touch: (kill) => {
      if (killAfter !== undefined) setTimeout(() => kill('SIGKILL'), killAfter).unref();
    },
  });

let whole: TrainOutcome;
let wholeMilliseconds: number;

beforeAll(async () => {
  writeNight(night, { seed: 5, frames: 24 });
  expect((await run(['scan', night])).code).toBe(0);
  expect((await run(['dataset', 'create', 'night'])).code).toBe(0);
  const begun = performance.now();
  const ended = await run([...train, '--name', 'whole', '--json']);
  wholeMilliseconds = performance.now() - begun;
  whole = TrainOutcome.parse(JSON.parse(ended.output));
}, 300_000);
afterAll(() => place.remove());

test(`killed ${kills} times at random`, { timeout: 1_200_000 }, async () => {
  const before = hashesBelow(night);
  let resumed = 0;
  let usualMilliseconds = wholeMilliseconds;
  // a machine that grew faster meanwhile lets some runs end before their time: then a few more are killed
  for (let count = 0; count < kills || (resumed < kills / 4 && count < 3 * kills); count++) {
    const name = `killed-${count}`;
    // Spread evenly over the run with a random part, so that start, steps, checkpoints and export are all met.
    const after = (((count % kills) + Math.random()) / kills) * usualMilliseconds;
    const begun = performance.now();
    await run([...train, '--name', name], after);
    const lived = performance.now() - begun;
    if (lived < after) usualMilliseconds = lived;
    const listed = await run(['runs', 'list', '--json']);
    expect([listed.code, after]).toEqual([0, after]);
    const runs = api['runs.list'].out.parse(JSON.parse(listed.output));
    const mine = runs.filter(({ experiment }) => experiment === name);
    for (const { id, state, resumable } of mine) {
      if (state === 'finished') continue;
      expect([state, resumable]).toEqual(['interrupted', true]);
      const ended = await run(['train', '--resume', id, '--json']);
      expect([ended.code, id, after]).toEqual([0, id, after]);
      expect(TrainOutcome.parse(JSON.parse(ended.output)).model.onnxHash).toBe(whole.model.onnxHash);
      resumed += 1;
    }
  }
  expect(resumed).toBeGreaterThanOrEqual(kills / 4);
  expect(hashesBelow(night)).toEqual(before);
  const doctor = await run(['doctor', '--json']);
  const { findings } = api['doctor.start'].result.parse(JSON.parse(doctor.output));
  expect(findings.filter(({ ok }) => !ok)).toEqual([]);
});
