/** Detectors of the unusual in the house: what they learn from, where strangeness begins, and how they answer. */

import { NightsiftError } from '../../contract/errors.ts';
import { calledShareKey } from './anomaly/alarm-rate.ts';
import { anomalyIndex, bothClasses } from './anomaly/anomaly-classes.ts';
import {
  anomalyProbability,
  chooseThreshold,
  ignoredContamination,
  type LabelledScores,
  type Threshold,
  thresholdParameters,
} from './anomaly/thresholds.ts';
import { splitCodes, type TensorDataset, type TensorInput } from './dataset.ts';
import { addTable, tableInput, tableOf } from './estimators/dataset-table.ts';
import type { Estimator, Fitted } from './estimators/estimator.ts';
import { ModelParts } from './estimators/model-parts.ts';
import type { EstimatorPorts, TrainedEstimator } from './estimators/trained.ts';
import { type Evaluation, evaluate } from './metrics/index.ts';
import type { ParameterDefinition, ParameterValue } from './recipes.ts';
import type { EvaluatedSplit, TrainOptions } from './train-network.ts';
import { checkExport } from './training/check-export.ts';
import { configurationHash } from './training/identity.ts';
import { tellNote } from './training/tell-stage.ts';

export const anomalyParameters: readonly ParameterDefinition[] = [
  {
    name: 'learnFrom',
    description: 'usual: rows labelled as usual, where there are labels; all: every row',
    kind: 'choice',
    default: 'usual',
    choices: ['usual', 'all'],
  },
  ...thresholdParameters,
];

/**
 * Unless both kinds are labelled there is nothing to be judged by, and every row is learned from, whatever its split. Labels that stand for no class are -1.
 * @param parameters complete
 * @throws NightsiftError `wrongUse` (labels of which none is the strange one), `notEnoughData`, `badInput`, `cancelled`, `verifyFailed`
 */
export async function trainAnomaly(
  dataset: TensorDataset,
  estimator: Estimator,
  parameters: Record<string, ParameterValue>,
  options: Pick<TrainOptions, 'seed' | 'metadata'>,
  ports: EstimatorPorts,
): Promise<TrainedEstimator> {
  const classes = pairOf(dataset, estimator.name);
  const anomaly = anomalyIndex(classes);
  const strange = strangeness(dataset, classes, anomaly);
  const input = tableInput(dataset.inputs, estimator.input);
  const learned = learnedItems(dataset, strange, parameters.learnFrom === 'all');
  const table = tableOf(input, learned);
  const fitted = await estimator.fit({ table }, parameters, {
    seed: options.seed,
    ...(ports.parallel ? { parallel: ports.parallel } : {}),
    ...(ports.signal ? { signal: ports.signal } : {}),
    onProgress: (share, metrics) =>
      ports.onEvent?.({
        kind: 'step',
        epoch: 1,
        epochs: 1,
        step: Math.round(share * 100),
        totalSteps: 100,
        metrics,
      }),
  });
  const training = fitted.trainingScores ?? fitted.predict(table);
  const threshold = chooseThreshold(
    training,
    labelledScores(dataset, input, fitted, strange),
    parameters,
    fitted.border,
  );
  const ignored = ignoredContamination(parameters, threshold);
  if (ignored !== null) tellNote(ports, ignored);
  const judged = judgeSplits(dataset, input, { fitted, threshold, classes, anomaly, strange });
  const metadata = {
    ...options.metadata,
    classes: JSON.stringify(classes),
    recipe: estimator.name,
    parameters: JSON.stringify(parameters),
    seed: String(options.seed),
    threshold: String(threshold.at),
    thresholdChosenBy: threshold.chosenBy,
    [calledShareKey]: String(shareOver(training, threshold.at)),
    configurationHash: configurationHash(estimator.name, parameters, dataset, undefined),
  };
  const onnx = exportDetector(input, fitted, threshold, anomaly, metadata, estimator.name);
  const probabilities = probabilitiesOf(fitted.predict(table), threshold, anomaly);
  const exportCheck = await checkExport({ input, onnx, items: learned, expected: probabilities }, ports);
  const shown = [judged.test, judged.validation].find(({ items }) => items > 0) ?? judged.train;
  return {
    onnx,
    metrics: {
      ...fitted.figures,
      learnedFrom: learned.length,
      threshold: threshold.at,
      ...figuresOf(judged),
    },
    perClass: shown.perClass,
    confusion: shown.confusion,
    evaluations: judged,
    exportCheck,
    epochs: 1,
    stoppedEarly: false,
    parameters: { ...parameters },
    importances: null,
  };
}

/** The usual and the strange class, of the labels that take part where those of the whole data set are no such pair. Errors: wrongUse. */
function pairOf({ classes, labels, split }: TensorDataset, recipe: string): readonly string[] {
  const whole = bothClasses(classes);
  if (anomalyIndex(whole) >= 0) return whole;
  const present = new Set(labels.filter((_, item) => split[item] !== splitCodes.review));
  const pair = bothClasses(classes.filter((_, label) => present.has(label)));
  if (anomalyIndex(pair) >= 0) return pair;
  throw new NightsiftError(
    'wrongUse',
    `${recipe} tells the strange from the usual; of the labels ${pair.join(', ')} none says which is which.`,
    {
      hint: 'Name a column of two labels with --label: nominal and anomaly, or 0 and 1. Or train a classifier, such as extra-trees.',
      details: { recipe, labels: [...pair] },
    },
  );
}

