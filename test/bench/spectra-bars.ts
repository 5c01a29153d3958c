/**
 * The default model of spectra on real and simulated templates (a folder of tables in the shared layout, not part of the
 * source): accuracy by counts, on detectors that were not learned from, of pairs, what is answered of foreign spectra, and time:
 * `npx node test/bench/spectra-bars.ts FOLDER [SEED]`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FamilyData } from '../../main/families/family.ts';
import { readSpectrumSource } from '../../main/families/spectra/read.ts';
import { spectraFamily } from '../../main/families/spectra/spectra.ts';
import { spectraOf, tensorsOf } from '../../main/families/spectra/spectrum-tensors.ts';
import { splitCodes, type TensorDataset } from '../../main/learning/dataset.ts';
import { isUnknown, readUnknownLimits } from '../../main/learning/metrics/unknown.ts';
import { loadPredictor, type Predictor } from '../../main/learning/predict.ts';
import { trainEstimator } from '../../main/learning/train-estimator.ts';
import { onnxRuntime } from '../../main/runtime/onnx-runtime.ts';
import { pairAnswer } from '../../main/workflows/pair-answer.ts';
import {
  countsAsked,
  type Drawn,
  drawsOf,
  halvesOf,
  littleOff,
  pairsOf,
  tableOf,
} from './spectra-detectors.ts';

const [folder, seedText] = process.argv.slice(2);
if (folder === undefined || !existsSync(join(folder, 'reference_gadras.csv'))) {
  console.log('Name the folder of reference_gadras.csv and measured_nai_rase_A.csv: nothing was measured.');
  process.exit(0);
}
const seed = Number(seedText ?? 1);
const runtime = onnxRuntime({ threads: 2 });
const nuclides = ['Am241', 'Ba133', 'Eu152', 'Co60', 'Cs137', 'Na22', 'Th232', 'K40'];
const settings = Object.fromEntries(
  Object.entries(spectraFamily.trainingSettings ?? {}).map(([name, { default: usual }]) => [
    name.slice('data.'.length),
    usual,
  ]),
);

/** What `train` makes of templates. */
async function taught(name: string, data: FamilyData): Promise<Predictor> {
  const used = process.cpuUsage();
  const made = spectraFamily.trainingSet!(data, settings, seed);
  const held = made.heldOut!;
  const counts = (of: FamilyData) => of.tensors.find((tensor) => tensor.name === 'counts')!;
  const rows = made.labels.length + held.labels.length;
  const dataset: TensorDataset = {
    ids: Array.from({ length: rows }, (_, row) => String(row)),
    inputs: [{ ...counts(made), data: Float64Array.from([...counts(made).data, ...counts(held).data]) }],
    classes: made.classes,
    labels: Int32Array.from([...made.labels, ...held.labels]),
    weights: Float32Array.from([...made.weights!, ...new Float32Array(held.labels.length).fill(1)]),
    split: Uint8Array.from({ length: rows }, (_, row) =>
      row < made.labels.length ? splitCodes.train : row % 2 === 0 ? splitCodes.validation : splitCodes.test,
    ),
    personLabelled: new Uint8Array(rows).fill(1),
  };
  const { recipe, parameters } = spectraFamily.recipes[0]!;
  const { onnx } = await trainEstimator(
    dataset,
    { recipe, parameters, seed, metadata: {} },
    { runtime, now: () => performance.now() },
  );
  const { user, system } = process.cpuUsage(used);
  console.log(
    `${name}: ${data.labels.length} templates, ${made.labels.length} shapes, ${((user + system) / 1e6).toFixed(1)} s of CPU, ${(onnx.length / 2 ** 20).toFixed(0)} MiB`,
  );
  return loadPredictor(onnx, runtime);
}

let [asked, askedSeconds] = [0, 0];

