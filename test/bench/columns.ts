/**
 * What the default model makes of labelled columns that it has not seen, and how fast columns are described:
 * `npx node test/bench/columns.ts [tables|rows|published] [kind|y_act] [FILE] [--known SHARE]`. Whole source tables are held out, or rows
 * whatever their table; 5 folds, seed 42. `published`: the folds of scikit-learn's StratifiedGroupKFold of that seed, and for each a model as
 * `train` makes it, calibrated on nothing but the other four; `--known` is `evaluation.knownGroups`. The file is of the SortingHat layout; without it the bench
 * says so and ends.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { columnsFamily } from '../../main/families/columns/columns.ts';
import { describeColumn } from '../../main/families/columns/description.ts';
import { columnFeatureCount, writeFeatures } from '../../main/families/columns/features/extract.ts';
import { splitCodes, type TensorDataset } from '../../main/learning/dataset.ts';
import { groupedFolds } from '../../main/learning/folds.ts';
import { evaluate } from '../../main/learning/metrics/index.ts';
import { loadPredictor } from '../../main/learning/predict.ts';
import { trainOutOfFold } from '../../main/learning/train-out-of-fold.ts';
import { onnxRuntime } from '../../main/runtime/onnx-runtime.ts';
import { openEstimatorPool } from '../../main/workflows/training/estimator-pool.ts';
import { dottedApart, houseSettings } from '../../main/workflows/training/house-settings.ts';
import { preparedTrainingSet } from '../../main/workflows/training/prepared-training-set.ts';

const folds = 5;
const seed = 42;
const { positionals, values } = parseArgs({ allowPositionals: true, options: { known: { type: 'string' } } });
const [how = 'tables', only, given] = positionals;
const shared = process.env.NIGHTSIFT_SHARED_DATA ?? join(import.meta.dirname, '../../../shared/data');
const file = given ?? join(shared, 'columns', 'data_train.csv');
if (!existsSync(file)) {
  console.log(`Skipped: ${file} is not there.`);
  process.exit(0);
}

const bars =
  how === 'rows'
    ? 'kind 0.950 and 0.950, y_act 0.950 and 0.940; calibration error 0.02'
    : 'accuracy 0.90, macro F1 0.83; calibration error 0.02';
const { items, tensors } = columnsFamily.read({ bytes: readFileSync(file), file: 'columns.csv' }, {});
const tables = numbered(items.map(({ group }) => group ?? ''));
const twins = items.map(({ twin }) => twin ?? '');
const groups = how === 'rows' ? Int32Array.from(items.keys()) : tables;
const usual = columnsFamily.recipes[0]!;
const { own, dotted } = dottedApart(usual.parameters);
const preparation = {
  family: columnsFamily.name,
  settings: houseSettings(columnsFamily, dotted),
  groups: tables,
  facts: items.map(({ facts }) => facts),
};
const runtime = onnxRuntime({ threads: 1 });
const shown = (value: number) => value.toFixed(4);

for (const column of ['kind', 'y_act'].filter((each) => each === (only ?? each))) {
  const classes = columnsFamily.classesOf(column)!;
  const labels = Int32Array.from(items, (item) => classes.indexOf(item.labels[column] ?? ''));
  const dataset: TensorDataset = {
    ids: items.map(({ id }) => id),
    inputs: tensors,
    classes,
    labels,
    split: new Uint8Array(items.length),
    personLabelled: new Uint8Array(items.length).fill(1),
  };
  const used = process.cpuUsage();
  const { probabilities, foldOf, onnx } =
    how === 'published' ? await answersToPublishedFolds(dataset) : await answersInOneGo(dataset);
  const { user, system } = process.cpuUsage(used);
  const judge = (places: readonly number[]) =>
    evaluate(
      Float32Array.from(places.flatMap((place) => Array.from(answerTo(place)))),
      places.map((place) => labels[place]!),
      classes,
    );
  const answerTo = (place: number) =>
    probabilities.subarray(place * classes.length, (place + 1) * classes.length);
  const all = [...items.keys()];
  const byFold = Array.from({ length: folds }, (_, fold) =>
    judge(all.filter((place) => foldOf[place] === fold)),
  );
  const mean = (figure: (each: (typeof byFold)[number]) => number) =>
    byFold.reduce((sum, each) => sum + figure(each) / folds, 0);
  const foldsOfTwin = new Map<string, Set<number>>();
  for (const place of all)
    foldsOfTwin.set(twins[place]!, (foldsOfTwin.get(twins[place]!) ?? new Set()).add(foldOf[place]!));
  // not among what its judge had learned from: every repeat of it lies in its own fold
  const fresh = all.filter((place) => foldsOfTwin.get(twins[place]!)!.size === 1);
  const [pooled, without] = [judge(all), judge(fresh)];
  console.log(
    `${column}, ${items.length} columns, ${how}: accuracy ${shown(pooled.accuracy)}, macro F1 ` +
      `${shown(pooled.macroF1)}, calibration error ${shown(pooled.calibrationError)}; mean of folds ` +
      `${shown(mean(({ accuracy }) => accuracy))}, ${shown(mean(({ macroF1 }) => macroF1))}; ` +
      `${fresh.length} that repeat none ${shown(without.accuracy)}, ${shown(without.macroF1)} ` +
      `(${((user + system) / 1e6).toFixed(0)} s CPU)`,
  );
  if (column === 'kind') await timeOne(onnx);
}
console.log(`bars: ${bars}`);
timeExtraction();

/** The number of each word, from 0 in the order in which they come. */
function numbered(words: readonly string[]): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(words, (word) => numbers.get(word) ?? numbers.set(word, numbers.size).size - 1);
}

