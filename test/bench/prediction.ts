/**
 * Prediction of an exported ResNet-18 of 224 pixels, batch 16, beside PyTorch, and its 8-bit form beside it:
 * `npx node test/bench/prediction.ts`. Both as the engine answers with them; the 32-bit file as it stands is run too. The
 * least of several runs, in alternation; on a busy machine the CPU time is the honest figure. Bars: at most 0.65 of
 * PyTorch's time; 8 bits at most 0.4 of 32.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compressModel } from '../../main/learning/compress/compress-model.ts';
import { assembleNetwork } from '../../main/learning/nets/assemble.ts';
import { initialState } from '../../main/learning/nets/network.ts';
import { loadPredictor } from '../../main/learning/predict.ts';
import { exportOnnx } from '../../main/learning/training/export.ts';
import { onnxRuntime } from '../../main/runtime/onnx-runtime.ts';
import { benchPlan } from './training-networks.ts';

const threads = Number(process.env.NIGHTSIFT_BENCH_THREADS ?? 2);
const [side, batch, runs, rounds] = [224, 16, 4, 3];

interface Timing {
  readonly milliseconds: number;
  readonly cpuMilliseconds: number;
}

async function timed(answer: () => Promise<unknown>): Promise<Timing> {
  const timings: Timing[] = [];
  for (let run = 0; run < runs; run++) {
    const [before, cpu] = [performance.now(), process.cpuUsage()];
    await answer();
    const used = process.cpuUsage(cpu);
    const cpuMilliseconds = (used.user + used.system) / 1000;
    timings.push({ milliseconds: performance.now() - before, cpuMilliseconds });
  }
  return least(timings);
}

function least(timings: readonly Timing[]): Timing {
  return {
    milliseconds: Math.min(...timings.map((each) => each.milliseconds)),
    cpuMilliseconds: Math.min(...timings.map((each) => each.cpuMilliseconds)),
  };
}

function timedPyTorch(): Timing {
  const script = fileURLToPath(new URL('./prediction-torch.py', import.meta.url));
  const words = [side, batch, threads, runs].map(String);
  return JSON.parse(execFileSync('/usr/bin/python3', [script, ...words], { encoding: 'utf8' })) as Timing;
}

const plan = benchPlan('resnet18', side);
const { network } = assembleNetwork(plan, { mode: 'training', items: 2 });
const whole = exportOnnx(plan, initialState(network, 1), 1, { classes: '["a","b"]' });
const data = Float32Array.from(
  { length: batch * side * side },
  (_, index) => Math.sin(index * 12.9898) * 1.5,
);
const items = Int32Array.from({ length: batch }, (_, item) => item);
const runtime = onnxRuntime({ threads });
const input = { name: 'image', shape: [1, side, side], data };
const small = await compressModel(whole, [input], items, runtime);
const [float, byte] = [await loadPredictor(whole, runtime), await loadPredictor(small, runtime)];
const plain = await runtime.load(whole);
const feeds = { image: { type: 'float32', dims: [batch, 1, side, side], data } } as const;
const found: [Timing[], Timing[], Timing[], Timing[]] = [[], [], [], []];
for (let round = 0; round < rounds; round++) {
  found[0].push(await timed(() => float.predict([input])));
  found[1].push(await timed(() => plain.run(feeds)));
  found[2].push(await timed(() => byte.predict([input])));
  found[3].push(timedPyTorch());
}
const [ours, file, bytes, torch] = found.map(least) as [Timing, Timing, Timing, Timing];
const shown = ({ milliseconds, cpuMilliseconds }: Timing): string =>
  `${milliseconds.toFixed(0)} ms (CPU ${cpuMilliseconds.toFixed(0)})`;
const ratio = (a: Timing, b: Timing): string =>
  `${(a.milliseconds / b.milliseconds).toFixed(2)} (CPU ${(a.cpuMilliseconds / b.cpuMilliseconds).toFixed(2)})`;
const { probabilities } = await plain.run(feeds);
const answers = await float.predict([input]);
const apart = Math.max(
  ...answers.map((value, place) => Math.abs(value - Number(probabilities!.data[place]))),
);
console.log(`float32 ${shown(ours)}, PyTorch ${shown(torch)}: ratio ${ratio(ours, torch)}, bar 0.65`);
console.log(
  `the file as it stands ${shown(file)}: ratio ${ratio(file, torch)}, probabilities apart by ${apart.toExponential(1)}`,
);
console.log(
  `int8 ${shown(bytes)}: ratio to float32 ${ratio(bytes, ours)}, bar 0.4; to the file as it stands ${ratio(bytes, file)}`,
);
console.log(`bytes ${whole.byteLength} and ${small.byteLength}`);
