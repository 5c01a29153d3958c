/**
 * Telemetry on two threads: readings read and answered in a second by the default model, with labels, usual rows only and none;
 * with the folder of the Numenta Anomaly Benchmark its standard score on the files that are there:
 * `npx node test/bench/telemetry.ts [FOLDER]`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type NabFile, nabScore } from '../../main/families/telemetry/nab-score.ts';
import { readTelemetry } from '../../main/families/telemetry/read.ts';
import { simulateTelemetry } from '../../main/families/telemetry/simulate.ts';
import { splitCodes, type TensorDataset, type TensorInput } from '../../main/learning/dataset.ts';
import { loadPredictor } from '../../main/learning/predict.ts';
import { trainEstimator } from '../../main/learning/train-estimator.ts';
import { onnxRuntime } from '../../main/runtime/onnx-runtime.ts';

const rows = 4000;
const rounds = 3;
const runtime = onnxRuntime({ threads: 2 });

interface Spent {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
}

async function spent(work: () => unknown): Promise<Spent> {
  const begun = performance.now();
  const used = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(used);
  return { wallSeconds: (performance.now() - begun) / 1000, cpuSeconds: (user + system) / 1e6 };
}

/** Of several times the one in the middle. */
async function tell(name: string, count: number, work: () => unknown): Promise<void> {
  const times: Spent[] = [];
  for (let round = 0; round < rounds; round++) times.push(await spent(work));
  times.sort((a, b) => a.wallSeconds - b.wallSeconds);
  const { wallSeconds, cpuSeconds } = times[rounds >> 1]!;
  const perSecond = (seconds: number): string => Math.round(count / seconds).toLocaleString('en');
  console.log(`${name}: ${perSecond(wallSeconds)} a second, ${perSecond(cpuSeconds)} in a CPU second`);
}

const bytes = simulateTelemetry({ rows, seed: 1, faultShare: 0.05 });
const reading = readTelemetry({ file: 'simulated.csv', bytes }, {});
await tell('readings of a series read, with their novelty', rows, () =>
  readTelemetry({ file: 'simulated.csv', bytes }, {}),
);

const [features] = reading.tensors;
const input: TensorInput = {
  name: 'features',
  shape: features!.shape,
  data: Float64Array.from(features!.data),
};

function datasetOf(labels: Int32Array, items: readonly number[], classes: readonly string[]): TensorDataset {
  const width = input.data.length / rows;
  const values = items.flatMap((item) => Array.from(input.data.subarray(item * width, (item + 1) * width)));
  return {
    ids: items.map(String),
    inputs: [{ ...input, data: Float64Array.from(values) }],
    labels: Int32Array.from(items, (item) => labels[item]!),
    classes,
    split: new Uint8Array(items.length).fill(splitCodes.train),
    personLabelled: new Uint8Array(items.length),
  };
}

const strange = Int32Array.from(reading.items, ({ labels }) => (labels.anomaly === '1' ? 1 : 0));
const all = Array.from(strange.keys());
const unknown = new Int32Array(rows).fill(-1);
const kinds: readonly (readonly [name: string, TensorDataset])[] = [
  ['with labels', datasetOf(strange, all, ['0', '1'])],
  [
    'usual rows only',
    datasetOf(
      strange,
      all.filter((item) => strange[item] === 0),
      ['0'],
    ),
  ],
  ['no labels', datasetOf(unknown, all, [])],
];
for (const [name, dataset] of kinds) {
  const options = { recipe: 'anomaly-detector', parameters: {}, seed: 1, metadata: {} };
  const { onnx } = await trainEstimator(dataset, options, { runtime, now: () => performance.now() });
  const predictor = await loadPredictor(onnx, runtime);
  await tell(`answers of the default model, ${name} (bar 50,000)`, rows, () => predictor.answer([input]));
  await predictor.release();
}

const folder = process.argv[2];
if (folder) scoreNab(folder);

function scoreNab(root: string): void {
  const told = JSON.parse(readFileSync(join(root, 'labels/combined_windows.json'), 'utf8')) as Readonly<
    Record<string, readonly (readonly [string, string])[]>
  >;
  const names = Object.keys(told).filter((name) => existsSync(join(root, 'data', name)));
  const files = names.map((name): NabFile => {
    const text = readFileSync(join(root, 'data', name));
    const { items, tensors } = readTelemetry({ file: name, bytes: text }, {});
    const times = items.map(({ position }) => position);
    const place = (stamp: string): number => times.indexOf(Date.parse(`${stamp.replace(' ', 'T')}Z`));
    const windows = told[name]!.map(([from, to]) => [place(from), place(to)] as const);
    if (windows.some(([from, to]) => from < 0 || to < from)) throw new Error(`${name}: no row for a window`);
    return { scores: tensors.find((each) => each.name === 'novelty')!.data, windows };
  });
  const { score, threshold } = nabScore(files);
  const windows = files.reduce((sum, file) => sum + file.windows.length, 0);
  console.log(
    `Numenta standard score: ${score.toFixed(1)} on ${names.length} of ${Object.keys(told).length} files ` +
      `(${windows} windows), threshold ${threshold.toFixed(2)} (bar 60)`,
  );
}
