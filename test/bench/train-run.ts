/**
 * A whole training beside the sum of its steps: `node test/bench/train-run.ts`. The run is that of the house: a thread of
 * its own, handing over the data, building graphs, augmentation, validation and a checkpoint after every epoch, evaluation,
 * export and its check. The steps are those of the same training, timed within: forward, backward, clipping, AdamW.
 * Bar: at most 1.25. On a busy machine the CPU time is the honest figure.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { GraphRuntime } from '../../main/learning/runtime.ts';
import { trainNetwork } from '../../main/learning/train-network.ts';
import { onnxRuntime } from '../../main/runtime/onnx-runtime.ts';
import { houseSettings } from '../../main/workflows/training/house-settings.ts';
import { openLearningPool } from '../../main/workflows/training/learning-pool.ts';
import { syntheticDataset } from '../learning/synthetic.ts';

const threads = Number(process.env.NIGHTSIFT_BENCH_THREADS ?? 2);
const bar = 1.25;

const jobs = [
  { recipe: 'small-cnn', side: 112, items: 480, rounds: 3, parameters: { patience: 0 } },
  { recipe: 'resnet18', side: 128, items: 200, rounds: 1, parameters: { epochs: 3, patience: 0 } },
] as const;
type Job = (typeof jobs)[number];

interface Cost {
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
}

async function cost(work: () => Promise<unknown>): Promise<Cost> {
  const [begun, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { milliseconds: performance.now() - begun, cpuMilliseconds: (user + system) / 1000 };
}

function dataOf({ side, items }: Job) {
  // frames come as bytes
  const made = syntheticDataset({
    items,
    side,
    features: 20,
    seed: 4,
    validationShare: 0.15,
    testShare: 0.15,
  });
  const inputs = made.inputs.map((input) =>
    input.name === 'image' ? { ...input, data: Uint8Array.from(input.data, (value) => 255 * value) } : input,
  );
  return { ...made, inputs };
}

const optionsOf = ({ recipe, parameters }: Job) => ({ recipe, parameters, seed: 1, metadata: {} });

/** Of every training step that a run executes. */
async function stepsOf(job: Job): Promise<Cost & { readonly steps: number }> {
  const total = { milliseconds: 0, cpuMilliseconds: 0, steps: 0 };
  const plain = onnxRuntime({ threads });
  const runtime: GraphRuntime = {
    ...plain,
    async load(model, options) {
      const session = await plain.load(model, options);
      return {
        ...session,
        async run(feeds, fetches) {
          if (fetches?.includes('loss') !== true) return session.run(feeds, fetches);
          let results: Awaited<ReturnType<typeof session.run>> = {};
          const own = await cost(async () => {
            results = await session.run(feeds, fetches);
          });
          total.milliseconds += own.milliseconds;
          total.cpuMilliseconds += own.cpuMilliseconds;
          total.steps += 1;
          return results;
        },
      };
    },
  };
  await trainNetwork(dataOf(job), optionsOf(job), { runtime, now: () => performance.now() });
  return total;
}

async function wholeRun(job: Job, directory: string): Promise<Cost> {
  const dataset = dataOf(job);
  const pool = openLearningPool();
  try {
    await pool.about(); // the thread reads its sources, which are compiled in a release
    return await cost(() =>
      pool.train(
        {
          dataset,
          options: optionsOf(job),
          preparation: {
            family: null,
            settings: houseSettings(null, {}),
            groups: new Int32Array(dataset.ids.length),
            facts: [],
          },
          blobsDirectory: directory,
          resumeFrom: null,
          threads,
          engine: 'onnxruntime',
        },
        { onProgress: () => undefined },
      ),
    );
  } finally {
    await pool.close();
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

for (const job of jobs) {
  const directory = mkdtempSync(path.join(tmpdir(), 'nightsift-train-run-'));
  const found: { readonly whole: Cost; readonly steps: Cost & { readonly steps: number } }[] = [];
  for (let round = 0; round < job.rounds; round++) {
    const steps = await stepsOf(job);
    found.push({ whole: await wholeRun(job, path.join(directory, 'blobs')), steps });
  }
  rmSync(directory, { recursive: true });
  const ratio = median(found.map(({ whole, steps }) => whole.milliseconds / steps.milliseconds));
  const cpu = median(found.map(({ whole, steps }) => whole.cpuMilliseconds / steps.cpuMilliseconds));
  const [{ whole, steps }] = found as [(typeof found)[number]];
  console.log(
    `${job.recipe} ${job.side}, ${steps.steps} steps: whole run ${(whole.milliseconds / 1000).toFixed(1)} s, its steps ` +
      `${(steps.milliseconds / 1000).toFixed(1)} s; ratio ${ratio.toFixed(2)} (CPU ${cpu.toFixed(2)}), bar ${bar} ` +
      `${ratio <= bar ? 'ok' : 'OVER'}`,
  );
}
