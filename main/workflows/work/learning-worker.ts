/** The thread that trains and predicts: ONNX Runtime blocks the thread it runs on. */
import { readFileSync } from 'node:fs';
import type { EngineName } from '../../../contract/words.ts';
import { serveTasks, type TaskContext } from '../../jobs/worker-side.ts';
import { embedWith } from '../../learning/body.ts';
import { splitCodes, type TensorDataset } from '../../learning/dataset.ts';
import { judgeInFolds } from '../../learning/judge-in-folds.ts';
import { loadPredictor, type Predictor } from '../../learning/predict.ts';
import { reviewLesson } from '../../learning/review/lesson.ts';
import type { GraphRuntime } from '../../learning/runtime.ts';
import { targetKindOf } from '../../learning/targets.ts';
import { type TrainedFile, trainModel } from '../../learning/train-model.ts';
import type { TrainPorts } from '../../learning/train-network.ts';
import { type HeldOut, type TrainModelPorts, trainOutOfFold } from '../../learning/train-out-of-fold.ts';
import { findTrainable } from '../../learning/trainables.ts';
import { tellStage } from '../../learning/training/tell-stage.ts';
import { openBlobStore } from '../../library/blobs.ts';
import { onnxRuntime } from '../../runtime/onnx-runtime.ts';
import { loadTfjsNode, tfjsRuntime } from '../../runtime/tfjs-runtime.ts';
import { openBatchPool } from '../training/batch-pool.ts';
import { type EstimatorPool, openEstimatorPool } from '../training/estimator-pool.ts';
import { keptTrainingSets } from '../training/kept-training-sets.ts';
import { preparedTrainingSet } from '../training/prepared-training-set.ts';
import {
  type EmbedInput,
  type FitTaskInput,
  type JudgeTaskInput,
  type JudgeTaskOutput,
  type LessonInput,
  type PredictTaskInput,
  type PredictTaskOutput,
  type TrainTaskInput,
  type TrainTaskOutput,
  type TrainTaskProgress,
  trainingWords,
} from './learning-tasks.ts';

async function engineNamed(name: EngineName, threads: number): Promise<GraphRuntime> {
  return name === 'tfjs' ? tfjsRuntime(await loadTfjsNode()) : onnxRuntime({ threads });
}

/** Obeys the words that the house says after every event, so that the trainer's next look at the signal sees a stop. */
function listening(word: SharedArrayBuffer): { readonly signal: AbortSignal; obey(): void } {
  const cancel = new Int32Array(word);
  const stop = new AbortController();
  return {
    signal: stop.signal,
    obey() {
      // nothing else has to happen on this thread while a person has paused the training
      while (Atomics.load(cancel, 0) === trainingWords.pause) Atomics.wait(cancel, 0, trainingWords.pause);
      if (Atomics.load(cancel, 0) === trainingWords.stop) stop.abort();
    },
  };
}

async function fitPorts({ engine, threads }: FitTaskInput): Promise<TrainPorts> {
  return {
    runtime: await engineNamed(engine, threads),
    exportRuntime: onnxRuntime({ threads }),
    now: () => performance.now(),
    memory: () => process.memoryUsage.rss(),
  };
}

async function train(input: TrainTaskInput, context: TaskContext): Promise<TrainTaskOutput> {
  const blobs = openBlobStore(input.blobsDirectory);
  const { signal, obey } = listening(input.cancel);
  const tell = (progress: TrainTaskProgress) => context.progress(progress);
  let epoch = 0;
  obey();
  const ports: TrainPorts = {
    ...(await fitPorts(input)),
    signal,
    ...(input.resumeFrom === null ? {} : { resumeFrom: blobs.get(input.resumeFrom) }),
    onEvent(event) {
      obey();
      if (event.kind !== 'stage') epoch = event.kind === 'step' ? event.epoch - 1 : event.epoch;
      if (event.kind !== 'checkpoint') tell({ kind: 'event', event });
    },
    checkpoints: {
      async save(step, parts, metrics) {
        tell({ kind: 'checkpoint', step, epoch, blob: blobs.put(...parts), metrics });
      },
    },
  };
  await letGo();
  const trained = await withThreads(input, (threads) => teach(input, { ...ports, ...threads }));
  const { onnx, safetensors, heldOut, ...network } = trained;
  return {
    onnxBlob: blobs.put(onnx),
    onnxBytes: onnx.byteLength,
    safetensorsBlob: safetensors && blobs.put(safetensors),
    network,
    heldOut,
  };
}

/** Further threads for as long as the work takes: for what estimators compute, or for the batches of a network. */
async function withThreads<Output>(
  { options, threads }: FitTaskInput,
  work: (threads: Pick<TrainModelPorts, 'parallel' | 'beside'>) => Promise<Output>,
): Promise<Output> {
  const isEstimator = findTrainable(options.recipe).kind === 'estimator';
  const [parallel, beside] = isEstimator ? [openEstimatorPool(threads)] : [undefined, openBatchPool()];
  try {
    return await work({ ...(parallel && { parallel }), ...(beside && { beside }) });
  } finally {
    await parallel?.close();
    await beside?.close();
  }
}

