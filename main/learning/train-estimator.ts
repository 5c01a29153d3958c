import { NightsiftError } from '../../contract/errors.ts';
import { anomalyIndex } from './anomaly/anomaly-classes.ts';
import { outlierEnsemble } from './anomaly/outlier-ensemble.ts';
import { streamNovelty } from './anomaly/stream-novelty.ts';
import { checkDataset, itemsOf, type TensorDataset, type TensorInput } from './dataset.ts';
import { type Calibration, fitTemperatureCalibration, noCalibration } from './estimators/calibrate.ts';
import { addTable, tableInput, tableOf } from './estimators/dataset-table.ts';
import type { Estimator, Fitted } from './estimators/estimator.ts';
import { classifierParameters, fitClassifier } from './estimators/fit-classifier.ts';
import { ModelParts, type PartsValue } from './estimators/model-parts.ts';
import { obeySignal } from './estimators/parallel.ts';
import type { Table } from './estimators/table.ts';
import type { EstimatorPorts, TrainedEstimator } from './estimators/trained.ts';
import { findEstimator } from './estimators.ts';
import { extraTrees } from './forests/forest.ts';
import { type Evaluation, evaluate, figuresBySplit } from './metrics/index.ts';
import { unknownLimits } from './metrics/unknown.ts';
import {
  completeParameters,
  type ParameterDefinition,
  type Parameters,
  type ParameterValue,
} from './recipes.ts';
import { anomalyParameters, trainAnomaly } from './train-anomaly.ts';
import type { EvaluatedSplit, TrainOptions } from './train-network.ts';
import { checkExport } from './training/check-export.ts';
import { judgedTrainingItems } from './training/delivered-answers.ts';
import { configurationHash } from './training/identity.ts';
import { tellNote, tellStage } from './training/tell-stage.ts';

/** Fewer rows than this do not calibrate: see train-network. */
const fewestToCalibrate = 20;

const calibrationParameter: ParameterDefinition = {
  name: 'calibration',
  description: 'fit the temperature of the probabilities on rows that were not learned from',
  kind: 'flag',
  default: true,
};

/** Chooses by what the labels say: see chosenEstimator. */
export const anomalyDetector = {
  name: 'anomaly-detector',
  description: 'by the labels at hand: extra trees with both kinds, else an ensemble of outlier factors',
  parameters: [...anomalyParameters, calibrationParameter],
} as const;

/** The settings of an estimator as `--set` takes them: its own and those of the training around it. */
export function estimatorParameters(estimator: Estimator): readonly ParameterDefinition[] {
  if (estimator.task === 'anomaly')
    return [...estimator.parameters, ...anomalyParameters, calibrationParameter];
  if (estimator.task === 'classification')
    return [...estimator.parameters, ...classifierParameters, calibrationParameter];
  return [...estimator.parameters, calibrationParameter];
}

/**
 * Fits a classifier or a detector on a data set, calibrates it, evaluates it and exports it.
 * Long: run it in a worker. The same seed gives the same bytes whatever the number of threads.
 * @throws NightsiftError `badInput`, `notEnoughData`, `wrongUse`, `cancelled`, `verifyFailed`
 */
export async function trainEstimator(
  dataset: TensorDataset,
  options: Pick<TrainOptions, 'recipe' | 'parameters' | 'seed' | 'metadata'>,
  ports: EstimatorPorts,
): Promise<TrainedEstimator> {
  obeySignal(ports.signal);
  const { estimator, parameters } = chosenEstimator(dataset, options);
  if (estimator.task === 'anomaly') {
    checkDataset(dataset, { unlabelled: true });
    return trainAnomaly(dataset, estimator, parameters, options, ports);
  }
  checkDataset(dataset);
  const unused = options.recipe === anomalyDetector.name ? unusedByClassifier(options.parameters) : [];
  if (unused.length > 0)
    tellNote(
      ports,
      `${unused.join(', ')} ${unused.length === 1 ? 'was' : 'were'} not used: with usual and strange rows labelled, ${estimator.name} learns from the labels. A recipe such as isolation-forest goes by it.`,
    );
  return trainClassifier(dataset, estimator, parameters, options, ports);
}

