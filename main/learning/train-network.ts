import { NightsiftError } from '../../contract/errors.ts';
import { checkDataset, itemsOf, type TensorDataset, type TensorInput } from './dataset.ts';
import { fixedStatistics, measureInput } from './input-statistics.ts';
import {
  type Evaluation,
  evaluate,
  fitTemperature,
  type PerClassMetrics,
  softmaxRows,
} from './metrics/index.ts';
import { assembleNetwork, normalisedFeature } from './nets/assemble.ts';
import { importBackbone } from './nets/backbone.ts';
import { initialState, type NetworkState } from './nets/network.ts';
import { loadPredictor } from './predict.ts';
import { numberOf, type StartingData } from './recipes/recipe.ts';
import {
  completeParameters,
  findRecipe,
  type Parameters,
  type ParameterValue,
  type Recipe,
} from './recipes.ts';
import type { GraphRuntime } from './runtime.ts';
import type { BatchSource } from './training/batches.ts';
import type { CheckpointStore, TrainEvent } from './training/events.ts';
import { exportOnnx, exportSafeTensors } from './training/export.ts';
import { configurationHash } from './training/identity.ts';
import { Scorer } from './training/scorer.ts';
import { decodeCheckpoint, settledValues, startProgress, type TrainingState } from './training/state.ts';
import { Trainer, type TrainerTask } from './training/trainer.ts';

export type { PerClassMetrics } from './metrics/index.ts';
export type { CheckpointStore, TrainEvent } from './training/events.ts';

export interface TrainOptions {
  readonly recipe: string;
  /** Settings given by the person; the recipe's defaults fill the rest. */
  readonly parameters: Parameters;
  readonly seed: number;
  /** An ONNX or SafeTensors file whose weights the network starts from. */
  readonly backbone?: Uint8Array;
  /** Goes into the exported files. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface TrainPorts {
  readonly runtime: GraphRuntime;
  readonly checkpoints?: CheckpointStore;
  /** Bytes of a checkpoint of the same run. */
  readonly resumeFrom?: Uint8Array;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TrainEvent) => void;
  /** Milliseconds. */
  readonly now: () => number;
}

export type EvaluatedSplit = 'train' | 'validation' | 'test';

export interface TrainedNetwork {
  readonly onnx: Uint8Array;
  readonly safetensors: Uint8Array;
  /** Flat, for a tracker: `test/balancedAccuracy` and the like. */
  readonly metrics: Record<string, number>;
  /** Of the test split; of validation, then training, where that is empty. */
  readonly perClass: readonly PerClassMetrics[];
  readonly confusion: readonly (readonly number[])[];
  readonly evaluations: Record<EvaluatedSplit, Evaluation>;
  /** Largest difference between the exported file's probabilities and the trainer's. */
  readonly exportCheck: { readonly maximumDifference: number; readonly items: number };
  /** Epochs done. */
  readonly epochs: number;
  readonly stoppedEarly: boolean;
  /** Complete: what was given and the defaults. */
  readonly parameters: Record<string, ParameterValue>;
  /** Test items that a person labelled, where there are any. */
  readonly evaluatedOnPersons?: Evaluation;
}

/** Fewer validation items than this neither choose weights nor calibrate: their loss is mostly chance. */
const fewestToWatch = 10;
/** Temperature scaling needs both some items and mistakes to learn from. */
const fewestToCalibrate = 20;
/** The exported file must agree with the trainer to this. */
const exportTolerance = 1e-4;
const largestExportCheck = 64;

/**
 * Trains a recipe on a data set and exports the result.
 * Long: run it in a worker. Cancelled between steps. With the same seed, threads and machine the result is
 * equal to the bit, also when it was stopped and resumed.
 * @throws NightsiftError `badInput`, `notEnoughData`, `wrongUse`, `notFound`, `cancelled`, `diverged`, `verifyFailed`
 */
export async function trainNetwork(
  dataset: TensorDataset,
  options: TrainOptions,
  ports: TrainPorts,
): Promise<TrainedNetwork> {
  checkDataset(dataset);
  const recipe = findRecipe(options.recipe);
  const parameters = completeParameters(recipe, options.parameters);
  if (ports.signal?.aborted) {
    throw new NightsiftError('cancelled', 'Training was stopped before its first step.', {
      hint: 'Start it again.',
    });
  }
  const task = planTask(dataset, recipe, parameters, options);
  const scorer = await Scorer.open(task.plan, ports.runtime);
  try {
    const state = startState(task, options, ports);
    const trainer = await Trainer.open(task, state, ports);
    try {
      await trainer.run();
    } finally {
      await trainer.release();
    }
    return await finish(task, state, options, ports, scorer);
  } finally {
    await scorer.release();
  }
}

