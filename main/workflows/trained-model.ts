/**
 * A trained model ready to answer, opened from the registry or from an exported file. It is the only way to predict:
 * scan, predict, sort and scripts all ask here.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isNightsiftError, NightsiftError } from '../../contract/errors.ts';
import { openWorkerPool, type WorkerPool } from '../jobs/pool.ts';
import type { TensorInput } from '../learning/dataset.ts';
import { markThreshold } from '../learning/metrics/index.ts';
import { isUnknown, readUnknownLimits, type UnknownLimits, whyUnknown } from '../learning/metrics/unknown.ts';
import { describeModel, type ModelDescription } from '../learning/predict.ts';
import { noMark, type TargetKind, targetKindOf } from '../learning/targets.ts';
import type { ModelVersion } from '../library/models.ts';
import type { Library } from '../library/open-library.ts';
import type { FrameFamily } from './frame-family.ts';
import { type ModelMetadata, type ModelMetrics, referenceOf } from './models.ts';
import { type PairAnswer, pairAnswer } from './pair-answer.ts';
import { dataSetName } from './runs.ts';
import { type FrameSource, figureInputs, frameInputs, imageSideOf } from './training/frame-inputs.ts';
import { type LearningPool, openLearningPool } from './training/learning-pool.ts';
import type { PredictTaskOutput } from './work/learning-tasks.ts';

export interface Prediction {
  /** The most probable class; the marks that are more probable than not, joined by +; a number as text. */
  readonly label: string;
  readonly probabilities: Readonly<Record<string, number>>;
  /** The answer of a model of numbers; missing in others. */
  readonly value?: number;
  /** P(clean) for frames; of an anomaly detector the score, which grows with strangeness; else the label's probability. */
  readonly score: number | null;
  /** True where the model's own limits of confidence and fit say that this is no answer; null where it sets none. */
  readonly unknown: boolean | null;
  /** What makes it no answer, in words; missing where it is one. */
  readonly whyUnknown?: string;
  /** How badly the item fits what was learned, in standard deviations of chance; null where the model cannot tell. */
  readonly misfit: number | null;
  /** What a model says that knows items of two classes at once; missing in others. */
  readonly pair?: PairAnswer;
}

export interface TrainedModel {
  /** `NAME@VERSION`, or the file's path. */
  readonly reference: string;
  readonly path: string;
  readonly classes: readonly string[];
  /** What the trainer wrote into the file. */
  readonly metadata: Readonly<Record<string, string>>;
  /** From the registry; null for a file of unknown origin. */
  readonly runId: string | null;
  readonly modelVersion: number | null;
  readonly dataSetVersion: string | null;
  readonly checkpointPath: string | null;
  readonly metrics: Readonly<Record<string, number | null>>;
  /** Errors: modelMismatch when an input is missing or has another shape. */
  predict(inputs: readonly TensorInput[]): Promise<Prediction[]>;
  /** Frames of the library; in portions, so that a signal is obeyed soon. */
  predictFrames(
    frames: readonly FrameSource[],
    options?: { readonly signal?: AbortSignal | undefined; readonly onDone?: (done: number) => void },
  ): Promise<Prediction[]>;
  close(): Promise<void>;
}

export interface ModelPorts {
  readonly library: Library;
  readonly family: FrameFamily;
}

/**
 * @param reference NAME, NAME@VERSION, NAME@production or the path of an ONNX file
 * @throws NightsiftError `notFound`, `badModel`, `cannotOpen`
 */
export async function openTrainedModel(ports: ModelPorts, reference: string): Promise<TrainedModel> {
  if (!looksLikeFile(reference)) return openVersion(ports, registered(ports.library, reference));
  const file = path.resolve(reference);
  return assemble(ports, { path: file, bytes: readModelFile(file), version: null });
}

