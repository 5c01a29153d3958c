import { NightsiftError } from '../../contract/errors.ts';
import { itemsOf, type TensorDataset } from './dataset.ts';
import { type Evaluation, evaluateWithIntervals, figuresBySplit } from './metrics/index.ts';
import { unknownLimits } from './metrics/unknown.ts';
import type { NetworkState } from './nets/network.ts';
import { answersOf, judgeAnswers, temperatureFor } from './targets.ts';
import { type Answered, compressNetwork } from './training/compress.ts';
import { type DeliveredModel, judgedTrainingItems, openDelivered } from './training/delivered-answers.ts';
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

/** Where logits of the trainer itself come from. */
export interface TrainerLogits {
  readonly scorer: Scorer;
  /** Those of the validation split that the trainer has at hand for these values. */
  readonly validated: (values: NetworkState) => Float32Array | undefined;
}

/** Judges, calibrates, exports and checks what a training has come to. */
export async function finishTraining(
  task: TrainerTask,
  state: TrainingState,
  options: TrainOptions,
  ports: TrainPorts,
  { scorer, validated }: TrainerLogits,
): Promise<TrainedNetwork> {
  const { dataset, inputs, parameters, targets } = task.source;
  const { classes } = dataset;
  const values = state.best ?? settledValues(state);
  const ownLogits = (items: Int32Array) => scorer.logits(inputs, items, values);
  const validationLogits = validated(values) ?? (await ownLogits(task.validation));
  const temperature = chooseTemperature(task, labelsOf(dataset, task.validation), validationLogits);
  const metadata = describe(task, options, temperature);
  const whole = exportOnnx(task.plan, values, temperature, metadata, targets);
  const runtime = ports.exportRuntime ?? ports.runtime;
  const width = task.plan.classes;
  const delivered = await openDelivered(whole, inputs, width, runtime);
  const fromLogits = (logits: Float32Array) => answersOf(targets, logits, width, temperature);
  const validation = answered(dataset, task.validation, fromLogits(validationLogits));
  const test = await answeredBy(delivered, dataset, itemsOf(dataset, 'test'));
  const others = validation.items.length + test.items.length;
  const judged = judgedTrainingItems(task.source.items, dataset.labels, others);
  const train = await answeredBy(delivered, dataset, judged);
  const [one, other] =
    validation.items.length > 0
      ? [validation.answers, await delivered.answers(validation.items.subarray(0, largestExportCheck))]
      : [train.answers, fromLogits(await ownLogits(judged.subarray(0, largestExportCheck)))];
  await delivered.release(); // before the comparison, which may refuse
  const exportCheck = compared(one, other, task);
  const plain = { train, validation, test };
  const compressed =
    parameters.precision === 'int8' ? await compressNetwork(task, whole, plain, runtime) : undefined;
  // from here on what is judged is what is delivered
  const found = compressed?.found ?? plain;
  const limits =
    targets === undefined
      ? unknownLimits(found.validation.answers, found.validation.labels, classes.length)
      : null;
  const told = limits ? { unknown: JSON.stringify(limits) } : {};
  const onnx = withMetadata(compressed?.onnx ?? whole, told);
  const judge = ({ answers, labels }: Answered): Evaluation =>
    judgeAnswers(targets, answers, labels, classes, evaluateWithIntervals);
  const evaluations = {
    train: judge(found.train),
    validation: judge(found.validation),
    test: judge(found.test),
  };
  const shown =
    [evaluations.test, evaluations.validation].find((each) => each.items > 0) ?? evaluations.train;
  const persons = onPersons(task, found.test);
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

function labelsOf({ labels }: TensorDataset, items: Int32Array): Int32Array {
  return Int32Array.from(items, (item) => labels[item]!);
}

function answered(dataset: TensorDataset, items: Int32Array, answers: Float32Array): Answered {
  return { items, labels: labelsOf(dataset, items), answers };
}

async function answeredBy(
  delivered: DeliveredModel,
  dataset: TensorDataset,
  items: Int32Array,
): Promise<Answered> {
  return answered(dataset, items, await delivered.answers(items));
}

function chooseTemperature(task: TrainerTask, labels: Int32Array, logits: Float32Array): number {
  const { dataset, parameters, targets } = task.source;
  const classes = new Set(labels).size;
  if (parameters.calibration !== true || labels.length < fewestToCalibrate || classes < 2) return 1;
  return temperatureFor(targets, logits, labels, dataset.classes.length);
}

function onPersons(
  { plan, source: { dataset, targets } }: TrainerTask,
  { items, answers, labels }: Answered,
): Evaluation | undefined {
  const width = plan.classes;
  const places = Array.from(items.keys()).filter((index) => dataset.personLabelled[items[index]!] === 1);
  if (places.length === 0) return undefined;
  const rows = places.flatMap((index) => Array.from(answers.subarray(index * width, (index + 1) * width)));
  return judgeAnswers(
    targets,
    Float32Array.from(rows),
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

/**
 * Answers of the exported file and of the trainer to the same first items.
 * @throws NightsiftError `verifyFailed`
 */
function compared(
  one: Float32Array,
  other: Float32Array,
  { plan, source }: TrainerTask,
): { maximumDifference: number; items: number } {
  const size = Math.min(one.length, other.length);
  let maximumDifference = 0;
  for (let index = 0; index < size; index++) {
    // of numbers in their own width
    const difference = Math.abs(one[index]! - other[index]!) / (source.targets?.scale ?? 1);
    maximumDifference = Number.isNaN(difference) ? Infinity : Math.max(maximumDifference, difference);
  }
  if (maximumDifference <= exportTolerance) return { maximumDifference, items: size / plan.classes };
  throw new NightsiftError(
    'verifyFailed',
    `The exported model differs from the trained one by ${maximumDifference}, more than ${exportTolerance}.`,
    { hint: 'The model was not written. Please report this with the recipe and its settings.' },
  );
}