function chooseInputs(dataset: TensorDataset, recipe: Recipe): TensorInput[] {
  const chosen: TensorInput[] = [];
  for (const wanted of recipe.inputs) {
    const input = dataset.inputs.find((candidate) => candidate.name === wanted.name);
    if (input && input.shape.length === wanted.rank) chosen.push(input);
    else if (input || wanted.required) {
      const found = dataset.inputs.map((each) => `${each.name} [${each.shape.join(', ')}]`).join('; ');
      throw new NightsiftError(
        'badInput',
        `Recipe ${recipe.name} needs an input "${wanted.name}" with ${wanted.rank} axes; found: ${found}.`,
        { hint: 'Choose another recipe or prepare the data set for this one.' },
      );
    }
  }
  return chosen;
}

function planTask(
  dataset: TensorDataset,
  recipe: Recipe,
  parameters: Record<string, ParameterValue>,
  options: TrainOptions,
): TrainerTask {
  const inputs = chooseInputs(dataset, recipe);
  const items = itemsOf(dataset, 'train');
  const validation = itemsOf(dataset, 'validation');
  const statistics = inputs.map((input) => {
    const fixed = recipe.inputs.find(({ name }) => name === input.name)?.normalisation;
    return fixed === undefined ? measureInput(input, items) : fixedStatistics(input, fixed);
  });
  const source: BatchSource = {
    dataset,
    inputs,
    statistics,
    items,
    itemWeights: itemWeights(dataset, numberOf(parameters, 'personWeight')),
    batchSize: Math.min(numberOf(parameters, 'batchSize'), items.length),
    parameters,
    seed: options.seed,
  };
  const validationClasses = new Set(Array.from(validation, (item) => dataset.labels[item]));
  return {
    plan: { recipe, parameters, inputs: statistics, classes: dataset.classes.length },
    source,
    validation,
    watchValidation: validation.length >= fewestToWatch && validationClasses.size > 1,
    hasBackbone: options.backbone !== undefined,
    identity: {
      configuration: configurationHash(recipe.name, parameters, dataset, options.backbone),
      seed: options.seed,
    },
  };
}

function itemWeights(dataset: TensorDataset, personWeight: number): Float32Array {
  return Float32Array.from(
    dataset.personLabelled,
    (byPerson, item) => (dataset.weights?.[item] ?? 1) * (byPerson === 1 ? personWeight : 1),
  );
}

function startState(task: TrainerTask, options: TrainOptions, ports: TrainPorts): TrainingState {
  if (ports.resumeFrom) return decodeCheckpoint(ports.resumeFrom, task.identity).state;
  const { network } = assembleNetwork(task.plan, { mode: 'training', items: 2 });
  const values = initialState(network, options.seed);
  task.plan.recipe.start?.(values, startingData(task));
  if (options.backbone) {
    const taken = importBackbone(options.backbone, network, values);
    ports.onEvent?.({
      kind: 'note',
      epoch: 0,
      epochs: 0,
      step: 0,
      totalSteps: 0,
      metrics: { importedTensors: taken },
      message: `${taken} tensors taken from the backbone.`,
    });
  }
  return { values, moments: new Map(), average: new Map(), best: undefined, progress: startProgress() };
}

function startingData({ source }: TrainerTask): StartingData {
  const { dataset, items, inputs, statistics } = source;
  const vectors = new Map<string, { table: Float32Array; features: number }>();
  inputs.forEach(({ name, shape, data }, place) => {
    if (shape.length !== 1) return;
    const features = shape[0]!;
    const { centre, scale } = statistics[place]!;
    const factor = data instanceof Uint8Array ? 1 / 255 : 1;
    const table = Float32Array.from({ length: items.length * features }, (_, index) => {
      const feature = index % features;
      const value = data[items[(index - feature) / features]! * features + feature]! * factor;
      return normalisedFeature(value, centre[feature]!, scale[feature]!);
    });
    vectors.set(name, { table, features });
  });
  const labels = Int32Array.from(items, (item) => dataset.labels[item]!);
  return { vectors, labels, classes: dataset.classes.length };
}

interface Scores {
  readonly items: Int32Array;
  readonly labels: Int32Array;
  readonly logits: Float32Array;
}

async function score(
  task: TrainerTask,
  scorer: Scorer,
  state: NetworkState,
  items: Int32Array,
): Promise<Scores> {
  const { inputs, dataset } = task.source;
  const labels = Int32Array.from(items, (item) => dataset.labels[item]!);
  return { items, labels, logits: await scorer.logits(inputs, items, state) };
}

