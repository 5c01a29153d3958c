/**
 * Nightsift as a library: what the screens and the command line do, for scripts.
 *
 * `train` is the only way to train and gives a TrainedModel that knows its run, version, data set and figures;
 * a TrainedModel, also opened from the registry or from an exported file, is the only way to predict.
 */
import { homedir } from 'node:os';
import process from 'node:process';
import type { DataSetRow } from '../contract/calls/data-sets.ts';
import type {
  LabelReceipt,
  ScanOutcome,
  SortAction,
  SortOutcome,
  UndoOutcome,
} from '../contract/calls/sessions.ts';
import type { EvaluationReport, TrainOutcome } from '../contract/calls/training.ts';
import { NightsiftError } from '../contract/errors.ts';
import type { PredictReport } from '../contract/scan-report.ts';
import type { FrameLabel, PolicyChanges, PolicyName } from '../contract/words.ts';
import { libraryFolder } from './engine/library-folder.ts';
import { runEnvironment } from './engine/version.ts';
import { type Library, openLibrary as openCatalogue } from './library/open-library.ts';
import { dataSetRow, createDataset as freeze } from './workflows/dataset.ts';
import { evaluateModel } from './workflows/evaluate.ts';
import { framesFamily } from './workflows/frames.ts';
import { labelFrames } from './workflows/label.ts';
import { predictWith, promotedOpinion } from './workflows/predict.ts';
import type { Progress } from './workflows/progress.ts';
import { type Promotion, promote as promoteVersion, type StageDecision } from './workflows/promote.ts';
import { scan as scanNight } from './workflows/scan.ts';
import { recoverOperations, sortSession, undoOperation } from './workflows/sort.ts';
import { keepFromMemory, type MemoryContent } from './workflows/sources/memory-source.ts';
import { type TrainInput, type TrainOptions, train as trainModel } from './workflows/train.ts';
import { type TrainFromFitsInput, trainFromFits as trainFolder } from './workflows/train-from-fits.ts';
import { type TrainedModel as OpenModel, openTrainedModel } from './workflows/trained-model.ts';
import { type LearningPool, openLearningPool } from './workflows/training/learning-pool.ts';

export { api } from '../contract/api.ts';
export type { DataSetRow } from '../contract/calls/data-sets.ts';
export type { ScanOutcome, SortOutcome, UndoOutcome } from '../contract/calls/sessions.ts';
export type { EvaluationReport, TrainOutcome } from '../contract/calls/training.ts';
export { type ErrorCode, isNightsiftError, NightsiftError } from '../contract/errors.ts';
export { PredictReport, ScanReport } from '../contract/scan-report.ts';
export type { Finding, FrameLabel, FrameMeasurements } from '../contract/words.ts';
export { openEngine } from './engine.ts';
export { type FittedTable, fitTable, type TableToFit } from './workflows/fit-table.ts';
export type { Progress } from './workflows/progress.ts';

/** A library held open by this process; no other can open it meanwhile. */
export interface OpenLibrary {
  readonly directory: string;
  close(): Promise<void>;
}

/** Every long call can be watched and stopped; training also tells the figures of each epoch. */
export interface WorkOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly onMetrics?: (epoch: number, values: Readonly<Record<string, number>>) => void;
  readonly onMessage?: (text: string) => void;
}

export interface TrainedModel extends Omit<OpenModel, 'predict' | 'predictFrames'> {
  /** How it came about; null for one that was opened. */
  readonly outcome: TrainOutcome | null;
  /** Folders and files of one night. Bad files are answered too; nothing is stored as a label. */
  predict(paths: readonly string[], options?: WorkOptions): Promise<PredictReport>;
}

interface Ports {
  readonly library: Library;
  readonly family: typeof framesFamily;
  readonly learning: LearningPool;
  readonly environment: Readonly<Record<string, string>>;
}

// The handle that scripts hold says nothing of its inside.
const opened = new WeakMap<OpenLibrary, Ports>();

/**
 * Opens a library, making it if need be.
 * @param folder NIGHTSIFT_LIBRARY, else the platform's data folder, when left out
 * @throws NightsiftError `libraryBusy`, `libraryTooNew`, `libraryDamaged`, `cannotOpen`, `diskFull`
 */
export function openLibrary(folder?: string): OpenLibrary {
  const surroundings = { platform: process.platform, home: homedir(), environment: process.env };
  const library = openCatalogue(libraryFolder(folder, surroundings));
  recoverOperations(library);
  const learning = openLearningPool();
  const handle: OpenLibrary = {
    directory: library.directory,
    async close() {
      await learning.close();
      library.close();
    },
  };
  opened.set(handle, { library, learning, family: framesFamily, environment: runEnvironment() });
  return handle;
}

