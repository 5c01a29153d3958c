/**
 * Judged by cross-validation, taught by everything: every item is judged by a model that saw nothing of its group and
 * calibrated on the answers of the other folds; the model that is handed out learned from all items and is calibrated on
 * all these answers.
 */

import { anomalyIndex } from './anomaly/anomaly-classes.ts';
import { type AskedItems, answerByFit } from './answer-by-fit.ts';
import { splitCodes, type TensorDataset } from './dataset.ts';
import { calibrated, fitClassCalibration } from './estimators/class-calibration.ts';
import { withCalibration } from './estimators/recalibrate.ts';
import { cutGroups, groupedFolds } from './folds.ts';
import { evaluate } from './metrics/index.ts';
import { unknownLimits } from './metrics/unknown.ts';
import { type Answers, loadPredictor } from './predict.ts';
import { randomFor, shuffled } from './random.ts';
import { refuseFolds } from './targets.ts';
import { type TrainedFile, trainModel } from './train-model.ts';
import type { TrainOptions } from './train-network.ts';
import { findTrainable } from './trainables.ts';

export type TrainModelPorts = Parameters<typeof trainModel>[2];

/** Answers to items by models that had not seen them. */
export interface HeldOut {
  /** Places in the data set. */
  readonly items: Int32Array;
  /** [items, classes], calibrated. */
  readonly probabilities: Float32Array;
  /** 1 where other items of its group were learned from. */
  readonly known: Uint8Array;
}

export interface OutOfFoldOptions extends TrainOptions {
  readonly folds: number;
  /** Number of each item's group. */
  readonly groups: Int32Array;
  /**
   * Share of the groups, 0 to 1, whose items are spread over the folds. A model will be asked about items of groups it
   * knows and of groups it does not; the temperature suits the mixture that is expected, and figures tell the two apart.
   */
  readonly knownShare: number;
  /** What training sees in place of the items of the train split: balanced, synthesised. */
  readonly prepare: (dataset: TensorDataset) => Promise<TensorDataset>;
}

export interface TrainedOutOfFold extends TrainedFile {
  readonly heldOut: HeldOut;
}

/**
 * A network decides by a validation split when to stop: in each turn the fold after the one asked about, in the end the
 * first one, so that it learns from one fold less.
 * @throws NightsiftError as trainModel
 */
export async function trainOutOfFold(
  dataset: TensorDataset,
  options: OutOfFoldOptions,
  ports: TrainModelPorts,
): Promise<TrainedOutOfFold> {
  const { folds, prepare, groups: _groups, knownShare: _knownShare, ...training } = options;
  const { used, labels, raw, foldOf, weights, known, misfits } = await answersInFolds(
    dataset,
    options,
    ports,
    folds + 1,
  );
  const classes = dataset.classes.length;
  const anomaly = anomalyIndex(dataset.classes);
  const probabilities = calibratedByOthers({ raw, labels, foldOf, weights }, classes, anomaly);
  const calibration = fitClassCalibration(raw, labels, classes, { anomaly, weights });
  const stops = stopsByFold(options.recipe);
  const everything = split(dataset, used, (place) =>
    stops && foldOf[place] === 0 ? splitCodes.validation : splitCodes.train,
  );
  const trained = await trainModel(
    await prepare(everything),
    uncalibrated(training),
    inPart(ports, folds, folds + 1, folds),
  );
  const limits = unknownLimits(probabilities, labels, classes, misfits);
  const judged = evaluate(probabilities, labels, dataset.classes);
  return {
    ...trained,
    onnx: withCalibration(trained.onnx, calibration, {
      judgedBy: `${folds} folds`,
      fittedOn: 'all',
      ...(limits && { unknown: JSON.stringify(limits) }),
    }),
    metrics: {
      ...trained.metrics,
      'outOfFold/accuracy': judged.accuracy,
      'outOfFold/macroF1': judged.macroF1,
      'outOfFold/balancedAccuracy': judged.balancedAccuracy,
      'outOfFold/calibrationError': judged.calibrationError,
      'outOfFold/loss': judged.loss,
      temperature: calibration.temperature,
    },
    perClass: judged.perClass,
    confusion: judged.confusion,
    heldOut: { items: Int32Array.from(used), probabilities, known },
  };
}