/** Per item 1 strange, 0 usual, -1 nobody said. */
function strangeness(dataset: TensorDataset, classes: readonly string[], anomaly: number): Int8Array {
  return Int8Array.from(dataset.labels, (label) => {
    const name = dataset.classes[label];
    if (name === undefined) return -1;
    return classes[anomaly] === name ? 1 : 0;
  });
}

function shareOver(scores: Float64Array, threshold: number): number {
  return scores.length === 0 ? 0 : scores.filter((score) => score > threshold).length / scores.length;
}

function learnedItems(dataset: TensorDataset, strange: Int8Array, all: boolean): Int32Array {
  const used = Array.from(strange.keys()).filter((item) => dataset.split[item] !== splitCodes.review);
  const kinds = new Set(used.map((item) => strange[item]!).filter((kind) => kind >= 0));
  if (kinds.size < 2) return Int32Array.from(used);
  const train = used.filter((item) => dataset.split[item] === splitCodes.train);
  const usual = all ? train : train.filter((item) => strange[item] === 0);
  return Int32Array.from(usual.length > 0 ? usual : train);
}

/** Labelled rows of the validation split; of both kinds or not at all. */
function labelledScores(
  dataset: TensorDataset,
  input: TensorInput,
  fitted: Fitted,
  strange: Int8Array,
): LabelledScores | undefined {
  const items = Array.from(strange.keys()).filter(
    (item) => dataset.split[item] === splitCodes.validation && strange[item]! >= 0,
  );
  if (new Set(items.map((item) => strange[item])).size < 2) return undefined;
  const scores = fitted.predict(tableOf(input, items));
  return { scores, strange: Uint8Array.from(items, (item) => strange[item]!) };
}

interface Judge {
  readonly fitted: Fitted;
  readonly threshold: Threshold;
  readonly classes: readonly string[];
  readonly anomaly: number;
  readonly strange: Int8Array;
}

function judgeSplits(
  dataset: TensorDataset,
  input: TensorInput,
  { fitted, threshold, classes, anomaly, strange }: Judge,
): Record<EvaluatedSplit, Evaluation> {
  const judge = (split: EvaluatedSplit): Evaluation => {
    const items = Array.from(strange.keys()).filter(
      (item) => dataset.split[item] === splitCodes[split] && strange[item]! >= 0,
    );
    const scores = items.length > 0 ? fitted.predict(tableOf(input, items)) : new Float64Array();
    const labels = items.map((item) => (strange[item] === 1 ? anomaly : 1 - anomaly));
    return evaluate(Float32Array.from(probabilitiesOf(scores, threshold, anomaly)), labels, classes);
  };
  return { train: judge('train'), validation: judge('validation'), test: judge('test') };
}

function probabilitiesOf(scores: Float64Array, threshold: Threshold, anomaly: number): Float64Array {
  const probabilities = new Float64Array(scores.length * 2);
  scores.forEach((score, row) => {
    const strange = anomalyProbability(score, threshold);
    probabilities[row * 2 + anomaly] = strange;
    probabilities[row * 2 + 1 - anomaly] = 1 - strange;
  });
  return probabilities;
}

function exportDetector(
  input: TensorInput,
  fitted: Fitted,
  threshold: Threshold,
  anomaly: number,
  metadata: Readonly<Record<string, string>>,
  name: string,
): Uint8Array {
  const parts = new ModelParts();
  const type = fitted.inputType;
  const scores = fitted.addTo(parts, addTable(parts, input));
  const offset = parts.apply('Sub', [scores, parts.floats(type, [threshold.at])]);
  const scaled = parts.apply('Div', [offset, parts.floats(type, [threshold.width])]);
  const strange = parts.apply('Sigmoid', [scaled]);
  const usual = parts.apply('Sigmoid', [parts.apply('Neg', [scaled])]);
  const both = parts.apply('Concat', anomaly === 1 ? [usual, strange] : [strange, usual], { axis: 1 });
  parts.nameOutput(parts.apply('Cast', [both], { to: 1 }), 'probabilities');
  parts.nameOutput(scores, 'scores');
  return parts.toModel({
    name,
    input: { name: input.name, type, shape: input.shape },
    outputs: [
      { name: 'probabilities', type: 'float32', shape: [2] },
      { name: 'scores', type, shape: [1] },
    ],
    metadata,
  });
}

function figuresOf(judged: Record<EvaluatedSplit, Evaluation>): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const [split, { items, accuracy, macroF1, auc }] of Object.entries(judged)) {
    if (items === 0) continue;
    figures[`${split}/items`] = items;
    figures[`${split}/accuracy`] = accuracy;
    figures[`${split}/macroF1`] = macroF1;
    if (auc !== null) figures[`${split}/auc`] = auc;
  }
  return figures;
}
