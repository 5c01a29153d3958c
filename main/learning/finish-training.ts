import { NightsiftError } from '../../contract/errors.ts';
import { itemsOf, type TensorInput } from './dataset.ts';
import { type Evaluation, evaluateWithIntervals, figuresBySplit } from './metrics/index.ts';
import { unknownLimits } from './metrics/unknown.ts';
import type { NetworkState } from './nets/network.ts';
import { loadPredictor } from './predict.ts';
import { answersOf, judgeAnswers, temperatureFor } from './targets.ts';
import { compressNetwork, type Scores } from './training/compress.ts';
import { exportOnnx, exportSafeTensors, exportStatistics, withMetadata } from './training/export.ts';
import type { Scorer } from './training/scorer.ts';
import { settledValues, type TrainingState } from './training/state.ts';
import type { TrainerTask } from './training/trainer.ts';
import type { TrainedNetwork, TrainOptions, TrainPorts } from './training-types.ts';

/** Temperature scaling needs both some items and mistakes to learn from. */
const fewestToCalibrate = 20;
/** The exported file must agree with the trainer to this. */
const exportTolerance = 1e-4;
const largestExportCheck = 64;

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

/** Judges, calibrates, exports and checks what a training has come to. */
export async function finishTraining(
  task: TrainerTask,
  state: TrainingState,
  options: TrainOptions,
  ports: TrainPorts,
  scorer: Scorer,
): Promise<TrainedNetwork> {
  const { dataset, parameters, targets } = task.source;
  const { classes } = dataset;
  const values = state.best ?? settledValues(state);
  const train = await score(task, scorer, values, task.source.items);
  const validation = await score(task, scorer, values, task.validation);
  const test = await score(task, scorer, values, itemsOf(dataset, 'test'));
  const temperature = chooseTemperature(task, validation);
  const metadata = describe(task, options, temperature);
  const whole = exportOnnx(task.plan, values, temperature, metadata, targets);
  const exportCheck = await checkExport(
    task,
    whole,
    temperature,
    validation.items.length > 0 ? validation : train,
    ports,
  );
  const plain = { train, validation, test };
  const compressed =
    parameters.precision === 'int8'
      ? await compressNetwork(task, whole, plain, {
          runtime: ports.exportRuntime ?? ports.runtime,
          temperature,
        })
      : undefined;
  // from here on what is judged is what is delivered
  const scores = compressed?.scores ?? plain;
  const remaining = compressed ? 1 : temperature;
  const limits =
    targets === undefined
      ? unknownLimits(
          answersOf(targets, scores.validation.logits, classes.length, remaining),
          scores.validation.labels,
          classes.length,
        )
      : null;
  const told = limits ? { unknown: JSON.stringify(limits) } : {};
  const onnx = withMetadata(compressed?.onnx ?? whole, told);
  const judge = ({ logits, labels }: Scores): Evaluation =>
    judgeAnswers(
      targets,
      answersOf(targets, logits, classes.length, remaining),
      labels,
      classes,
      evaluateWithIntervals,
    );
  const evaluations = {
    train: judge(scores.train),
    validation: judge(scores.validation),
    test: judge(scores.test),
  };
  const shown =
    [evaluations.test, evaluations.validation].find((each) => each.items > 0) ?? evaluations.train;
  const persons = onPersons(task, scores.test, remaining);
  return {
    onnx,
    safetensors: exportSafeTensors(task.plan, values, { ...metadata, ...told }),
    metrics: figuresBySplit(evaluations, { temperature, ...compressed?.figures }),
    perClass: shown.perClass,
    confusion: shown.confusion,
    evaluations,
    exportCheck,
    exportStatistics: exportStatistics(onnx),
    ...(targets && { answers: targets.names }),
    epochs: state.progress.epoch,
    stoppedEarly: state.progress.stoppedEarly,
    parameters: { ...parameters },
    ...(persons ? { evaluatedOnPersons: persons } : {}),
  };
}

function chooseTemperature(task: TrainerTask, { labels, logits }: Scores): number {
  const { dataset, parameters, targets } = task.source;
  const classes = new Set(labels).size;
  if (parameters.calibration !== true || labels.length < fewestToCalibrate || classes < 2) return 1;
  return temperatureFor(targets, logits, labels, dataset.classes.length);
}

function onPersons(
  { plan, source: { dataset, targets } }: TrainerTask,
  { items, logits, labels }: Scores,
  temperature: number,
): Evaluation | undefined {
  const width = plan.classes;
  const places = Array.from(items.keys()).filter((index) => dataset.personLabelled[items[index]!] === 1);
  if (places.length === 0) return undefined;
  const rows = places.flatMap((index) => Array.from(logits.subarray(index * width, (index + 1) * width)));
  return judgeAnswers(
    targets,
    answersOf(targets, Float32Array.from(rows), width, temperature),
    places.map((index) => labels[index]!),
    dataset.classes,
    evaluateWithIntervals,
  );
}

/** Everything a reader of the file needs to use it and to trace it. */
function describe(task: TrainerTask, options: TrainOptions, temperature: number): Record<string, string> {
  const { source, plan, identity } = task;
  return {
    ...options.metadata,
    classes: JSON.stringify(source.targets?.names ?? source.dataset.classes),
    ...(source.targets && { targets: source.targets.kind }),
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
  const { targets } = task.source;
  const classes = task.plan.classes;
  const items = Math.min(scores.items.length, largestExportCheck);
  const expected = answersOf(targets, scores.logits.slice(0, items * classes), classes, temperature);
  const predictor = await loadPredictor(onnx, ports.exportRuntime ?? ports.runtime);
  const found = await predictor.predict(
    task.source.inputs.map((input) => subset(input, scores.items.subarray(0, items))),
  );
  await predictor.release();
  let maximumDifference = 0;
  found.forEach((value, index) => {
    // of numbers in their own width
    const difference = Math.abs(value - expected[index]!) / (targets?.scale ?? 1);
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
