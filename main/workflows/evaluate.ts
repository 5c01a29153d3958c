/** How good a model is: on the test split of a data set version, or on frames on disk whose labels are known. */
import type { EvaluationReport, JudgedItem } from '../../contract/calls/training.ts';
import { NightsiftError } from '../../contract/errors.ts';
import type { DatasetItem, DatasetVersion } from '../library/datasets.ts';
import type { Library } from '../library/open-library.ts';
import { candidatesOf } from './datasets/candidates.ts';
import type { FrameFamily } from './frame-family.ts';
import { showModel } from './models.ts';
import type { WorkOptions } from './progress.ts';
import { evaluateFiles, evaluateSession, evaluateSplit } from './records/evaluate-records.ts';
import { findFamily } from './records/families.ts';
import { type RecordInputRecipe, recordRecipe } from './records/model-inputs.ts';
import { isRecordName } from './records/scan-records.ts';
import { scan } from './scan.ts';
import type { PredictOpinion } from './scanning/opinions.ts';
import { findSession } from './sessions.ts';
import { localPaths } from './sources/local-paths.ts';
import { openTrainedModel, type TrainedModel } from './trained-model.ts';
import { evaluationReport, type JudgingOptions, withLearned } from './training/evaluation-report.ts';
import type { FrameSource } from './training/frame-inputs.ts';
import { learnedContents } from './training/learned-contents.ts';

export interface EvaluatePorts {
  readonly library: Library;
  readonly family: FrameFamily;
  readonly predictOpinion?: PredictOpinion | undefined;
}

export interface EvaluateInput {
  /** NAME, NAME@VERSION, NAME@production or an ONNX file. */
  readonly model: string;
  /** A data set version, or the name of a session. */
  readonly dataSet?: string | undefined;
  /** Frames to bring in first; labels of persons and of the prefilter are the truth. */
  readonly paths?: readonly string[] | undefined;
  /** Of records: the column that holds the labels, when it is another than the model was taught by. */
  readonly label?: string | undefined;
}

/** An item with the label that counts. */
type LabelledFrame = FrameSource & {
  readonly contentHash: string;
  readonly session: string;
  readonly file: string;
  readonly itemId: number | null;
  readonly label: string;
  readonly labelledBy: string;
};

interface Examination {
  readonly on: string;
  readonly withinNight: boolean;
  readonly frames: readonly LabelledFrame[];
}

/** Errors: notFound, notEnoughData, badModel, modelMismatch, cancelled. */
export async function evaluateModel(
  ports: EvaluatePorts,
  input: EvaluateInput,
  options: WorkOptions = {},
): Promise<EvaluationReport> {
  const model = await openTrainedModel(ports, input.model);
  try {
    const recipe = recordRecipe(model.metadata);
    const judging = { ...options, learned: learnedContents(ports, model) };
    if (recipe !== null) return await evaluateRecords(ports.library, model, recipe, input, judging);
    const examination = await examinationOf(ports, input, options);
    return await examine(model, examination, judging);
  } finally {
    await model.close();
  }
}

async function evaluateRecords(
  library: Library,
  model: TrainedModel,
  recipe: RecordInputRecipe,
  { dataSet = '', paths, label }: EvaluateInput,
  options: JudgingOptions,
): Promise<EvaluationReport> {
  const family = findFamily(recipe.family);
  if (paths !== undefined) {
    const local = await localPaths(library, paths, isRecordName(family), options);
    return evaluateFiles(family, model, recipe, { paths: local, label }, options);
  }
  const version = library.datasets.find(dataSet);
  if (version === undefined) {
    const session = library.sessions.byName(dataSet);
    if (session === undefined) library.datasets.need(dataSet);
    return evaluateSession(library, family, model, findSession(library, dataSet), options);
  }
  // Learned from all of it: only what was said out of fold is worth anything.
  const own = model.metadata.fittedOn === 'all' && model.metadata.dataSetHash === version.hash;
  const { report } = own && model.runId !== null ? showModel(library, model.reference) : { report: null };
  if (report !== null) return report;
  const items = library.datasets.items(version.id);
  const judged = await evaluateSplit(library, family, model, version, items, options);
  if (judged !== null) return judged;
  throw new NightsiftError(
    'notEnoughData',
    `${dataSet} has neither a test nor a validation split to judge on.`,
    {
      hint: 'Make a version with --test-share above 0, or evaluate on other files.',
    },
  );
}

