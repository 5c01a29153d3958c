/** One run: from a frozen data set version to files in the store, with every figure and checkpoint kept. */
import { createHash } from 'node:crypto';
import { isNightsiftError, NightsiftError } from '../../../contract/errors.ts';
import type { EngineName } from '../../../contract/words.ts';
import type { TensorDataset } from '../../learning/dataset.ts';
import {
  completeParameters,
  findRecipe,
  givenParameters,
  type ParameterValue,
} from '../../learning/recipes.ts';
import {
  refuseClassWeights,
  refuseSettings,
  refuseTargetsOfEstimator,
} from '../../learning/refuse-settings.ts';
import type { TrainEvent, TrainOptions } from '../../learning/train-network.ts';
import { findTrainable } from '../../learning/trainables.ts';
import type { DatasetVersion } from '../../library/datasets.ts';
import type { Library } from '../../library/open-library.ts';
import type { Run } from '../../library/runs.ts';
import type { FrameFamily } from '../frame-family.ts';
import { engineOf, environmentKey, recipeKey, recipeParameters, requestKey, usualEngine } from '../runs.ts';
import type { TrainTaskOutput } from '../work/learning-tasks.ts';
import type { Where } from './chosen-items.ts';
import { type DataKind, dataKind, taskOf } from './data-kind.ts';
import { dottedApart, houseSettings } from './house-settings.ts';
import { learnedItems } from './learned-items.ts';
import type { LearningPool } from './learning-pool.ts';
import { openRunRecorder } from './run-recorder.ts';

export interface TrainPorts {
  readonly library: Library;
  readonly family: FrameFamily;
  readonly learning: LearningPool;
  /** Program, Node and runtime versions, processor, threads: what a result may depend on. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What was asked, kept with the run so that resuming asks the same. */
export interface RunRequest {
  readonly name: string;
  readonly where: Where;
  readonly promote: boolean;
  readonly modelOutput: string | null;
  readonly engine: EngineName;
  /** Figures of the trial whose settings these are, in the folds of its search. */
  readonly searched?: Readonly<Record<string, number>>;
}

export interface NewTraining {
  readonly version: DatasetVersion;
  readonly recipe: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly seed: number;
  readonly backbone: Uint8Array | null;
  readonly teacher: Uint8Array | null;
  readonly request: RunRequest;
}

/** Of the digest in a run's name; what the name has behind them counts repetitions. */
const digestDigits = 10;

/** Files that a run starts from, kept with it. */
const fileArtefacts = ['backbone', 'teacher'] as const;

/**
 * Writes the run's row before anything is computed. Its name is a digest of all that its result depends on, so that
 * the same question gets the same name, and the same model bytes, on every machine of a kind.
 * Errors: wrongUse (recipe, a parameter), notEnoughData (--where, no labels), conflict (the name is another task's).
 */
export function startRun({ library, family, environment }: TrainPorts, training: NewTraining): Run {
  const { version, recipe, seed, request } = training;
  const { own, dotted } = dottedApart(training.parameters);
  const kind = dataKind({ library, family }, version.family);
  houseSettings(kind.family, dotted);
  const parameters = { ...settingsOf(training, own), ...dotted };
  learnedItems({ library, family }, version, request.where, recipe);
  refuseOtherTask(library, request.name, version.family, taskOf(kind, parameters));
  const digest = createHash('sha256').update(
    JSON.stringify([
      version.hash,
      recipe,
      parameters,
      seed,
      request.where,
      environment.threads,
      // named where it is not the usual one, so that runs keep the names they had
      ...(request.engine === usualEngine ? [] : [request.engine]),
    ]),
  );
  for (const name of fileArtefacts) if (training[name]) digest.update(training[name]);
  return library.transaction(() => {
    const run = library.runs.start({
      id: `run-${digest.digest('hex').slice(0, digestDigits)}`,
      kind: 'train',
      experiment: request.name,
      name: request.name,
      family: version.family,
      datasetVersionId: version.id,
      seed,
      parameters: {
        ...parameters,
        [recipeKey]: recipe,
        [environmentKey]: environment,
        [requestKey]: request,
      },
    });
    for (const name of fileArtefacts) {
      const file = training[name];
      if (file === null) continue;
      library.runs.addArtefact(run.id, { name, blob: library.blobs.put(file), byteLength: file.byteLength });
    }
    return run;
  });
}

/** The recipe's settings, complete; those that do not go together are refused. Errors: wrongUse. */
function settingsOf(
  { recipe, teacher, backbone }: NewTraining,
  own: Readonly<Record<string, ParameterValue>>,
): Record<string, ParameterValue> {
  const trainable = findTrainable(recipe);
  if (trainable.kind !== 'network') {
    refuseTargetsOfEstimator(recipe, own);
    if (teacher === null) return completeParameters(trainable, own);
    throw new NightsiftError('wrongUse', `The recipe ${recipe} cannot imitate a teacher.`, {
      hint: 'Networks can: mlp, small-cnn, conv1d and the others of nightsift recipes that are trained in epochs.',
    });
  }
  const complete = completeParameters(trainable, own);
  refuseClassWeights(givenParameters(trainable, own));
  refuseSettings(findRecipe(recipe), complete, {
    hasTeacher: teacher !== null,
    hasBackbone: backbone !== null,
  });
  return complete;
}

/** Before the work rather than when its model is registered. */
export function refuseOtherTask(
  library: Pick<Library, 'models'>,
  name: string,
  family: string,
  task: string,
): void {
  const other = library.models.list().find((model) => model.name === name);
  if (other === undefined || (other.family === family && other.task === task)) return;
  throw new NightsiftError(
    'conflict',
    `The model name "${name}" serves ${other.family}/${other.task}, not ${family}/${task}.`,
    { hint: 'Choose another name with --name.' },
  );
}

export interface TrainingListener {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: TrainEvent) => void) | undefined;
  readonly onPausable?: ((pause: (paused: boolean) => void) => void) | undefined;
}