async function trainClassifier(
  dataset: TensorDataset,
  estimator: Estimator,
  parameters: Record<string, ParameterValue>,
  options: Pick<TrainOptions, 'recipe' | 'seed' | 'metadata'>,
  ports: EstimatorPorts,
): Promise<TrainedEstimator> {
  const { input, parts, fitted, selected } = await fitToTrainSplit(
    dataset,
    { estimator, parameters },
    options.seed,
    ports,
  );
  const calibration = chooseCalibration(fitted, parts, parameters, dataset.classes.length);
  return finish(
    { dataset, input, parts, fitted, selected, calibration, parameters, options, estimator },
    ports,
  );
}

/** @throws NightsiftError as the estimator's fit, `cancelled` */
export async function fitToTrainSplit(
  dataset: TensorDataset,
  { estimator, parameters }: Chosen,
  seed: number,
  ports: EstimatorPorts,
) {
  const input = tableInput(dataset.inputs, estimator.input);
  const parts = splitParts(dataset, input);
  tell(ports, 'start', 0, {});
  const { fitted, selected } = await fitClassifier(
    estimator,
    {
      table: parts.train.table,
      labels: parts.train.labels,
      classes: dataset.classes.length,
      ...weightsOf(dataset, parts.train.items),
      validation: parts.validation,
    },
    parameters,
    {
      seed,
      ...(ports.parallel ? { parallel: ports.parallel } : {}),
      ...(ports.signal ? { signal: ports.signal } : {}),
      onProgress: (share, metrics) => tell(ports, 'step', share, metrics),
    },
  );
  obeySignal(ports.signal);
  return { input, parts, fitted, selected };
}

interface Chosen {
  readonly estimator: Estimator;
  readonly parameters: Record<string, ParameterValue>;
}

/**
 * The estimator named; for `anomaly-detector` extra trees where both kinds are labelled, an ensemble with near
 * surroundings where only usual rows are, the scores of a series where nothing is labelled, or an ensemble with wide
 * surroundings where there are no such scores.
 */
export function chosenEstimator(
  dataset: TensorDataset,
  { recipe, parameters: given }: Pick<TrainOptions, 'recipe' | 'parameters'>,
): Chosen {
  if (recipe !== anomalyDetector.name) {
    const estimator = findEstimator(recipe);
    if (estimator.task !== 'classification' && estimator.task !== 'anomaly') {
      throw new NightsiftError('wrongUse', `${recipe} gives no classes: it is for ${estimator.task}.`, {
        hint: 'Choose a classifier, such as random-forest or gradient-boosting.',
      });
    }
    return { estimator, parameters: completed(estimator, given) };
  }
  const own = completeParameters(anomalyDetector, given);
  const labelled = new Set(Array.from(itemsOf(dataset, 'train'), (item) => dataset.labels[item]!));
  labelled.delete(-1);
  if (labelled.size >= 2) {
    const { calibration } = own;
    return {
      estimator: extraTrees,
      parameters: completed(extraTrees, { trees: 300, columns: 'all', calibration: calibration! }),
    };
  }
  if (labelled.size === 0 && dataset.inputs.some(({ name }) => name === streamNovelty.input)) {
    return { estimator: streamNovelty, parameters: completed(streamNovelty, own) };
  }
  const surroundings = labelled.size === 1 ? 'near' : 'wide';
  return { estimator: outlierEnsemble, parameters: completed(outlierEnsemble, { ...own, surroundings }) };
}

/** Settings of the threshold, as given, that a classifier has no use for. */
function unusedByClassifier(given: Parameters): string[] {
  return anomalyParameters.flatMap(({ name, default: usual }) =>
    given[name] === undefined || given[name] === usual ? [] : [`${name}=${given[name]}`],
  );
}

function completed(estimator: Estimator, given: Parameters): Record<string, ParameterValue> {
  return completeParameters({ name: estimator.name, parameters: estimatorParameters(estimator) }, given);
}

