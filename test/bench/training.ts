/**
 * Training steps beside PyTorch: `npx node test/bench/training.ts [NETWORK SIDE BATCH]` prints for each network
 * the median and best milliseconds of a whole step (forward, backward, clipping, AdamW), the ratio to PyTorch's and the
 * peak memory. The two run in alternating processes, so that other load meets both.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { assembleNetwork, type NetworkPlan } from '../../main/learning/nets/assemble.ts';
import { initialState } from '../../main/learning/nets/network.ts';
import type { TensorValue } from '../../main/learning/runtime.ts';
import { threadsFor } from '../../main/learning/training/phase.ts';
import { giveBack } from '../../main/learning/training/state.ts';
import { buildTrainingStep, type TrainingStep } from '../../main/learning/training/training-step.ts';
import { onnxRuntime } from '../../main/runtime/onnx-runtime.ts';
import { benchPlan } from './training-networks.ts';

const threads = Number(process.env.NIGHTSIFT_BENCH_THREADS ?? 2);
const rounds = Number(process.env.NIGHTSIFT_BENCH_ROUNDS ?? 3);

interface Timing {
  readonly milliseconds: readonly number[];
  /** Of all threads, per step, without the first two; on a busy machine the honest figure (with one thread). */
  readonly cpuMilliseconds: number;
  readonly peakMegabytes: number;
}

interface Job {
  readonly network: string;
  readonly side: number;
  readonly batch: number;
  readonly steps: number;
  /** Ours over PyTorch's, at most. */
  readonly bar: number;
}

const jobs: readonly Job[] = [
  { network: 'mlp', side: 0, batch: 32, steps: 200, bar: 0.8 },
  { network: 'cnn4', side: 128, batch: 16, steps: 15, bar: 1.0 },
  { network: 'resnet18', side: 128, batch: 16, steps: 6, bar: 1.3 },
  { network: 'resnet18', side: 224, batch: 16, steps: 5, bar: 1.2 },
];

function filled(dims: readonly number[], value: (index: number) => number): TensorValue {
  const length = dims.reduce((product, size) => product * size, 1);
  return { type: 'float32', dims, data: Float32Array.from({ length }, (_, index) => value(index)) };
}

/** Weights and moments; a function of its own, so that nothing but the run holds them. */
function startState(plan: NetworkPlan, training: TrainingStep, batch: number): Record<string, TensorValue> {
  const { network } = assembleNetwork(plan, { mode: 'training', items: batch });
  const start = initialState(network, 1);
  const state: Record<string, TensorValue> = {};
  for (const { name, shape } of training.values)
    state[name] = { type: 'float32', dims: shape, data: start.get(name)! };
  for (const { name, shape } of training.moments) state[name] = filled(shape, () => 0);
  return state;
}

/** Runs in a process of its own, so that its peak memory is that of the step. */
async function timeOurs({ network: name, side, batch, steps }: Job): Promise<Timing> {
  const plan = benchPlan(name, side);
  const training = buildTrainingStep(plan, { items: batch, weightDecay: 0.05, clipNorm: 5 });
  const session = await onnxRuntime({ threads }).load(training.model, {
    purpose: 'training',
    ...threadsFor(training),
  });
  const state = startState(plan, training, batch);
  const input = plan.inputs[0]!;
  const fixed = {
    [input.name]: filled([batch, ...input.shape], (index) => Math.sin(index * 12.9898) * 1.5),
    targets: filled([batch, plan.classes], (index) => (index % plan.classes === 0 ? 1 / batch : 0)),
    learningRate: filled([], () => 1e-5),
  };
  const milliseconds: number[] = [];
  let cpu = process.cpuUsage();
  for (let step = 0; step < steps; step++) {
    if (step === 2) cpu = process.cpuUsage();
    const before = performance.now();
    const corrections = {
      firstCorrection: filled([], () => 1 - 0.9 ** (step + 1)),
      secondCorrection: filled([], () => 1 - 0.999 ** (step + 1)),
    };
    const results = await session.run({ ...fixed, ...state, ...corrections }, training.fetches);
    for (const [key, value] of Object.entries(results))
      if (key.startsWith('next/')) {
        giveBack(state[key.slice(5)]!.data as Float32Array);
        state[key.slice(5)] = value;
      }
    milliseconds.push(performance.now() - before);
  }
  const used = process.cpuUsage(cpu);
  const cpuMilliseconds = (used.user + used.system) / 1000 / (steps - 2);
  return { milliseconds, cpuMilliseconds, peakMegabytes: process.resourceUsage().maxRSS / 1024 };
}

function inProcess(command: string, parameters: readonly string[]): Timing {
  return JSON.parse(execFileSync(command, parameters, { encoding: 'utf8' })) as Timing;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

function compare(job: Job): void {
  const { network, side, batch, steps } = job;
  const size = [network, String(side), String(batch)];
  const ours: Timing[] = [];
  const theirs: Timing[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(inProcess(process.execPath, [fileURLToPath(import.meta.url), '--one', ...size, String(steps)]));
    const script = fileURLToPath(new URL('./training-torch.py', import.meta.url));
    theirs.push(inProcess('/usr/bin/python3', [script, ...size, String(threads), String(steps)]));
  }
  // the first two steps grow arenas and caches on both sides
  const settled = (timings: readonly Timing[]): number[] =>
    timings.flatMap(({ milliseconds }) => milliseconds.slice(2));
  const [a, b] = [settled(ours), settled(theirs)];
  const ratio = median(a) / median(b);
  const cpu = [ours, theirs].map((timings) => Math.min(...timings.map((timing) => timing.cpuMilliseconds)));
  const peaks = [ours, theirs].map((timings) => Math.max(...timings.map((timing) => timing.peakMegabytes)));
  console.log(
    `${network} ${side || ''} batch ${batch}: ours ${median(a).toFixed(1)} (${Math.min(...a).toFixed(1)}) ms, ` +
      `PyTorch ${median(b).toFixed(1)} (${Math.min(...b).toFixed(1)}) ms, ratio ${ratio.toFixed(2)} ` +
      `(best ${(Math.min(...a) / Math.min(...b)).toFixed(2)}), bar ${job.bar}; ` +
      `CPU ${cpu[0]!.toFixed(1)} / ${cpu[1]!.toFixed(1)} ms, ratio ${(cpu[0]! / cpu[1]!).toFixed(2)}; ` +
      `peak ${peaks[0]!.toFixed(0)} / ${peaks[1]!.toFixed(0)} MB ${ratio <= job.bar ? 'ok' : 'OVER'}`,
  );
}

const [first, ...rest] = process.argv.slice(2);
if (first === '--one') {
  const [network, side, batch, steps] = rest as [string, string, string, string];
  const job = { network, side: Number(side), batch: Number(batch), steps: Number(steps), bar: 0 };
  console.log(JSON.stringify(await timeOurs(job)));
} else {
  const wanted = jobs.filter(
    (job) =>
      first === undefined || (job.network === first && (rest[0] ?? String(job.side)) === String(job.side)),
  );
  for (const job of wanted) compare(job);
}
