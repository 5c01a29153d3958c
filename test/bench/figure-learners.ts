/** What learns from measured frames of some nights to judge those of others, for `frame-figures.ts`. */
import { embedWith } from '../../main/learning/body.ts';
import { splitCodes, type TensorDataset, type TensorInput } from '../../main/learning/dataset.ts';
import { findEstimator } from '../../main/learning/estimators.ts';
import { loadPredictor } from '../../main/learning/predict.ts';
import { completeParameters } from '../../main/learning/recipes.ts';
import type { GraphRuntime } from '../../main/learning/runtime.ts';
import { trainNetwork } from '../../main/learning/train-network.ts';
import type { openEstimatorPool } from '../../main/workflows/training/estimator-pool.ts';
import { shippedBackbone } from '../../main/workflows/training/shipped-backbone.ts';
import type { NightFrame } from './night-difference.ts';

export const classes = ['clean', 'contaminated'];
export const folds = 4;

export interface FiguredFrame extends NightFrame {
  /** P(contaminated) of the judge. */
  readonly opinion: number;
  readonly features: Float32Array;
  /** Figures of the suspected lines. */
  readonly lines: Float32Array;
  /** Crossed by a trail, whatever else is wrong with it. */
  readonly crossed: boolean;
}

/** P(contaminated) of each asked frame. */
export type Learner = (
  teaching: readonly FiguredFrame[],
  asked: readonly FiguredFrame[],
  seed: number,
) => Promise<number[]>;

function tableOf(some: readonly FiguredFrame[], name: 'features' | 'lines') {
  const columns = some[0]![name].length;
  const rows = new Float32Array(some.length * columns);
  some.forEach((frame, row) => {
    rows.set(frame[name], row * columns);
  });
  return { rows: some.length, columns, values: rows };
}

function inputOf(some: readonly FiguredFrame[], name: 'features' | 'lines'): TensorInput {
  const { columns, values } = tableOf(some, name);
  return { name, shape: [columns], data: values };
}

/** Of the 18 teaching nights of a default run four or eight stop the training; it needs five seeds at least. */
export function network(
  runtime: GraphRuntime,
  recipe: string,
  inputs: readonly ('features' | 'lines')[],
): Learner {
  return async (teaching, asked, seed) => {
    const all = [...teaching, ...asked];
    const dataset: TensorDataset = {
      ids: all.map((_, item) => `frame ${item}`),
      inputs: inputs.map((name) => inputOf(all, name)),
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
    const backbone = shippedBackbone(recipe);
    const { onnx } = await trainNetwork(
      dataset,
      { recipe, parameters: {}, seed, metadata: {}, ...(backbone && { backbone }) },
      { runtime, now: () => performance.now() },
    );
    const predictor = await loadPredictor(onnx, runtime);
    const found = await predictor.predict(dataset.inputs);
    await predictor.release();
    return asked.map((_, item) => found[2 * (teaching.length + item) + 1]!);
  };
}

export function forest(parallel: ReturnType<typeof openEstimatorPool>): Learner {
  return async (teaching, asked, seed) => {
    const estimator = findEstimator('random-forest');
    const labels = Int32Array.from(teaching, ({ label }) => label);
    const input = { table: tableOf(teaching, 'features'), labels, classes: 2 };
    const fitted = await estimator.fit(input, completeParameters(estimator, { trees: 400 }), {
      seed,
      parallel,
    });
    const found = fitted.predict(tableOf(asked, 'features'));
    return asked.map((_, item) => found[2 * item + 1]!);
  };
}

/** The shipped body of `faint-lines` without any training: the judge's P(clean) times that of none of the lines being a trail. */
export async function shippedLines(
  runtime: GraphRuntime,
  frames: readonly FiguredFrame[],
): Promise<number[]> {
  const recipe = 'faint-lines';
  const backbone = shippedBackbone(recipe);
  if (backbone === null) throw new Error(`no weights of ${recipe} are shipped`);
  const { width, data } = await embedWith(runtime, {
    recipe,
    backbone,
    inputs: [inputOf(frames, 'lines')],
    items: frames.length,
  });
  return frames.map(({ opinion }, item) => {
    const odds = data.subarray(item * width, (item + 1) * width);
    return 1 - odds.reduce((clean, logOdds) => clean / (1 + Math.exp(logOdds)), 1 - opinion);
  });
}
