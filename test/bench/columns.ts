/**
 * What the default model makes of labelled columns that it has not seen, and how fast columns are described:
 * `npx node test/bench/columns.ts [tables|rows] [FILE]`. Whole source tables are held out, or rows whatever their table;
 * 5 folds, seed 42. The file is of the SortingHat layout; without it the bench says so and ends.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { columnsFamily } from '../../main/families/columns/columns.ts';
import { describeColumn } from '../../main/families/columns/description.ts';
import { columnFeatureCount, writeFeatures } from '../../main/families/columns/features/extract.ts';
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
const wholeTables = (process.argv[2] ?? 'tables') === 'tables';
const shared = process.env.NIGHTSIFT_SHARED_DATA ?? join(import.meta.dirname, '../../../shared/data');
const file = process.argv[3] ?? join(shared, 'columns', 'data_train.csv');
if (!existsSync(file)) {
  console.log(`Skipped: ${file} is not there.`);
  process.exit(0);
}

const bars = wholeTables
  ? 'accuracy 0.90, macro F1 0.83'
  : 'kind 0.950 and 0.950, y_act 0.950 and 0.940; calibration error 0.02';
const { items, tensors } = columnsFamily.read({ bytes: readFileSync(file), file: 'columns.csv' }, {});
const numbers = new Map<string, number>();
const numberOf = (word: string) => numbers.get(word) ?? numbers.set(word, numbers.size).size - 1;
const tables = Int32Array.from(items, ({ group }) => numberOf(`table ${group}`));
const twins = items.map(({ twin }) => twin ?? '');
const groups = wholeTables ? tables : Int32Array.from(items.keys());
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

for (const column of ['kind', 'y_act']) {
  const classes = columnsFamily.classesOf(column)!;
  const labels = Int32Array.from(items, (item) => classes.indexOf(item.labels[column] ?? ''));
  const dataset = {
    ids: items.map(({ id }) => id),
    inputs: tensors,
    classes,
    labels,
    split: new Uint8Array(items.length),
    personLabelled: new Uint8Array(items.length).fill(1),
  };
  const parallel = openEstimatorPool(2);
  const used = process.cpuUsage();
  const { heldOut, onnx } = await trainOutOfFold(
    dataset,
    {
      recipe: usual.recipe,
      parameters: own,
      seed,
      metadata: {},
      folds,
      groups,
      knownShare: 0,
      prepare: async (part) => preparedTrainingSet(part, preparation, seed),
    },
    { runtime, now: () => performance.now(), parallel },
  ).finally(() => parallel.close());
  const { user, system } = process.cpuUsage(used);
  const foldOf = groupedFolds(labels, groups, folds, seed);
  const judge = (places: readonly number[]) =>
    evaluate(
      Float32Array.from(places.flatMap((place) => Array.from(answerTo(place)))),
      places.map((place) => labels[place]!),
      classes,
    );
  const answerTo = (place: number) =>
    heldOut.probabilities.subarray(place * classes.length, (place + 1) * classes.length);
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
    `${column}, ${items.length} columns, ${wholeTables ? 'by table' : 'by row'}: accuracy ${shown(pooled.accuracy)}, macro F1 ` +
      `${shown(pooled.macroF1)}, calibration error ${shown(pooled.calibrationError)}; mean of folds ` +
      `${shown(mean(({ accuracy }) => accuracy))}, ${shown(mean(({ macroF1 }) => macroF1))}; ` +
      `${fresh.length} that repeat none ${shown(without.accuracy)}, ${shown(without.macroF1)} ` +
      `(${((user + system) / 1e6).toFixed(0)} s CPU)`,
  );
  if (column === 'kind') await timeOne(onnx);
}
console.log(`bars: ${bars}`);
timeExtraction();

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