/** A path in the model's place is no model that is still to be trained. */
function registered(library: Library, reference: string): ModelVersion {
  try {
    return library.models.need(reference);
  } catch (thrown) {
    if (!isNightsiftError(thrown) || !existsSync(path.resolve(reference))) throw thrown;
    throw new NightsiftError(thrown.code, `${reference} is a file or a folder, not a model.`, {
      hint: `The model comes first, then what it is asked about. ${thrown.hint ?? ''}`.trim(),
      details: thrown.details,
      cause: thrown,
    });
  }
}

/** The file of a model. Errors: as openTrainedModel. */
export function modelBytes(library: Library, reference: string): Uint8Array {
  if (looksLikeFile(reference)) return readModelFile(path.resolve(reference));
  return library.blobs.get(library.models.need(reference).onnxBlob);
}

/** What of a version is needed to open it; a run's fresh output has no row yet. */
export type OpenableVersion = Pick<
  ModelVersion,
  'name' | 'version' | 'runId' | 'datasetVersionId' | 'onnxBlob' | 'metadata' | 'metrics'
>;

export async function openVersion(ports: ModelPorts, version: OpenableVersion): Promise<TrainedModel> {
  const { blobs } = ports.library;
  // The store checks the content against its hash: a damaged model must not judge a night.
  return assemble(ports, {
    path: blobs.pathOf(version.onnxBlob),
    bytes: blobs.get(version.onnxBlob),
    version,
  });
}

function looksLikeFile(reference: string): boolean {
  return reference.toLowerCase().endsWith('.onnx');
}

function readModelFile(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    throw new NightsiftError(
      code === 'ENOENT' ? 'notFound' : 'cannotOpen',
      `Cannot read the model ${file}: ${code}.`,
      {
        hint: 'Give an ONNX file, or the name of a registered model: nightsift models list.',
        details: { file },
        cause: thrown,
      },
    );
  }
}

interface ModelSource {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly version: OpenableVersion | null;
}

// A portion takes about a second at most, so that Ctrl-C is answered.
const framesAtOnce = 64;

function assemble(ports: ModelPorts, source: ModelSource): TrainedModel {
  const description = describeModel(source.bytes);
  const learning: LearningPool = openLearningPool();
  const limits = readUnknownLimits(description.metadata);
  let frames: WorkerPool | null = null;
  const predict = async (inputs: readonly TensorInput[]): Promise<Prediction[]> => {
    const output = await learning.predict({ modelPath: source.path, inputs });
    return predictionsOf(output, limits, targetKindOf(description.metadata));
  };
  const inputsOf = (portion: readonly FrameSource[], side: number | null) => {
    if (side === null) return figureInputs(portion);
    frames ??= openWorkerPool({ entry: ports.family.worker, size: 1 });
    return frameInputs(frames, ports.library.blobs.directory, portion, side);
  };
  return {
    path: source.path,
    classes: description.classes,
    metadata: description.metadata,
    ...origin(ports.library, source),
    predict,
    async predictFrames(items, { signal, onDone } = {}) {
      const side = pictureSide(description);
      checkFeatures(description, ports.family);
      const predictions: Prediction[] = [];
      for (let start = 0; start < items.length; start += framesAtOnce) {
        signal?.throwIfAborted();
        const portion = items.slice(start, start + framesAtOnce);
        predictions.push(...(await predict(await inputsOf(portion, side))));
        onDone?.(predictions.length);
      }
      return predictions;
    },
    async close() {
      await Promise.all([learning.close(), frames?.close()]);
    },
  };
}

function origin(library: Library, { path: file, version }: ModelSource) {
  if (version === null) {
    return {
      reference: file,
      runId: null,
      modelVersion: null,
      dataSetVersion: null,
      checkpointPath: null,
      metrics: {},
    };
  }
  const { checkpoint } = version.metadata as Partial<ModelMetadata>;
  return {
    reference: referenceOf(version),
    runId: version.runId,
    modelVersion: version.version,
    dataSetVersion: dataSetName(library, version.datasetVersionId),
    checkpointPath: checkpoint == null ? null : library.blobs.pathOf(checkpoint),
    metrics: (version.metrics as Partial<ModelMetrics>).figures ?? {},
  };
}