/** The test split; validation where there is none; never what was trained on. Null when both are empty. */
export async function evaluateOnVersion(
  model: TrainedModel,
  version: DatasetVersion,
  items: readonly DatasetItem[],
  options: WorkOptions = {},
): Promise<EvaluationReport | null> {
  const examination = heldOut(version, items);
  return examination === null ? null : examine(model, examination, options);
}

async function examine(
  model: TrainedModel,
  { on, withinNight, frames }: Examination,
  { signal, onProgress, learned }: JudgingOptions,
): Promise<EvaluationReport> {
  const { classes } = model;
  const known = frames.filter(({ label }) => classes.includes(label));
  const predictions = await model.predictFrames(known, {
    signal,
    onDone: (done) => onProgress?.({ phase: 'evaluating', done, total: known.length }),
  });
  const probabilities = Float32Array.from(
    predictions.flatMap((prediction) => classes.map((name) => prediction.probabilities[name] ?? 0)),
  );
  const report = evaluationReport(
    { model: model.reference, on, withinNight },
    {
      classes,
      probabilities,
      labels: known.map(({ label }) => classes.indexOf(label)),
      person: known.map(({ labelledBy }) => labelledBy === 'person'),
    },
  );
  const judged = { ...report, judged: known.map((frame, index) => judgedItem(frame, predictions[index])) };
  return withLearned(
    judged,
    known.map(({ contentHash }) => contentHash),
    learned,
  );
}

function judgedItem(
  { session, file, itemId, label, labelledBy }: LabelledFrame,
  prediction: { readonly probabilities: Readonly<Record<string, number>> } | undefined,
): JudgedItem {
  const [predicted, probability] = Object.entries(prediction?.probabilities ?? {}).reduce(
    (best, each) => (each[1] > best[1] ? each : best),
    ['', 0],
  );
  return { session, file, item: itemId, label, labelledBy, predicted, probability };
}

async function examinationOf(
  ports: EvaluatePorts,
  input: EvaluateInput,
  options: WorkOptions,
): Promise<Examination> {
  const { library, family } = ports;
  if (input.paths !== undefined) {
    const { session, report } = await scan(ports, { paths: input.paths }, options);
    const files = new Set(report.frames.map(({ file }) => file));
    return sessionExamination({ library, family }, session.name, files);
  }
  const reference = input.dataSet ?? '';
  const version = library.datasets.find(reference);
  if (version === undefined) {
    // A session by name; the error for neither names data sets, which is what was asked for.
    if (library.sessions.byName(reference) === undefined) library.datasets.need(reference);
    return sessionExamination({ library, family }, reference, null);
  }
  const examination = heldOut(version, library.datasets.items(version.id));
  if (examination !== null) return examination;
  throw new NightsiftError(
    'notEnoughData',
    `${reference} has neither a test nor a validation split to judge on.`,
    {
      hint: 'Make a version with --test-share above 0, or evaluate on another night.',
    },
  );
}

function heldOut(version: DatasetVersion, items: readonly DatasetItem[]): Examination | null {
  for (const split of ['test', 'validation'] as const) {
    const frames = items.filter((item) => item.split === split);
    if (frames.length === 0) continue;
    const on = `${version.name}@${version.version} (${split})`;
    return { on, withinNight: version.metadata.withinNight, frames };
  }
  return null;
}

/** All labelled frames of a session; the model has to be one that was not trained on them for this to mean much. */
function sessionExamination(
  { library, family }: EvaluatePorts,
  name: string,
  files: ReadonlySet<string> | null,
): Examination {
  const session = findSession(library, name);
  const frames = candidatesOf(library, [session], family.measurementVersion).filter(
    ({ label, file }) => label !== 'review' && (files === null || files.has(file)),
  );
  if (frames.length > 0) return { on: `session ${session.name}`, withinNight: false, frames };
  throw new NightsiftError(
    'notEnoughData',
    `Session "${session.name}" holds no labelled frame to judge on.`,
    {
      hint: 'Label some frames first: nightsift label SESSION FILE LABEL.',
    },
  );
}