/** The classes in the order of their probability, and whether the answer is none. */
async function answersOf(model: Predictor, spectra: readonly Float64Array[]) {
  const inputs = tensorsOf(spectra).filter(({ name }) => name === 'counts');
  const used = process.cpuUsage();
  const { probabilities, misfits, together } = await model.answer(inputs);
  const { user, system } = process.cpuUsage(used);
  askedSeconds += (user + system) / 1e6;
  asked += spectra.length;
  const limits = readUnknownLimits(model.metadata);
  return spectra.map((_, row) => {
    const own = probabilities.subarray(row * model.classes.length, (row + 1) * model.classes.length);
    const order = [...model.classes.keys()].sort((one, other) => own[other]! - own[one]!);
    const pair = pairAnswer(model.classes, own, together?.[row] ?? 0);
    const best = pair.confidence;
    return {
      order: order.map((place) => model.classes[place]!),
      best,
      misfit: misfits?.[row] ?? null,
      together: together?.[row] ?? 0,
      isUnknown: isUnknown(limits, best, misfits?.[row] ?? null) === true || pair.kind === 'undecided',
    };
  });
}

const shareOf = (flags: readonly boolean[]): number => flags.filter(Boolean).length / flags.length;

/** One line: the share that has all labels among as many first answers, over all and by counts. */
async function tell(name: string, model: Predictor, drawn: readonly Drawn[], bar: string): Promise<void> {
  const answers = await answersOf(
    model,
    drawn.map(({ fine }) => fine),
  );
  const right = drawn.map(({ labels }, row) => {
    const first = answers[row]!.order.slice(0, labels.length);
    return labels.every((label) => first.includes(label));
  });
  const byCounts = countsAsked.map((counts) =>
    shareOf(right.filter((_, row) => drawn[row]!.counts === counts)).toFixed(2),
  );
  const names = [...new Set(drawn.map(({ labels }) => labels[0]!))];
  const worst = names
    .map((label) => ({ label, share: shareOf(right.filter((_, row) => drawn[row]!.labels[0] === label)) }))
    .sort((one, other) => one.share - other.share)
    .slice(0, 3)
    .map(({ label, share }) => `${label} ${share.toFixed(2)}`);
  const refused = shareOf(answers.filter((_, row) => right[row]).map((each) => each.isUnknown));
  const surelyWrong = shareOf(answers.map((each, row) => !right[row] && !each.isUnknown && each.best > 0.9));
  console.log(
    `${name.padEnd(52)} ${shareOf(right).toFixed(3)} (${bar})  ${byCounts.join(' ')}  n ${drawn.length}  right but refused ${refused.toFixed(3)}  surely wrong ${surelyWrong.toFixed(3)}  least ${worst.join(', ')}`,
  );
}

const gadras = join(folder, 'reference_gadras.csv');
const measured = tableOf(join(folder, 'measured_nai_rase_A.csv'));
const crystal = tableOf(gadras, (detector) => detector.startsWith('RadiaCode'));
const scintillators = tableOf(gadras, (detector) => !detector.startsWith('RadiaCode'));

const ofCrystal = await taught('simulated CsI', crystal.data);
await tell('simulated CsI, 15 classes', ofCrystal, drawsOf(crystal.spectra, { each: 25, seed }), 'bar .930');
const others = littleOff(crystal, seed, 6);
const eight = [...nuclides, 'background'];
await tell(
  'the same, 6 detectors a little off, 8 + background',
  ofCrystal,
  others.flatMap((spectra, number) => drawsOf(spectra, { each: 8, seed: seed + number, labels: eight })),
  'for .970',
);
await tell(
  'the same, on the measured NaI, shared classes',
  ofCrystal,
  drawsOf(measured.spectra, { each: 25, seed, labels: crystal.data.classes }),
  'for .970',
);
await tell(
  'pairs of 8, simulated CsI',
  ofCrystal,
  pairsOf(crystal.spectra, { each: 8, seed, labels: nuclides }),
  'for .95',
);
await tell(
  'pairs of 8, 6 detectors a little off',
  ofCrystal,
  others.flatMap((spectra, number) => pairsOf(spectra, { each: 2, seed: seed + number, labels: nuclides })),
  'for .95',
);

