/**
 * Whether a network or a forest on everything that is measured of frames beats the judge on cameras it has not met:
 * `node test/bench/frame-figures.ts [--seeds 1001-1008,1201-1204] [--frames 40] [--repeats 3]`. Hard nights of both simulators, each of a camera of
 * its own (those of the judge's bench, taken from its temp folder where they are there); in four folds of nights, each judged by models that
 * learned from the others.
 */
import { parseArgs } from 'node:util';
import { splitCodes, type TensorDataset } from '../../main/learning/dataset.ts';
import { findEstimator } from '../../main/learning/estimators.ts';
import { evaluateWithIntervals, pairedDifference } from '../../main/learning/metrics/index.ts';
import { loadPredictor } from '../../main/learning/predict.ts';
import { completeParameters } from '../../main/learning/recipes.ts';
import { trainNetwork } from '../../main/learning/train-network.ts';
import { onnxRuntime } from '../../main/runtime/onnx-runtime.ts';
import { openEstimatorPool } from '../../main/workflows/training/estimator-pool.ts';
import { judgeNight, seedsFrom } from './judge-night.ts';
import { measuredForeignNight, measuredNight } from './judge-records.ts';

const classes = ['clean', 'contaminated'];
const folds = 4;
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1001-1008,1201-1204' },
    frames: { type: 'string', default: '40' },
    repeats: { type: 'string', default: '3' },
  },
});

interface Figured {
  readonly night: number;
  readonly label: number;
  /** P(contaminated) of the judge. */
  readonly opinion: number;
  readonly features: Float32Array;
}

async function figuredFrames(): Promise<Figured[]> {
  const frames: Figured[] = [];
  let nights = 0;
  for (const seed of seedsFrom(values.seeds)) {
    const recipe = {
      kind: 'hard',
      seed,
      frameCount: Number(values.frames),
      width: 960,
      height: 704,
    } as const;
    const how = { workers: 1, stale: true };
    for (const night of [await measuredNight(recipe, how), await measuredForeignNight(recipe, how)]) {
      for (const { truth, judgement } of judgeNight(night, 'hard', `hard-${seed}`)) {
        if (judgement === null) continue;
        const label = truth.kind === 'clean' ? 0 : 1;
        frames.push({ night: nights, label, opinion: 1 - judgement.score, features: judgement.features });
      }
      nights++;
    }
  }
  return frames;
}

type Learner = (teaching: readonly Figured[], asked: readonly Figured[], seed: number) => Promise<number[]>;

function tableOf(some: readonly Figured[]) {
  const columns = some[0]!.features.length;
  const rows = new Float32Array(some.length * columns);
  some.forEach(({ features }, row) => {
    rows.set(features, row * columns);
  });
  return { rows: some.length, columns, values: rows };
}

const runtime = onnxRuntime({ threads: 2 });
const parallel = openEstimatorPool(2);

/** Of the 18 teaching nights of a default run four or eight stop the training; it needs five seeds at least. */
const network: Learner = async (teaching, asked, seed) => {
  const all = [...teaching, ...asked];
  const { columns, values: data } = tableOf(all);
  const dataset: TensorDataset = {
    ids: all.map((_, item) => `frame ${item}`),
    inputs: [{ name: 'features', shape: [columns], data }],
    classes,
    labels: Int32Array.from(all, ({ label }) => label),
    split: Uint8Array.from(all, ({ night }, item) =>
      item >= teaching.length
        ? splitCodes.test
        : Math.floor(night / folds) % folds === 0
          ? splitCodes.validation
          : splitCodes.train,
    ),
    personLabelled: new Uint8Array(all.length).fill(1),
  };
  const { onnx } = await trainNetwork(
    dataset,
    { recipe: 'mlp', parameters: {}, seed, metadata: {} },
    { runtime, now: () => performance.now() },
  );
  const predictor = await loadPredictor(onnx, runtime);
  const found = await predictor.predict(dataset.inputs);
  await predictor.release();
  return asked.map((_, item) => found[2 * (teaching.length + item) + 1]!);
};

const forest: Learner = async (teaching, asked, seed) => {
  const estimator = findEstimator('random-forest');
  const labels = Int32Array.from(teaching, ({ label }) => label);
  const input = { table: tableOf(teaching), labels, classes: 2 };
  const fitted = await estimator.fit(input, completeParameters(estimator, { trees: 400 }), {
    seed,
    parallel,
  });
  const found = fitted.predict(tableOf(asked));
  return asked.map((_, item) => found[2 * item + 1]!);
};

const frames = await figuredFrames();
const truth = frames.map(({ label }) => label);
const pairs = (contaminated: readonly number[]): Float32Array =>
  Float32Array.from(contaminated.flatMap((value) => [1 - value, value]));
const alone = pairs(frames.map(({ opinion }) => opinion));
const { balancedAccuracy, calibrationError } = evaluateWithIntervals(alone, truth, classes);
console.log(
  `${frames.length} frames of ${new Set(frames.map(({ night }) => night)).size} nights; ` +
    `prefilter alone: balanced accuracy ${balancedAccuracy.toFixed(4)}, calibration error ${calibrationError.toFixed(4)}`,
);
for (const [name, learner] of [
  ['mlp', network],
  ['random forest', forest],
] as const) {
  for (let seed = 1; seed <= Number(values.repeats); seed++) {
    const found = new Array<number>(frames.length);
    for (let fold = 0; fold < folds; fold++) {
      const places = Array.from(frames.keys()).filter(
        (item) => Math.floor(frames[item]!.night / 2) % folds === fold,
      );
      const teaching = frames.filter(({ night }) => Math.floor(night / 2) % folds !== fold);
      const answers = await learner(
        teaching,
        places.map((item) => frames[item]!),
        seed,
      );
      places.forEach((item, place) => {
        found[item] = answers[place]!;
      });
    }
    const probabilities = pairs(found);
    const own = evaluateWithIntervals(probabilities, truth, classes);
    const { difference, low, high } = pairedDifference(probabilities, alone, truth, classes);
    console.log(
      `${name}, seed ${seed}: balanced accuracy ${own.balancedAccuracy.toFixed(4)}, over the prefilter ${difference.toFixed(4)} ` +
        `(${low.toFixed(4)} to ${high.toFixed(4)}), calibration error ${own.calibrationError.toFixed(4)}`,
    );
  }
}
await parallel.close();
