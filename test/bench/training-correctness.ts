/**
 * How right training steps are, beside PyTorch: `npx node test/bench/training-correctness.ts [NETWORK]`. From the same
 * weights and the same batches: the global relative error of the gradients against PyTorch in float64, ours and PyTorch's
 * own in float32, as medians over eight batches (bar: ours no larger; rectifiers that flip make each batch a draw), and
 * the largest difference of the losses over 20 steps on the first (bar: 1e-4).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NetworkPlan } from '../../main/learning/nets/assemble.ts';
import type { TensorValue } from '../../main/learning/runtime.ts';
import { buildTrainingStep, type TrainingStep } from '../../main/learning/training/training-step.ts';
import { onnxRuntime } from '../../main/runtime/onnx-runtime.ts';
import { floatsOf, pairedNames, type TensorName } from './torch-weights.ts';
import { benchPlan } from './training-networks.ts';

const threads = 2;
const steps = 20;
const batches = [1, 2, 3, 4, 5, 6, 7, 8];
const jobs = [
  { network: 'mlp', side: 0, batch: 32, rate: 1e-3 },
  { network: 'cnn4', side: 128, batch: 16, rate: 1e-3 },
  { network: 'resnet18', side: 128, batch: 16, rate: 2e-5 },
] as const;

interface Reference {
  readonly error: number;
  readonly losses: readonly number[];
  /** PyTorch's names, in its order, with shapes. */
  readonly names: readonly TensorName[];
}

function value(data: Float32Array, dims: readonly number[]): TensorValue {
  return { type: 'float32', dims, data };
}

type Pairs = ReturnType<typeof pairedNames>;

/** Gradients come out of the step that sums them over batches. */
async function gradientError(
  plan: NetworkPlan,
  batch: number,
  directory: string,
  pairs: Pairs,
  feeds: Feeds,
) {
  const step = buildTrainingStep(plan, { items: batch, weightDecay: 0, clipNorm: 5, accumulation: 2 });
  const session = await onnxRuntime({ threads }).load(step.model, { purpose: 'training' });
  const found = await session.run(feeds, step.fetches);
  await session.release();
  let [difference, size] = [0, 0];
  for (const { theirs, ours } of pairs) {
    const gradient = found[`gradient/${ours}`];
    if (!gradient) continue;
    const exact = new Float64Array(Uint8Array.from(readFileSync(path.join(directory, `g.${theirs}`))).buffer);
    exact.forEach((each, index) => {
      difference += (Number(gradient.data[index]) - each) ** 2;
      size += each ** 2;
    });
  }
  return Math.sqrt(difference / size);
}

type Feeds = Readonly<Record<string, TensorValue>>;

async function lossesOf(plan: NetworkPlan, batch: number, rate: number, start: Feeds): Promise<number[]> {
  const step = buildTrainingStep(plan, { items: batch, weightDecay: 0, clipNorm: 5 });
  const session = await onnxRuntime({ threads }).load(step.model, { purpose: 'training' });
  const feeds: Record<string, TensorValue> = { ...start, learningRate: value(Float32Array.of(rate), []) };
  for (const { name, shape } of step.moments) {
    feeds[name] = value(new Float32Array(shape.reduce((all, length) => all * length, 1)), shape);
  }
  const losses: number[] = [];
  for (let time = 1; time <= steps; time++) {
    feeds.firstCorrection = value(Float32Array.of(1 - 0.9 ** time), []);
    feeds.secondCorrection = value(Float32Array.of(1 - 0.999 ** time), []);
    const found = await session.run(feeds, step.fetches);
    for (const [name, next] of Object.entries(found)) {
      if (name.startsWith('next/')) feeds[name.slice(5)] = next;
    }
    losses.push(Number(found.loss!.data[0]));
  }
  await session.release();
  return losses;
}

type Job = (typeof jobs)[number];

async function onBatch({ network, side, batch, rate }: Job, seed: number) {
  const directory = mkdtempSync(path.join(tmpdir(), 'nightsift-correctness-'));
  const script = fileURLToPath(new URL('./training-correctness.py', import.meta.url));
  const wanted = seed === 1 ? steps : 0;
  const words = [network, side, batch, directory, wanted, rate, threads, seed].map(String);
  execFileSync('/usr/bin/python3', [script, ...words], { stdio: ['ignore', 'ignore', 'inherit'] });
  const reference = JSON.parse(readFileSync(path.join(directory, 'result.json'), 'utf8')) as Reference;
  const built = benchPlan(network, side);
  // PyTorch's networks have no normalisation of inputs in front
  const plan = { ...built, inputs: built.inputs.map((input) => ({ ...input, asIs: true })) };
  const { values } = buildTrainingStep(plan, { items: batch, weightDecay: 0, clipNorm: 5 });
  const pairs = pairedNames(reference.names, values);
  const feeds = startFeeds(plan, batch, directory, pairs, values);
  const error = await gradientError(plan, batch, directory, pairs, feeds);
  const losses = wanted > 0 ? await lossesOf(plan, batch, rate, feeds) : [];
  rmSync(directory, { recursive: true });
  const apart = losses.map((loss, index) => Math.abs(loss - reference.losses[index]!));
  return { ours: error, theirs: reference.error, apart };
}

function startFeeds(
  plan: NetworkPlan,
  batch: number,
  directory: string,
  pairs: Pairs,
  values: TrainingStep['values'],
): Feeds {
  const shapes = new Map(values.map(({ name, shape }) => [name, shape]));
  const feeds: Record<string, TensorValue> = {};
  for (const { theirs, ours } of pairs) {
    feeds[ours] = value(floatsOf(path.join(directory, `w.${theirs}`)), shapes.get(ours)!);
  }
  const input = plan.inputs[0]!;
  feeds[input.name] = value(floatsOf(path.join(directory, 'x')), [batch, ...input.shape]);
  const labels = new Int32Array(Uint8Array.from(readFileSync(path.join(directory, 'y'))).buffer);
  const targets = new Float32Array(batch * plan.classes);
  labels.forEach((label, item) => {
    targets[item * plan.classes + label] = 1 / batch;
  });
  return { ...feeds, targets: value(targets, [batch, plan.classes]) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

async function examine(job: Job): Promise<void> {
  const found: Awaited<ReturnType<typeof onBatch>>[] = [];
  for (const seed of batches) found.push(await onBatch(job, seed));
  const [ours, theirs] = [median(found.map((each) => each.ours)), median(found.map((each) => each.theirs))];
  const each = found.map((batch) => `${batch.ours.toExponential(1)}/${batch.theirs.toExponential(1)}`);
  const apart = Math.max(...found.flatMap((batch) => batch.apart));
  const { network, side, batch, rate } = job;
  console.log(
    `${network} ${side || ''} batch ${batch}: gradient error against float64 ${ours.toExponential(1)}, ` +
      `PyTorch ${theirs.toExponential(1)} (${each.join(', ')}) ${ours <= theirs ? 'ok' : 'OVER'}; ` +
      `${steps} losses at rate ${rate} apart by ${apart.toExponential(1)} ${apart <= 1e-4 ? 'ok' : 'OVER'}`,
  );
}

const asked = process.argv[2];
for (const job of jobs) if (asked === undefined || asked === job.network) await examine(job);