const ofScintillators = await taught('three simulated NaI', scintillators.data);
await tell(
  'three simulated NaI, on the measured NaI, 17',
  ofScintillators,
  drawsOf(measured.spectra, {
    each: 25,
    seed,
    labels: measured.data.classes.filter((label) => scintillators.data.classes.includes(label)),
  }),
  'bar .88',
);
await tell(
  'the same, pairs on the measured NaI, 16 nuclides',
  ofScintillators,
  pairsOf(measured.spectra, { each: 1, seed, labels: scintillators.data.classes }),
  'for .95',
);

const [half, otherHalf] = halvesOf(measured, seed);
const ofMeasured = await taught('half of the measured NaI', half.data);
await tell(
  'measured to measured, the other half, 18',
  ofMeasured,
  drawsOf(otherHalf.spectra, { each: 20, seed }),
  'bar .975',
);
await tell('pairs of 17 on it', ofMeasured, pairsOf(otherHalf.spectra, { each: 2, seed }), 'for .95');

/** How many of a file's spectra are answered, how many of these wrongly, how many surely so. */
async function foreign(
  name: string,
  model: Predictor,
  table: typeof measured,
  known: readonly string[],
): Promise<void> {
  const rows = spectraOf(table.data.tensors, table.data.labels.length);
  const answers = await answersOf(
    model,
    rows.map(({ shares, counts }) => shares.map((share) => share * counts)),
  );
  const answered = answers.flatMap((answer, row) => (answer.isUnknown ? [] : [{ answer, row }]));
  const wrong = answered.filter(({ answer, row }) => answer.order[0] !== table.spectra[row]!.label);
  const sure = wrong.filter(({ answer }) => answer.best > 0.9 && answer.together < 0.25);
  const unknown = wrong.filter(({ row }) => !known.includes(table.spectra[row]!.label));
  console.log(
    `${name.padEnd(52)} ${rows.length} spectra: ${answered.length} answered, ${wrong.length} wrongly (${unknown.length} of classes it does not know), ${sure.length} surely`,
  );
}
await foreign('measured NaI model, simulated file', ofMeasured, tableOf(gadras), measured.data.classes);
await foreign('simulated CsI model, measured NaI file', ofCrystal, measured, crystal.data.classes);
await foreign('simulated CsI model, simulated NaI file', ofCrystal, scintillators, crystal.data.classes);
await foreign(
  'simulated NaI model, measured NaI file',
  ofScintillators,
  measured,
  scintillators.data.classes,
);

const formats = join(folder, 'formats');
for (const file of existsSync(formats) ? readdirSync(formats) : []) {
  if (/json$/.test(file)) continue;
  try {
    const { items, tensors } = readSpectrumSource({ file, bytes: readFileSync(join(formats, file)) }, {});
    const rows = spectraOf(tensors, items.length).map(({ shares, counts }) =>
      shares.map((share) => share * counts),
    );
    for (const [name, model] of [
      ['CsI', ofCrystal],
      ['NaI', ofScintillators],
    ] as const) {
      const [first] = await answersOf(model, rows.slice(0, 1));
      const { order, best, misfit, together, isUnknown: none } = first!;
      console.log(
        `${file.padEnd(36)} ${name}: ${order[0]} ${best.toFixed(2)}, ${order[1]}; misfit ${misfit?.toFixed(1)}, two ${together.toFixed(2)}${none ? ', unknown' : ''}`,
      );
    }
  } catch (error) {
    console.log(`${file.padEnd(36)} ${error instanceof Error ? error.message : String(error)}`);
  }
}
console.log(`${((1000 * askedSeconds) / asked).toFixed(2)} ms of CPU an answer, ${asked} answers`);
