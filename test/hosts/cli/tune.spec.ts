import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run, trialHouse } from './trial-house.ts';

test('tune takes the lists of a configuration for what varies; train-from-fits refuses them', async () => {
  const config = join(mkdtempSync(join(tmpdir(), 'nightsift-config-')), 'kinds.yaml');
  writeFileSync(
    config,
    'family: columns\nlabel: kind\nmodels:\n  random_forest: { trees: [100, 200], bins: 64 }\n  mlp:\n',
  );
  const house = trialHouse();
  await run(`tune --data kinds --config ${config} --set trees=50`, house);
  expect(house.asked.at(-1)).toMatchObject({
    method: 'tune.start',
    input: {
      ...{ dataSet: 'kinds', family: 'columns', label: 'kind', parameters: { trees: 50 } },
      space: [
        { name: 'recipe', values: ['random-forest', 'mlp'] },
        { name: 'trees', values: [100, 200], when: { recipe: ['random-forest'] } },
        { name: 'bins', values: [64], when: { recipe: ['random-forest'] } },
      ],
    },
  });
  await run(`tune --data kinds --config ${config} --set trees=1..9`, house);
  expect(house.asked.at(-1)).toMatchObject({
    input: {
      space: [{ name: 'trees', from: 1, to: 9 }, { name: 'recipe' }, { name: 'bins' }],
    },
  });
  for (const words of [
    `tune --data kinds --config ${config} --space forest`,
    `train-from-fits night --config ${config}`,
  ]) {
    const { code, terminal } = await run(words);
    expect([code, terminal.errors]).toEqual([2, expect.stringContaining('models')]);
  }
});

test('jobs pause finds a search as it finds a training', async () => {
  const row = { job: 'job-7', state: 'running', startedAt: '', endedAt: null, error: null } as const;
  const house = trialHouse({
    'jobs.list': () => [
      { ...row, method: 'tune.start' },
      { ...row, job: 'job-8', method: 'scan.start' },
    ],
    'jobs.pause': ({ job, paused }) => ({ ...row, job, method: 'tune.start', paused }),
  });
  const { code, terminal } = await run('jobs pause', house);
  expect([code, terminal.output]).toEqual([0, expect.stringMatching(/job-7 +tune +held/)]);
});