interface Part {
  readonly items: Int32Array;
  readonly table: Table;
  readonly labels: Int32Array;
}
type Parts = Readonly<Record<EvaluatedSplit, Part>>;

/** A search for settings fits to the same data sets again and again. */
const partsKnown = new WeakMap<TensorDataset, Map<string, Parts>>();

/** The same tables for the same data set, so that what is made of a table is not made again. */
function splitParts(dataset: TensorDataset, input: TensorInput): Parts {
  const known = partsKnown.get(dataset) ?? new Map<string, Parts>();
  partsKnown.set(dataset, known);
  const parts = known.get(input.name) ?? cutIntoParts(dataset, input);
  known.set(input.name, parts);
  return parts;
}

function cutIntoParts(dataset: TensorDataset, input: TensorInput): Parts {
  const part = (split: EvaluatedSplit): Part => {
    const items = itemsOf(dataset, split);
    return {
      items,
      table: tableOf(input, items),
      labels: Int32Array.from(items, (item) => dataset.labels[item]!),
    };
  };
  return { train: part('train'), validation: part('validation'), test: part('test') };
}

function weightsOf({ weights }: TensorDataset, items: Int32Array): { weights?: Float64Array } {
  return weights ? { weights: Float64Array.from(items, (item) => weights[item]!) } : {};
}

/** On rows that trees did not see where there are such, else on the validation split. */
function chooseCalibration(
  fitted: Fitted,
  { train, validation }: Parts,
  parameters: Readonly<Record<string, ParameterValue>>,
  classes: number,
): Calibration {
  if (parameters.calibration !== true) return noCalibration;
  const { outOfBag } = fitted;
  if (outOfBag) {
    const rows = Array.from(train.labels.keys()).filter((row) => !Number.isNaN(outOfBag[row * classes]!));
    if (rows.length >= fewestToCalibrate) {
      const picked = rows.flatMap((row) => Array.from(outOfBag.subarray(row * classes, (row + 1) * classes)));
      return fitTemperatureCalibration(
        picked,
        Int32Array.from(rows, (row) => train.labels[row]!),
        classes,
      );
    }
  }
  if (validation.items.length < fewestToCalibrate || new Set(validation.labels).size < 2)
    return noCalibration;
  return fitTemperatureCalibration(fitted.predict(validation.table), validation.labels, classes);
}

interface Outcome {
  readonly dataset: TensorDataset;
  readonly input: TensorInput;
  readonly parts: Parts;
  readonly fitted: Fitted;
  readonly selected: Int32Array | undefined;
  readonly calibration: Calibration;
  readonly parameters: Record<string, ParameterValue>;
  readonly options: Pick<TrainOptions, 'recipe' | 'seed' | 'metadata'>;
  readonly estimator: Estimator;
}

const judging = 'judging and checking the model';

async function finish(outcome: Outcome, ports: EstimatorPorts): Promise<TrainedEstimator> {
  const { dataset, fitted, calibration, parameters, options, estimator } = outcome;
  const { classes } = dataset;
  const parts = { ...outcome.parts, train: judgedTrain(outcome) };
  const predicted = (part: Part) => calibration.apply(fitted.predict(part.table), classes.length);
  tellStage(ports, judging, 0);
  const probabilities = {
    train: predicted(parts.train),
    validation: predicted(parts.validation),
    test: predicted(parts.test),
  };
  tellStage(ports, judging, 0.5);
  const judge = (split: EvaluatedSplit) =>
    evaluate(Float32Array.from(probabilities[split]), parts[split].labels, classes);
  const evaluations = { train: judge('train'), validation: judge('validation'), test: judge('test') };
  const shown =
    [evaluations.test, evaluations.validation].find((each) => each.items > 0) ?? evaluations.train;
  const misfits = fitted.misfit?.(parts.validation.table);
  const limits = unknownLimits(probabilities.validation, parts.validation.labels, classes.length, misfits);
  const metadata = {
    ...options.metadata,
    ...(limits && { unknown: JSON.stringify(limits) }),
    ...(outcome.selected && { selectedColumns: JSON.stringify([...outcome.selected]) }),
    classes: JSON.stringify(classes),
    recipe: estimator.name,
    parameters: JSON.stringify(parameters),
    seed: String(options.seed),
    configurationHash: configurationHash(estimator.name, parameters, dataset, undefined),
  };
  const onnx = exportClassifier(outcome, metadata);
  const checked = parts.validation.items.length > 0 ? 'validation' : 'train';
  const exportCheck = await checkExport(
    { input: outcome.input, onnx, items: parts[checked].items, expected: probabilities[checked] },
    ports,
  );
  tellStage(ports, judging, 1);
  const persons = onPersons(dataset, parts.test, probabilities.test);
  return {
    onnx,
    metrics: figuresBySplit(evaluations, { ...fitted.figures, ...calibration.figures }),
    perClass: shown.perClass,
    confusion: shown.confusion,
    evaluations,
    exportCheck,
    epochs: 1,
    stoppedEarly: false,
    parameters: { ...parameters },
    importances: fitted.importances ?? null,
    ...(outcome.selected && { selectedColumns: outcome.selected }),
    ...(persons ? { evaluatedOnPersons: persons } : {}),
  };
}