/** Tells its share done, 0 to 1. */
async function judge(input: JudgeTaskInput, context: TaskContext): Promise<JudgeTaskOutput> {
  const { dataset, options, preparation, rowShare } = input;
  const { settings, groups } = preparation;
  const { signal, obey } = listening(input.cancel);
  obey();
  const ports: TrainPorts = {
    ...(await fitPorts(input)),
    signal,
    onEvent({ step, totalSteps }) {
      obey();
      if (totalSteps > 0) context.progress(step / totalSteps);
    },
  };
  const inFolds = {
    ...options,
    rowShare,
    folds: settings.folds,
    knownShare: settings.knownGroups,
    groups,
    prepare: async (part: TensorDataset) => {
      const make = () => preparedTrainingSet(part, preparation, options.seed);
      // a network holds what it makes of its images by itself
      if (findTrainable(options.recipe).kind === 'network') return make();
      const search = JSON.stringify([input.search, options.recipe, options.seed, settings]);
      return keptSets.of(search, settings.folds, part, make);
    },
  };
  return judgeInFolds(dataset, inFolds, { ...ports, ...keptThreads(input) });
}

const keptSets = keptTrainingSets();

// a search asks for judgings one after the other, most of them shorter than the start of a thread
let kept: { readonly threads: number; readonly parallel: EstimatorPool } | null = null;
let keptBeside: ReturnType<typeof openBatchPool> | null = null;

/** As withThreads, until they are let go. */
function keptThreads({ options, threads }: FitTaskInput): Pick<TrainModelPorts, 'parallel' | 'beside'> {
  if (findTrainable(options.recipe).kind !== 'estimator') {
    keptBeside ??= openBatchPool();
    return { beside: keptBeside };
  }
  if (kept?.threads !== threads) {
    void kept?.parallel.close();
    kept = { threads, parallel: openEstimatorPool(threads) };
  }
  return { parallel: kept.parallel };
}

/** What a search kept ready from one judging to the next. */
async function letGo(): Promise<void> {
  keptSets.clear();
  const ended = [kept?.parallel.close(), keptBeside?.close()];
  kept = null;
  keptBeside = null;
  await Promise.all(ended);
}

/** In folds where that was asked for; the family prepares what is learned from either way. */
async function teach(
  { dataset, options, preparation }: TrainTaskInput,
  ports: TrainModelPorts,
): Promise<TrainedFile & { readonly heldOut: HeldOut | null }> {
  const { settings, groups } = preparation;
  // families make up rows of single classes: several marks, or a number, are learned from items as they are
  const prepare = async (given: TensorDataset, onProgress?: (share: number) => void) =>
    targetKindOf(options.parameters) === undefined
      ? preparedTrainingSet(given, preparation, options.seed, onProgress)
      : given;
  if (settings.folds >= 2 && canBeJudgedInFolds(dataset))
    return trainOutOfFold(
      dataset,
      {
        ...options,
        folds: settings.folds,
        knownShare: settings.knownGroups,
        groups,
        prepare: (given) => prepare(given),
      },
      ports,
    );
  const prepared = await prepare(dataset, (share) => tellStage(ports, 'making the training set', share));
  return { ...(await trainModel(prepared, options, ports)), heldOut: null };
}

/** Without two kinds of labels there is nothing to be judged by. */
function canBeJudgedInFolds({ labels, split }: TensorDataset): boolean {
  const known = labels.filter((label, item) => label >= 0 && split[item] !== splitCodes.review);
  return new Set(known).size >= 2;
}

// Predictions come in portions of one model; it is opened once.
let opened: { readonly path: string; readonly predictor: Predictor } | null = null;

async function predict({ modelPath, inputs }: PredictTaskInput): Promise<PredictTaskOutput> {
  if (opened?.path !== modelPath) {
    const predictor = await loadPredictor(readFileSync(modelPath), onnxRuntime());
    await opened?.predictor.release();
    opened = { path: modelPath, predictor };
  }
  const { predictor } = opened;
  return { classes: predictor.classes, ...(await predictor.answer(inputs)) };
}

serveTasks({
  train: (input, context) => train(input as TrainTaskInput, context),
  judge: (input, context) => judge(input as JudgeTaskInput, context),
  predict: (input) => predict(input as PredictTaskInput),
  embed: (input) => embedWith(onnxRuntime(), input as EmbedInput),
  teach: (input) => reviewLesson(input as LessonInput),
  letGo: () => letGo(),
  about: () => ({ version: onnxRuntime().version }),
});