async function trained(dataset: TensorDataset, ownGroups: Int32Array, knownShare: number) {
  const parallel = openEstimatorPool(2);
  const prepare = async (part: TensorDataset) => preparedTrainingSet(part, preparation, seed);
  return trainOutOfFold(
    dataset,
    {
      recipe: usual.recipe,
      parameters: own,
      seed,
      metadata: {},
      folds,
      groups: ownGroups,
      knownShare,
      prepare,
    },
    { runtime, now: () => performance.now(), parallel },
  ).finally(() => parallel.close());
}

async function answersInOneGo(dataset: TensorDataset) {
  const { heldOut, onnx } = await trained(dataset, groups, 0);
  return {
    probabilities: heldOut.probabilities,
    foldOf: groupedFolds(dataset.labels, groups, folds, seed),
    onnx,
  };
}

async function answersToPublishedFolds(dataset: TensorDataset) {
  const foldOf = publishedFolds(dataset.labels);
  const width = dataset.classes.length;
  const probabilities = new Float32Array(items.length * width);
  let onnx = new Uint8Array();
  for (let fold = 0; fold < folds; fold++) {
    const split = foldOf.map((each) => (each === fold ? splitCodes.review : splitCodes.train));
    const known = { ...dataset, split: Uint8Array.from(split) };
    onnx = (await trained(known, tables, Number(values.known ?? preparation.settings.knownGroups)))
      .onnx as typeof onnx;
    const asked = [...items.keys()].filter((place) => foldOf[place] === fold);
    const predictor = await loadPredictor(onnx, runtime);
    const answers = await predictor.predict(
      tensors.map((each) => ({ ...each, data: rowsOf(each.data, asked) })),
    );
    await predictor.release();
    asked.forEach((place, row) => {
      probabilities.set(answers.subarray(row * width, (row + 1) * width), place * width);
    });
  }
  return { probabilities, foldOf, onnx };
}

function rowsOf(data: (typeof tensors)[number]['data'], places: readonly number[]): Float32Array {
  const rows = new Float32Array(places.length * columnFeatureCount);
  places.forEach((place, row) => {
    rows.set(
      data.subarray(place * columnFeatureCount, (place + 1) * columnFeatureCount),
      row * columnFeatureCount,
    );
  });
  return rows;
}

function publishedFolds(labels: Int32Array): Int32Array {
  const peer = join(import.meta.dirname, 'columns-folds.py');
  const input = JSON.stringify({ labels: [...labels], groups: [...tables], folds, seed });
  return Int32Array.from(
    JSON.parse(execFileSync('/usr/bin/python3', [peer], { input }).toString()) as number[],
  );
}

async function timeOne(onnx: Uint8Array): Promise<void> {
  const predictor = await loadPredictor(onnx, runtime);
  const inputs = tensors.map((each) => ({ ...each, data: each.data.slice(0, columnFeatureCount) }));
  for (let time = 0; time < 200; time++) await predictor.predict(inputs);
  const begun = process.cpuUsage();
  const times = 2000;
  for (let time = 0; time < times; time++) await predictor.predict(inputs);
  const { user, system } = process.cpuUsage(begun);
  await predictor.release();
  console.log(`one column scored: ${((user + system) / 1e3 / times).toFixed(4)} ms CPU (bar 0.1)`);
}

/** Raw tables of mixed columns to features, cells a second on one core. */
function timeExtraction(): void {
  const rows = 2000;
  const makers = [
    (row: number) => String(row),
    (row: number) => (row * 0.37).toFixed(2),
    (row: number) => (row % 2 ? 'yes' : 'no'),
    (row: number) => `2024-01-${String((row % 28) + 1).padStart(2, '0')}`,
    (row: number) => `seen through thin cloud, wind from the west, number ${row} of this night.`,
  ];
  const columns = makers.map((make) => Array.from({ length: rows }, (_, row) => make(row)));
  const target = new Float32Array(columnFeatureCount);
  const pass = () => {
    columns.forEach((cells, place) => {
      target.fill(0);
      writeFeatures(describeColumn(`column ${place}`, cells), target, 0);
    });
  };
  for (let time = 0; time < 20; time++) pass();
  const begun = process.cpuUsage();
  const times = 100;
  for (let time = 0; time < times; time++) pass();
  const { user, system } = process.cpuUsage(begun);
  const perSecond = (times * rows * columns.length) / ((user + system) / 1e6);
  console.log(`features from raw cells: ${Math.round(perSecond)} cells a second (bar 50000)`);
}