/** What models that had not seen an item say of it, by `used` places. */
export interface FoldAnswers {
  /** Places in the data set of the items that take part. */
  readonly used: readonly number[];
  readonly labels: Int32Array;
  /** [used, classes], as they come. */
  readonly raw: Float32Array;
  readonly foldOf: Int32Array;
  /** What each says of how often classes come. */
  readonly weights: Float64Array;
  readonly known: Uint8Array;
  /** Of models that tell them. */
  readonly misfits: Float64Array | undefined;
}

function stopsByFold(recipe: string): boolean {
  return findTrainable(recipe).kind === 'network';
}

function uncalibrated(training: TrainOptions): TrainOptions {
  return { ...training, parameters: { ...training.parameters, calibration: false } };
}

/**
 * @param parts of the whole work, for its progress: the folds and what follows them
 * @throws NightsiftError as trainModel
 */
export async function answersInFolds(
  dataset: TensorDataset,
  options: OutOfFoldOptions,
  ports: TrainModelPorts,
  parts: number,
): Promise<FoldAnswers> {
  refuseFolds(options.parameters);
  const { folds, prepare, groups, knownShare, ...training } = options;
  // of two folds none can be spared
  const stops = folds > 2 && stopsByFold(options.recipe);
  const used = Array.from(dataset.labels.keys()).filter((item) => dataset.split[item] !== splitCodes.review);
  const labels = Int32Array.from(used, (item) => dataset.labels[item]!);
  const own = Int32Array.from(used, (item) => groups[item]!);
  const { together, known } =
    new Set(own).size < folds ? inStretches(own, folds) : spreadGroups(own, knownShare, options.seed);
  const foldOf = groupedFolds(labels, together, folds, options.seed);
  const classes = dataset.classes.length;
  const raw = new Float32Array(used.length * classes);
  let misfits: Float64Array | undefined;
  for (let fold = 0; fold < folds; fold++) {
    const asked = Int32Array.from(foldOf.keys()).filter((place) => foldOf[place] === fold);
    const part = split(dataset, used, (place) => {
      if (foldOf[place] === fold) return splitCodes.review;
      return stops && foldOf[place] === (fold + 1) % folds ? splitCodes.validation : splitCodes.train;
    });
    const answers = await answersOf(
      { dataset, items: Int32Array.from(asked, (place) => used[place]!) },
      await prepare(part),
      uncalibrated(training),
      inPart(ports, fold, parts, folds),
    );
    asked.forEach((place, index) => {
      raw.set(answers.probabilities.subarray(index * classes, (index + 1) * classes), place * classes);
    });
    if (answers.misfits === null) continue;
    misfits ??= new Float64Array(used.length);
    for (const [index, place] of asked.entries()) misfits[place] = answers.misfits[index]!;
  }
  return { used, labels, raw, foldOf, weights: shareOfGroups(own, known), known, misfits };
}

/** Of a group that is cut, for each fold: enough for classes to be spread evenly. */
const stretchesPerFold = 4;

/** With fewer groups than folds (one log, one table) nothing can be said of other groups: they are cut. */
function inStretches(groups: Int32Array, folds: number) {
  return {
    together: cutGroups(groups, stretchesPerFold * folds),
    known: new Uint8Array(groups.length).fill(1),
  };
}

/**
 * How often classes come is what a model cannot know of a group it has not seen, so only such groups say it, each as much as
 * any other however many items it has. Where none stayed whole, all items say it alike.
 */
function shareOfGroups(groups: Int32Array, known: Uint8Array): Float64Array {
  if (known.every((each) => each === 1)) return new Float64Array(groups.length).fill(1);
  const sizes = new Map<number, number>();
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  return Float64Array.from(groups, (group, item) => (known[item] === 1 ? 0 : 1 / sizes.get(group)!));
}