/**
 * Trains, from the run's last checkpoint where it has one. The run's row says how it ended, whatever happens short of
 * the death of the process; that is noticed when the library is opened next.
 * Errors: cancelled, diverged, notEnoughData, verifyFailed, diskFull, …
 */
export async function executeRun(
  ports: TrainPorts,
  run: Run,
  listener: TrainingListener,
): Promise<TrainTaskOutput> {
  const recorder = openRunRecorder(ports.library, run.id, listener);
  const stop = new AbortController();
  let notKept: unknown = null;
  try {
    return await trainInWorker(ports, run, {
      signal: listener.signal ? AbortSignal.any([listener.signal, stop.signal]) : stop.signal,
      onPausable: listener.onPausable,
      onProgress(progress) {
        try {
          recorder.take(progress);
        } catch (thrown) {
          // A full disk: stop rather than train on what cannot be kept.
          notKept ??= thrown;
          stop.abort();
        }
      },
    });
  } catch (thrown) {
    const reason = notKept ?? thrown;
    quietly(() => recorder.close());
    // A row that cannot be written still says running, which the next start takes for interrupted.
    quietly(() => endBadly(ports.library, run, reason));
    throw withResumeHint(reason, run);
  } finally {
    quietly(() => recorder.close());
  }
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // the error that led here is the one to tell
  }
}

async function trainInWorker(
  { library, family, learning }: TrainPorts,
  run: Run,
  options: Parameters<LearningPool['train']>[1],
): Promise<TrainTaskOutput> {
  const stored = library.runs.parameters(run.id);
  const request = requestOf(library, run);
  const version = versionOf(library, run);
  const recipe = String(stored[recipeKey]);
  const files = library.runs
    .artefacts(run.id)
    .flatMap(({ name, blob }) =>
      fileArtefacts.filter((known) => known === name).map((known) => [known, library.blobs.get(blob)]),
    );
  const kind = dataKind({ library, family }, version.family);
  const items = learnedItems({ library, family }, version, request.where, recipe);
  const dataset = await kind.tensors(version, items, recipe);
  const { own, dotted } = dottedApart(recipeParameters(stored) as Record<string, ParameterValue>);
  return learning.train(
    {
      dataset,
      options: {
        recipe,
        parameters: own,
        seed: run.seed ?? 1,
        metadata: fileMetadata(kind, { library, run, version, dataset }),
        ...(Object.fromEntries(files) as Pick<TrainOptions, (typeof fileArtefacts)[number]>),
      },
      preparation: {
        family: kind.family?.name ?? null,
        settings: houseSettings(kind.family, dotted),
        groups: groupNumbers(items.map(({ group }) => group)),
        facts: kind.allFacts(items),
      },
      blobsDirectory: library.blobs.directory,
      resumeFrom: lastCheckpoint(library, run),
      threads: threadsOf(stored),
      engine: requestOf(library, run).engine,
    },
    options,
  );
}

