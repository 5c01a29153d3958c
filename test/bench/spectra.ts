/**
 * The perceptron of spectra (512-256-128 on 1,024 channels, 15 classes) beside scikit-learn's, two threads each, one
 * after the other in one run: `npx node test/bench/spectra.ts [SPECTRA]`. Both learn from the same made-up spectra and
 * are asked about the same unseen ones; scikit-learn stops early, as ours does.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawsFrom } from '../../main/families/draws.ts';
import type { FamilyData } from '../../main/families/family.ts';
import { fineBins } from '../../main/families/spectra/energy-grid.ts';
import { spectraFamily } from '../../main/families/spectra/spectra.ts';
import { tensorsOf } from '../../main/families/spectra/spectrum-tensors.ts';
import { splitCodes, type TensorDataset } from '../../main/learning/dataset.ts';
import { loadPredictor } from '../../main/learning/predict.ts';
import { trainNetwork } from '../../main/learning/train-network.ts';
import { onnxRuntime } from '../../main/runtime/onnx-runtime.ts';
import { dottedApart } from '../../main/workflows/training/house-settings.ts';

const bar = 0.5;
const classes = 15;
const spectra = Number(process.argv[2] ?? 6000);
const unseen = 1500;
const settings = Object.fromEntries(
  Object.entries(spectraFamily.trainingSettings ?? {}).map(([name, { default: usual }]) => [
    name.slice('data.'.length),
    usual,
  ]),
);

/** One to four lines for each class on a falling continuum; the last is background. */
function templates(): FamilyData {
  const random = drawsFrom(1, 'bench of spectra');
  const shapes = Array.from({ length: classes }, () => {
    const lines = Array.from({ length: 1 + Math.floor(4 * random.uniform()) }, () => ({
      energy: 60 * (2000 / 60) ** random.uniform(),
      height: 0.5 + 4 * random.uniform(),
    }));
    return Float64Array.from({ length: fineBins }, (_, bin) => {
      const energy = (bin + 0.5) * 3;
      const peaks = lines.map(({ energy: centre, height }) => {
        const width = (0.075 * Math.sqrt(centre * 662)) / 2.355;
        return height * Math.exp(-centre / 700 - 0.5 * ((energy - centre) / width) ** 2);
      });
      return 1e4 * (Math.exp(-energy / 300) + peaks.reduce((sum, peak) => sum + peak, 0));
    });
  });
  const names = shapes.map((_, label) => (label === classes - 1 ? 'background' : `nuclide ${label}`));
  return {
    tensors: tensorsOf(shapes),
    classes: names,
    labels: Int32Array.from(shapes.keys()),
  };
}

function drawn(perClass: number, seed: number): FamilyData {
  const draws = { ...settings, make: 'draws', drawsPerClass: perClass, fewestPerClass: 0 };
  return spectraFamily.trainingSet!(templates(), draws, seed);
}

const featuresOf = ({ tensors }: FamilyData) => tensors.find(({ name }) => name === 'features')!;

async function ours(taught: FamilyData, asked: FamilyData) {
  const { recipe, parameters } = spectraFamily.recipes.find((each) => each.recipe === 'mlp')!;
  const rows = taught.labels.length;
  const dataset: TensorDataset = {
    ids: Array.from(taught.labels, (_, row) => String(row)),
    inputs: [featuresOf(taught)],
    classes: taught.classes,
    labels: taught.labels,
    // the tenth that scikit-learn keeps back to stop by
    split: Uint8Array.from({ length: rows }, (_, row) =>
      row % 10 === 0 ? splitCodes.validation : splitCodes.train,
    ),
    personLabelled: new Uint8Array(rows).fill(1),
  };
  const runtime = onnxRuntime({ threads: 2 });
  const begun = performance.now();
  const used = process.cpuUsage();
  const trained = await trainNetwork(
    dataset,
    { recipe, parameters: dottedApart(parameters).own, seed: 0, metadata: {} },
    { runtime, now: () => performance.now(), memory: () => 0 },
  );
  const { user, system } = process.cpuUsage(used);
  const wallSeconds = (performance.now() - begun) / 1000;
  const predictor = await loadPredictor(trained.onnx, runtime);
  const asking = performance.now();
  const answers = await predictor.predict([featuresOf(asked)]);
  const microsecondsEach = (1000 * (performance.now() - asking)) / asked.labels.length;
  await predictor.release();
  const right = asked.labels.filter((label, row) => {
    const answer = answers.subarray(row * classes, (row + 1) * classes);
    return answer.indexOf(Math.max(...answer)) === label;
  }).length;
  return {
    wallSeconds,
    cpuSeconds: (user + system) / 1e6,
    accuracy: right / asked.labels.length,
    microsecondsEach,
    epochs: trained.epochs,
  };
}

function theirs(taught: FamilyData, asked: FamilyData): Awaited<ReturnType<typeof ours>> | null {
  const folder = mkdtempSync(join(tmpdir(), 'nightsift-spectra-'));
  try {
    const path = join(folder, 'table');
    const values = Float32Array.from([...featuresOf(taught).data, ...featuresOf(asked).data]);
    writeFileSync(`${path}.f32`, values);
    writeFileSync(`${path}.i32`, Int32Array.from([...taught.labels, ...asked.labels]));
    const script = fileURLToPath(new URL('spectra-sklearn.py', import.meta.url));
    const sizes = [taught.labels.length, asked.labels.length, fineBins].map(String);
    const environment = { ...process.env, OMP_NUM_THREADS: '2', OPENBLAS_NUM_THREADS: '2' };
    const text = execFileSync('/usr/bin/python3', [script, path, ...sizes], { env: environment });
    return JSON.parse(String(text)) as Awaited<ReturnType<typeof ours>>;
  } catch {
    return null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const taught = drawn(Math.round(spectra / classes), 1);
const asked = drawn(Math.round(unseen / classes), 2);
const own = await ours(taught, asked);
const peer = theirs(taught, asked);
const line = (name: string, { wallSeconds, cpuSeconds, accuracy, microsecondsEach }: typeof own) =>
  `${name.padEnd(14)} ${wallSeconds.toFixed(2).padStart(7)} s wall ${cpuSeconds.toFixed(2).padStart(7)} s CPU   accuracy ${accuracy.toFixed(4)}   ${microsecondsEach.toFixed(0).padStart(4)} µs a spectrum`;
console.log(`${taught.labels.length} spectra of ${fineBins} channels, ${classes} classes, 512-256-128`);
console.log(`${line('Nightsift', own)}   ${own.epochs} epochs`);
if (peer === null) console.log('scikit-learn is not installed: nothing to compare with.');
else {
  console.log(line('scikit-learn', peer));
  const ratio = own.cpuSeconds / peer.cpuSeconds;
  console.log(
    `ratio ${ratio.toFixed(3)} by CPU, ${(own.wallSeconds / peer.wallSeconds).toFixed(3)} by the clock (bar ${bar})`,
  );
}