/** As many as there are to compare with: a mixture of thousands of shapes would answer all its shapes for minutes. */
function judgedTrain({ dataset, input, parts: { train, validation, test } }: Outcome): Part {
  const others = validation.items.length + test.items.length;
  const items = judgedTrainingItems(train.items, dataset.labels, others);
  if (items.length === train.items.length) return train;
  return {
    items,
    table: tableOf(input, items),
    labels: Int32Array.from(items, (item) => dataset.labels[item]!),
  };
}

function exportClassifier(
  { dataset, input, fitted, calibration, estimator }: Outcome,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const parts = new ModelParts();
  const table = addTable(parts, input);
  const raw = fitted.addTo(parts, table);
  const single = fitted.inputType === 'float32' ? raw : parts.apply('Cast', [raw], { to: 1 });
  const probabilities = calibration.addTo(parts, single);
  parts.nameOutput(probabilities, 'probabilities');
  const outputs: PartsValue[] = [{ name: 'probabilities', type: 'float32', shape: [fitted.width] }];
  // of two classes of which one is the strange one, its probability is the score
  const anomaly = anomalyIndex(dataset.classes);
  if (anomaly >= 0) {
    const strange = parts.apply('Gather', [probabilities, parts.integers([anomaly])], { axis: 1 });
    parts.nameOutput(strange, 'scores');
    outputs.push({ name: 'scores', type: 'float32', shape: [1] });
  }
  for (const [name, add] of [
    ['misfit', fitted.addMisfitTo],
    ['together', fitted.addTogetherTo],
  ] as const) {
    if (add === undefined) continue;
    const value = add(parts, table);
    parts.nameOutput(fitted.inputType === 'float32' ? value : parts.apply('Cast', [value], { to: 1 }), name);
    outputs.push({ name, type: 'float32', shape: [1] });
  }
  return parts.toModel({
    name: estimator.name,
    input: { name: input.name, type: fitted.inputType, shape: input.shape },
    outputs,
    metadata,
  });
}

function onPersons(dataset: TensorDataset, part: Part, probabilities: Float64Array): Evaluation | undefined {
  const classes = dataset.classes.length;
  const places = Array.from(part.items.keys()).filter(
    (index) => dataset.personLabelled[part.items[index]!] === 1,
  );
  if (places.length === 0) return undefined;
  const rows = places.flatMap((index) =>
    Array.from(probabilities.subarray(index * classes, (index + 1) * classes)),
  );
  return evaluate(
    Float32Array.from(rows),
    places.map((index) => part.labels[index]!),
    dataset.classes,
  );
}

/** A fit is one epoch of a hundred steps. */
function tell(
  ports: EstimatorPorts,
  kind: 'start' | 'step',
  share: number,
  metrics: Readonly<Record<string, number>>,
): void {
  ports.onEvent?.({ kind, epoch: 1, epochs: 1, step: Math.round(share * 100), totalSteps: 100, metrics });
}