async function finish(
  task: TrainerTask,
  state: TrainingState,
  options: TrainOptions,
  ports: TrainPorts,
  scorer: Scorer,
): Promise<TrainedNetwork> {
  const { dataset, parameters } = task.source;
  const { classes } = dataset;
  const values = state.best ?? settledValues(state);
  const train = await score(task, scorer, values, task.source.items);
  const validation = await score(task, scorer, values, task.validation);
  const test = await score(task, scorer, values, itemsOf(dataset, 'test'));
  const temperature = chooseTemperature(task, validation);
  const judge = ({ logits, labels }: Scores): Evaluation =>
    evaluate(softmaxRows(logits, classes.length, temperature), labels, classes);
  const evaluations = { train: judge(train), validation: judge(validation), test: judge(test) };
  const shown =
    [evaluations.test, evaluations.validation].find((each) => each.items > 0) ?? evaluations.train;
  const metadata = describe(task, options, temperature);
  const onnx = exportOnnx(task.plan, values, temperature, metadata);
  const exportCheck = await checkExport(
    task,
    onnx,
    temperature,
    validation.items.length > 0 ? validation : train,
    ports,
  );
  const persons = onPersons(dataset, test, classes.length, temperature);
  return {
    onnx,
    safetensors: exportSafeTensors(task.plan, values, metadata),
    metrics: flatten(evaluations, temperature),
    perClass: shown.perClass,
    confusion: shown.confusion,
    evaluations,
    exportCheck,
    epochs: state.progress.epoch,
    stoppedEarly: state.progress.stoppedEarly,
    parameters: { ...parameters },
    ...(persons ? { evaluatedOnPersons: persons } : {}),
  };
}

function chooseTemperature(task: TrainerTask, { labels, logits }: Scores): number {
  const { dataset, parameters } = task.source;
  const classes = new Set(labels).size;
  if (parameters.calibration !== true || labels.length < fewestToCalibrate || classes < 2) return 1;
  return fitTemperature(logits, labels, dataset.classes.length);
}

function onPersons(
  dataset: TensorDataset,
  { items, logits, labels }: Scores,
  classes: number,
  temperature: number,
): Evaluation | undefined {
  const places = Array.from(items.keys()).filter((index) => dataset.personLabelled[items[index]!] === 1);
  if (places.length === 0) return undefined;
  const rows = places.flatMap((index) => Array.from(logits.subarray(index * classes, (index + 1) * classes)));
  const probabilities = softmaxRows(Float32Array.from(rows), classes, temperature);
  return evaluate(
    probabilities,
    places.map((index) => labels[index]!),
    dataset.classes,
  );
}

/** Everything a reader of the file needs to use it and to trace it. */
function describe(task: TrainerTask, options: TrainOptions, temperature: number): Record<string, string> {
  const { source, plan, identity } = task;
  return {
    ...options.metadata,
    classes: JSON.stringify(source.dataset.classes),
    recipe: plan.recipe.name,
    parameters: JSON.stringify(source.parameters),
    seed: String(options.seed),
    temperature: String(temperature),
    configurationHash: identity.configuration,
    normalisation: JSON.stringify(
      plan.inputs.map(({ name, shape, centre, scale }) => ({
        name,
        shape,
        centre: Array.from(centre),
        scale: Array.from(scale),
      })),
    ),
  };
}

/** The exported file's answers against the trainer's, on items of the data set. */
async function checkExport(
  task: TrainerTask,
  onnx: Uint8Array,
  temperature: number,
  scores: Scores,
  ports: TrainPorts,
): Promise<{ maximumDifference: number; items: number }> {
  const classes = task.source.dataset.classes.length;
  const items = Math.min(scores.items.length, largestExportCheck);
  const expected = softmaxRows(scores.logits.slice(0, items * classes), classes, temperature);
  const predictor = await loadPredictor(onnx, ports.runtime);
  const found = await predictor.predict(
    task.source.inputs.map((input) => subset(input, scores.items.subarray(0, items))),
  );
  await predictor.release();
  let maximumDifference = 0;
  found.forEach((value, index) => {
    const difference = Math.abs(value - expected[index]!);
    maximumDifference = Number.isNaN(difference) ? Infinity : Math.max(maximumDifference, difference);
  });
  if (maximumDifference <= exportTolerance) return { maximumDifference, items };
  throw new NightsiftError(
    'verifyFailed',
    `The exported model differs from the trained one by ${maximumDifference}, more than ${exportTolerance}.`,
    { hint: 'The model was not written. Please report this with the recipe and its settings.' },
  );
}

function subset(input: TensorInput, items: Int32Array): TensorInput {
  const size = input.shape.reduce((product, length) => product * length, 1);
  const { data } = input;
  const picked = data.slice(0, items.length * size);
  items.forEach((item, index) => {
    picked.set(data.subarray(item * size, (item + 1) * size), index * size);
  });
  return { ...input, data: picked };
}

function flatten(
  evaluations: Record<EvaluatedSplit, Evaluation>,
  temperature: number,
): Record<string, number> {
  const metrics: Record<string, number> = { temperature };
  for (const [split, result] of Object.entries(evaluations)) {
    if (result.items === 0) continue;
    for (const name of [
      'items',
      'loss',
      'accuracy',
      'balancedAccuracy',
      'macroF1',
      'auc',
      'calibrationError',
    ] as const) {
      const value = result[name];
      if (value !== null) metrics[`${split}/${name}`] = value;
    }
  }
  return metrics;
}