/** A number for each word, equal for equal words. */
export function groupNumbers(words: readonly string[]): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(words, (group) => {
    const known = numbers.get(group) ?? numbers.size;
    numbers.set(group, known);
    return known;
  });
}

/** The newest checkpoint whose bytes are there; a damaged one is passed over for the one before. */
function lastCheckpoint(library: Library, run: Run): string | null {
  const usable = library.runs
    .checkpoints(run.id)
    .find(({ kind, blob }) => kind === 'last' && isWhole(library, blob));
  library.runs.dropMetricsAfter(run.id, usable?.step ?? 0);
  return usable?.blob ?? null;
}

function isWhole(library: Library, blob: string): boolean {
  try {
    library.blobs.get(blob);
    return true;
  } catch {
    return false;
  }
}

/** Resumed with another number of threads, sums would be added up in another order. */
function threadsOf(stored: Readonly<Record<string, unknown>>): number {
  const environment = stored[environmentKey] as Readonly<Record<string, string>> | undefined;
  return Math.max(1, Number(environment?.threads ?? 1));
}

interface FileFacts {
  readonly library: Library;
  readonly run: Run;
  readonly version: DatasetVersion;
  readonly dataset: TensorDataset;
}

/** What the model's file tells wherever it goes. */
function fileMetadata(kind: DataKind, { library, run, version, dataset }: FileFacts): Record<string, string> {
  const stored = library.runs.parameters(run.id);
  const recipe = String(stored[recipeKey]);
  const engine = engineOf(stored);
  return {
    schema: 'nightsift.model/1',
    family: version.family,
    task: taskOf(kind, recipeParameters(stored) as Record<string, ParameterValue>),
    // Without the count that tells repetitions of one question apart: equal questions give equal bytes.
    run: run.id.slice(0, 'run-'.length + digestDigits),
    dataSet: `${version.name}@${version.version}`,
    dataSetHash: version.hash,
    codeVersion: version.metadata.codeVersion,
    ...(engine !== null && { engine }),
    inputRecipe: JSON.stringify(kind.inputRecipe(version, recipe, dataset)),
  };
}

export function versionOf(library: Library, run: Run): DatasetVersion {
  const version = run.datasetVersionId === null ? undefined : library.datasets.byId(run.datasetVersionId);
  if (version) return version;
  throw new NightsiftError('notFound', `Run ${run.id} does not say what it was trained on.`);
}

export function recipeOf(library: Library, run: Run): string {
  return String(library.runs.parameters(run.id)[recipeKey]);
}

export function requestOf(library: Library, run: Run): RunRequest {
  const request = library.runs.parameters(run.id)[requestKey] as Partial<RunRequest> | undefined;
  return {
    name: run.name ?? run.experiment,
    where: {},
    promote: false,
    modelOutput: null,
    engine: usualEngine,
    ...request,
  };
}

/** Notes in the run's row how it ended: cancelled, or failed and why. */
export function endBadly(library: Library, run: Run, thrown: unknown): void {
  const code = isNightsiftError(thrown) ? thrown.code : 'internal';
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const status = code === 'cancelled' ? 'cancelled' : 'failed';
  library.runs.end(run.id, { status, errorCode: code, errorMessage: message });
}

function withResumeHint(thrown: unknown, run: Run): unknown {
  if (!isNightsiftError(thrown) || thrown.code !== 'cancelled') return thrown;
  return new NightsiftError('cancelled', thrown.message, {
    hint: `Go on with: nightsift train --resume ${run.id}`,
    details: { ...thrown.details, run: run.id },
  });
}
