/**
 * The training screen under load: how long a figure takes from the job to the drawn canvas, and whether 100,000 stored
 * points hold the page up. `node test/bench/training-screen.ts [--events 200]`, after `npm run build`.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { RunDetail } from '../../contract/calls/training.ts';
import { openJobBoard } from '../../main/engine/job-board.ts';
import { jobHandlers } from '../../main/engine/job-handlers.ts';
import type { Rooms } from '../../main/engine/rooms.ts';
import { thinned } from '../../main/workflows/thin-curve.ts';
import { missingForWorkbench, openWorkbench } from '../e2e/workbench.ts';

const { values } = parseArgs({ options: { events: { type: 'string', default: '200' } } });
const events = Number(values.events);
if (missingForWorkbench.length > 0) {
  console.error(`Not possible here: ${missingForWorkbench.join(', ')}.`);
  process.exit(1);
}

const stored = Array.from({ length: 100_000 }, (_, step) => ({
  step,
  value: Math.exp(-step / 30_000) + Math.sin(step) / 50,
}));
const detail: RunDetail = {
  run: {
    id: 'run-bench',
    experiment: 'bench',
    kind: 'train',
    state: 'running',
    recipe: 'small-cnn',
    seed: 1,
    dataSet: 'bench@1',
    startedAt: new Date().toISOString(),
    endedAt: null,
    epochs: 1,
    resumable: false,
    metrics: {},
  },
  parameters: {},
  environment: {},
  error: null,
  series: {},
  checkpoints: [],
  models: [],
};

const board = openJobBoard({ now: () => new Date(), milliseconds: () => performance.now() });
const sent: number[] = [];
const begin = Promise.withResolvers<void>();
board.start('train.start', {}, async ({ points, run }) => {
  run('run-bench');
  await begin.promise;
  for (let index = 0; index < events; index++) {
    sent.push(Date.now());
    points([{ name: 'train/loss', step: stored.length + index, value: Math.random() / 50 }]);
    await delay(120); // slower than the board gathers, so that each figure is an event of its own
  }
  await delay(1000);
});

const bench = await openWorkbench({
  change: ({ handlers }) => ({
    ...handlers,
    ...jobHandlers({ jobs: board } as Rooms),
    'runs.list': () => [detail.run],
    'runs.show': () => detail,
    'runs.curves': ({ points }) => {
      const kept = thinned(stored, points);
      return [
        {
          run: 'run-bench',
          name: 'train/loss',
          total: stored.length,
          steps: kept.map(({ step }) => step),
          values: kept.map(({ value }) => value),
        },
      ];
    },
  }),
});
await bench.page.evaluate(`
  globalThis.drawn = [];
  globalThis.longTasks = [];
  new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
  new MutationObserver((changes) => {
    for (const { target } of changes) drawn.push([Number(target.dataset.points), Date.now()]);
  }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ['data-points'] });
`);
await bench.page.keyboard.press('Alt+8');
await bench.page.locator('canvas[data-points]').first().waitFor();
await delay(1500);
const before = Number(await bench.page.locator('canvas').first().getAttribute('data-points'));
await bench.page.evaluate('longTasks.length = 0');
begin.resolve();
await delay(events * 125 + 1500);
const drawn = (await bench.page.evaluate('drawn')) as [number, number][];
const longTasks = (await bench.page.evaluate('longTasks')) as number[];
const latencies = sent
  .map(
    (at, index) =>
      (drawn.find(([count]) => count >= before + index + 1)?.[1] ?? Number.POSITIVE_INFINITY) - at,
  )
  .sort((one, other) => one - other);
const share = (part: number) =>
  latencies[Math.min(latencies.length - 1, Math.floor(part * latencies.length))];
console.log(`points stored ${stored.length}, drawn ${before}, then ${sent.length} live ones`);
console.log(`figure to pixel: median ${share(0.5)} ms, 95 % ${share(0.95)} ms, most ${latencies.at(-1)} ms`);
console.log(
  `long tasks (over 50 ms) meanwhile: ${longTasks.length}, longest ${Math.round(Math.max(0, ...longTasks))} ms`,
);
await bench.close();
process.exit(0);
