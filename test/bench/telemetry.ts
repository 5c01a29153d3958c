/**
 * Telemetry on two threads: readings read, and answered by the default model, which is another by what was labelled;
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

const novelty: TensorInput = {
  name: 'novelty',
  shape: [1],
  data: Float64Array.from(reading.tensors.find(({ name }) => name === 'novelty')!.data),
};

function rowsOf({ data, ...input }: TensorInput, items: readonly number[]): TensorInput {
  const width = data.length / rows;
  const values = items.flatMap((item) => Array.from(data.subarray(item * width, (item + 1) * width)));
  return { ...input, data: Float64Array.from(values) };
}

interface Kind {
  readonly name: string;
  readonly inputs: readonly TensorInput[];
  readonly labels: Int32Array;
  readonly items: readonly number[];
  readonly classes: readonly string[];
}

function datasetOf({ inputs, labels, items, classes }: Kind): TensorDataset {
  return {
    ids: items.map(String),
    inputs: inputs.map((each) => rowsOf(each, items)),
    labels: Int32Array.from(items, (item) => labels[item]!),
    classes,
    split: new Uint8Array(items.length).fill(splitCodes.train),
    personLabelled: new Uint8Array(items.length),
  };
}

const strange = Int32Array.from(reading.items, ({ labels }) => (labels.anomaly === '1' ? 1 : 0));
const all = Array.from(strange.keys());
const usual = all.filter((item) => strange[item] === 0);
const unknown = new Int32Array(rows).fill(-1);
/** What decides which model is the default. */
const kinds: readonly Kind[] = [
  { name: 'both kinds labelled', inputs: [input], labels: strange, items: all, classes: ['0', '1'] },
  { name: 'usual rows labelled', inputs: [input], labels: strange, items: usual, classes: ['0'] },
  { name: 'a series, no labels', inputs: [input, novelty], labels: unknown, items: all, classes: [] },
  { name: 'segments, no labels', inputs: [input], labels: unknown, items: all, classes: [] },
];
for (const kind of kinds) {
  const options = { recipe: 'anomaly-detector', parameters: {}, seed: 1, metadata: {} };
  const ports = { runtime, now: () => performance.now() };
  const { onnx } = await trainEstimator(datasetOf(kind), options, ports);
  const predictor = await loadPredictor(onnx, runtime);
  const name = `answers of the default model with ${kind.name}, ${predictor.metadata.recipe} (bar 50,000)`;
  const asked = kind.inputs.filter((each) => predictor.inputs.some(({ name }) => name === each.name));
  await tell(name, rows, () => predictor.answer(asked));
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