/** Null for a model that goes by measured figures alone. */
function pictureSide({ inputs }: ModelDescription): number | null {
  if (inputs.every(({ name }) => name === 'features')) return null;
  const image = inputs.find(({ name }) => name === 'image');
  if (image === undefined && inputs.some(({ name }) => name === 'lines')) return imageSideOf('faint-lines');
  const [, height, width] = image?.shape ?? [];
  if (height !== undefined && height === width) return height;
  throw new NightsiftError('modelMismatch', 'The model does not take square images of frames.', {
    hint: 'Choose a model that was trained on frames.',
  });
}

/** The same number of figures is not enough: they have to be the same ones in the same order. */
function checkFeatures({ metadata }: ModelDescription, family: FrameFamily): void {
  const wanted = featuresOf(metadata.inputRecipe);
  if (wanted === null || wanted.join() === family.featureNames.join()) return;
  throw new NightsiftError(
    'modelMismatch',
    'The model was trained on other figures than this version measures.',
    {
      hint: 'Train it again: nightsift train-from-fits.',
      details: { wanted, measured: family.featureNames },
    },
  );
}

/** Null for a file that does not say. */
function featuresOf(inputRecipe: string | undefined): readonly string[] | null {
  try {
    const { features } = JSON.parse(inputRecipe ?? '{}') as { features?: unknown };
    return Array.isArray(features) ? features.map(String) : null;
  } catch {
    return null;
  }
}

function predictionsOf(
  { probabilities, classes, scores, misfits, together }: PredictTaskOutput,
  limits: UnknownLimits | null,
  targets: TargetKind | undefined,
): Prediction[] {
  if (targets === 'number') return Array.from(probabilities, numberPrediction);
  const clean = classes.indexOf('clean');
  return Array.from({ length: probabilities.length / classes.length }, (_, item) => {
    const row = probabilities.subarray(item * classes.length, (item + 1) * classes.length);
    if (targets === 'marks') return markPrediction(classes, row);
    let best = 0;
    for (let index = 1; index < row.length; index++)
      if ((row[index] as number) > (row[best] as number)) best = index;
    const misfit = misfits?.[item] ?? null;
    const pair = together && pairAnswer(classes, row, together[item]!);
    const confidence = pair?.confidence ?? (row[best] as number);
    const why = whyUnknown(limits, confidence, misfit);
    return {
      label: classes[best] as string,
      probabilities: Object.fromEntries(classes.map((name, index) => [name, row[index] as number])),
      score: clean >= 0 ? (row[clean] as number) : (scores?.[item] ?? (row[best] as number)),
      unknown: isUnknown(limits, confidence, misfit),
      ...(why !== null && { whyUnknown: why }),
      misfit,
      ...(pair && { pair }),
    };
  });
}

/** Of a 32-bit number that carry meaning. */
const numberDigits = 6;

function numberPrediction(value: number): Prediction {
  const label = String(Number(value.toPrecision(numberDigits)));
  return { label, value, probabilities: {}, score: null, unknown: null, misfit: null };
}

/** `score`: of frames how likely they are clean; else the probability that every mark is answered rightly, each by itself. */
function markPrediction(marks: readonly string[], row: Float32Array): Prediction {
  const clean = marks.indexOf('clean');
  const seen = marks.filter((_, index) => (row[index] as number) >= markThreshold);
  return {
    label: seen.length === 0 ? noMark : seen.join('+'),
    probabilities: Object.fromEntries(marks.map((name, index) => [name, row[index] as number])),
    score:
      clean >= 0
        ? (row[clean] as number)
        : row.reduce((product, value) => product * Math.max(value, 1 - value), 1),
    unknown: null,
    misfit: null,
  };
}