function namedPaths(paths: readonly string[]): readonly string[] {
  const isList = Array.isArray(paths) && paths.length > 0;
  if (isList && paths.every((path) => typeof path === 'string' && path.trim() !== '')) return paths;
  throw new NightsiftError(
    'wrongUse',
    'Paths are a list of at least one file or folder, none of them empty.',
    {
      details: { found: paths },
    },
  );
}

function portsOf(handle: OpenLibrary) {
  const ports = opened.get(handle);
  if (ports === undefined) throw new TypeError('Hand over what openLibrary gave.');
  return { ...ports, predictOpinion: promotedOpinion(ports) };
}

/**
 * Measures and judges a night. Originals are only read; a bad file is part of the report.
 * @throws NightsiftError `wrongUse` without a path, `notFound`, `cancelled`, `diskFull`
 */
export async function scan(
  library: OpenLibrary,
  paths: readonly string[],
  options: WorkOptions & {
    session?: string;
    policy?: PolicyName;
    /** Single consequences of the policy changed: `{ trail: 'advisory' }`. */
    policyChanges?: PolicyChanges;
    workers?: number;
  } = {},
): Promise<ScanOutcome> {
  const { session, policy, policyChanges, workers, ...work } = options;
  return scanNight(
    portsOf(library),
    { paths: namedPaths(paths), session, policy, policyChanges, workers },
    work,
  );
}

/**
 * What a script has in memory as a path that every call takes: bytes of any format, text, or records.
 * @param name as a file is called: `log.jsonl`
 */
export function fromMemory(library: OpenLibrary, name: string, content: MemoryContent): string {
  return keepFromMemory(portsOf(library).library, name, content);
}

/** Notes what a person says of frames. */
export function label(
  library: OpenLibrary,
  session: string,
  labels: readonly { readonly file: string; readonly label: FrameLabel }[],
  by?: string,
): LabelReceipt {
  return labelFrames(portsOf(library).library, session, labels, by ?? null);
}

/** Freezes the labels of sessions into an immutable version. */
export async function createDataset(
  library: OpenLibrary,
  input: { readonly sessions: readonly string[]; readonly name?: string; readonly seed?: number },
  options: WorkOptions = {},
): Promise<DataSetRow> {
  return dataSetRow(await freeze(portsOf(library), input, options));
}

/** Trains on a data set version, a session or frames on disk, or goes on with a run; registers the result. */
export async function train(
  library: OpenLibrary,
  input: TrainInput,
  options: WorkOptions = {},
): Promise<TrainedModel> {
  return withOutcome(library, await trainModel(portsOf(library), input, options as TrainOptions));
}

/** From a folder of frames to a registered model in one go. */
export async function trainFromFits(
  library: OpenLibrary,
  input: TrainFromFitsInput,
  options: WorkOptions = {},
): Promise<TrainedModel> {
  return withOutcome(library, await trainFolder(portsOf(library), input, options as TrainOptions));
}

export const TrainedModel = {
  /**
   * @param reference NAME, NAME@VERSION, NAME@production or the path of an ONNX file
   * @throws NightsiftError `notFound`, `badModel`, `cannotOpen`
   */
  open: (library: OpenLibrary, reference: string): Promise<TrainedModel> =>
    openModel(library, reference, null),
} as const;

function withOutcome(library: OpenLibrary, outcome: TrainOutcome): Promise<TrainedModel> {
  return openModel(library, `${outcome.model.name}@${outcome.model.version}`, outcome);
}

async function openModel(
  handle: OpenLibrary,
  reference: string,
  outcome: TrainOutcome | null,
): Promise<TrainedModel> {
  const ports = portsOf(handle);
  const model = await openTrainedModel(ports, reference);
  const { predict: _tensors, predictFrames: _frames, ...described } = model;
  return {
    ...described,
    outcome,
    predict: (paths, options = {}) => predictWith(ports, model, { paths }, options),
  };
}

/** Figures on the test split of a data set version, on a session, or on labelled frames on disk. */
export function evaluate(
  library: OpenLibrary,
  input: { readonly model: string; readonly dataSet?: string; readonly paths?: readonly string[] },
  options: WorkOptions = {},
): Promise<EvaluationReport> {
  return evaluateModel(portsOf(library), input, options);
}

/** Makes a version what scan and sort use; the one before is archived. */
export function promote(library: OpenLibrary, reference: string, decision: StageDecision = {}): Promotion {
  return promoteVersion(portsOf(library).library, reference, decision);
}

/** Puts the frames of a session into folders by label. */
export function sort(
  library: OpenLibrary,
  input: {
    readonly session: string;
    readonly into: string;
    readonly action: SortAction;
    readonly dryRun?: boolean;
  },
  options: WorkOptions = {},
): Promise<SortOutcome> {
  return sortSession(portsOf(library), input, options);
}

/** Takes a sort back; the last one when none is named. */
export function undo(
  library: OpenLibrary,
  operation?: string,
  options: WorkOptions = {},
): Promise<UndoOutcome> {
  return undoOperation(portsOf(library).library, operation, options);
}