/** Each fold's answers, calibrated by those of the others: figures shall not rest on what a calibration has seen. */
function calibratedByOthers(
  { raw, labels, foldOf, weights }: Pick<FoldAnswers, 'raw' | 'labels' | 'foldOf' | 'weights'>,
  classes: number,
  anomaly: number,
): Float32Array {
  const result = new Float32Array(raw.length);
  const pick = (places: number[]) =>
    Float32Array.from({ length: places.length * classes }, (_, index) => {
      return raw[places[Math.floor(index / classes)]! * classes + (index % classes)]!;
    });
  for (const fold of new Set(foldOf)) {
    const places = [...foldOf.keys()];
    const own = places.filter((place) => foldOf[place] === fold);
    const others = places.filter((place) => foldOf[place] !== fold);
    const otherLabels = Int32Array.from(others, (place) => labels[place]!);
    const calibration = fitClassCalibration(pick(others), otherLabels, classes, {
      anomaly,
      weights: Float64Array.from(others, (place) => weights[place]!),
    });
    const answers = calibrated(pick(own), classes, calibration);
    own.forEach((place, index) => {
      result.set(answers.subarray(index * classes, (index + 1) * classes), place * classes);
    });
  }
  return result;
}

/** Items of the groups that count as known get groups of their own. */
function spreadGroups(groups: Int32Array, share: number, seed: number) {
  const numbers = [...new Set(groups)];
  const order = shuffled(numbers.length, randomFor(seed, 'known groups'));
  const spread = new Set(
    Array.from(order.subarray(0, Math.round(share * numbers.length)), (place) => numbers[place]!),
  );
  const beyond = numbers.reduce((most, number) => Math.max(most, number), 0) + 1;
  return {
    together: groups.map((group, item) => (spread.has(group) ? beyond + item : group)),
    known: Uint8Array.from(groups, (group) => (spread.has(group) ? 1 : 0)),
  };
}

function split(
  dataset: TensorDataset,
  used: readonly number[],
  codeOf: (place: number) => number,
): TensorDataset {
  const codes = new Uint8Array(dataset.split.length).fill(splitCodes.review);
  used.forEach((item, place) => {
    codes[item] = codeOf(place);
  });
  return { ...dataset, split: codes };
}

function ofFold(fold: number, metrics: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`fold ${fold}/${name}`, value]));
}

/**
 * Steps of all fits count as one run; each fold has curves of its own, `fold 1/…`, and the fit to everything the plain
 * names. A checkpoint knows its split, which is another in every part, so none is kept: a run in folds begins again.
 */
function inPart(ports: TrainModelPorts, part: number, parts: number, folds: number): TrainModelPorts {
  const { onEvent, checkpoints: _checkpoints, resumeFrom: _resumeFrom, ...quiet } = ports;
  if (onEvent === undefined) return quiet;
  return {
    ...quiet,
    onEvent: (event) => {
      if (event.kind === 'stage') return;
      onEvent({
        ...event,
        metrics: part < folds ? ofFold(part + 1, event.metrics) : event.metrics,
        epoch: part + 1,
        epochs: parts,
        step: part * event.totalSteps + event.step,
        totalSteps: parts * event.totalSteps,
      });
    },
  };
}

async function answersOf(
  asked: AskedItems,
  taught: TensorDataset,
  training: TrainOptions,
  ports: TrainModelPorts,
): Promise<Pick<Answers, 'probabilities' | 'misfits'>> {
  const direct = await answerByFit(taught, asked, training, ports);
  if (direct !== null) return direct;
  const { onnx } = await trainModel(taught, training, ports);
  const { dataset, items } = asked;
  const predictor = await loadPredictor(onnx, ports.runtime);
  try {
    return await predictor.answer(
      dataset.inputs.map((input) => {
        const size = input.data.length / dataset.ids.length;
        const data = input.data.slice(0, items.length * size);
        items.forEach((item, index) => {
          data.set(input.data.subarray(item * size, (item + 1) * size), index * size);
        });
        return { ...input, data };
      }),
    );
  } finally {
    await predictor.release();
  }
}
