/**
 * The only way to train: it wires tracker, checkpoints, registry and data set version together and gives back a model
 * that can be traced to the very files and labels it came from.
 */
import { readFileSync } from 'node:fs';
import type { EvaluationReport, TrainOutcome } from '../../contract/calls/training.ts';
import { NightsiftError } from '../../contract/errors.ts';
import type { ParameterValue } from '../learning/recipes.ts';
import type { TrainEvent } from '../learning/train-network.ts';
import type { DatasetVersion } from '../library/datasets.ts';
import type { Run } from '../library/runs.ts';
import { createDataset } from './dataset.ts';
import { evaluateOnVersion } from './evaluate.ts';
import { writeWholeFileTo } from './export-model.ts';
import { modelRow, referenceOf } from './models.ts';
import { promotedOpinion } from './predict.ts';
import type { WorkOptions } from './progress.ts';
import { promote } from './promote.ts';
import { dataSetName, isResumable } from './runs.ts';
import { scan } from './scan.ts';
import { openVersion } from './trained-model.ts';
import { chosenItems, type Where } from './training/dataset-tensors.ts';
import { registerModel } from './training/register-model.ts';
import { shippedBackbone } from './training/shipped-backbone.ts';
import { executeRun, requestOf, startRun, type TrainPorts, versionOf } from './training/training-run.ts';
import type { TrainTaskOutput } from './work/learning-tasks.ts';

export type { TrainPorts } from './training/training-run.ts';

export interface TrainSettings {
  readonly recipe?: string | undefined;
  readonly parameters?: Readonly<Record<string, ParameterValue | null>> | undefined;
  readonly seed?: number | undefined;
  /** Name in the registry; the data set's name when left out. */
  readonly name?: string | undefined;
  /** ONNX or safetensors file to start from. */
  readonly backbone?: string | undefined;
  readonly where?: Where | undefined;
  readonly promote?: boolean | undefined;
  /** Write the ONNX file here too. */
  readonly modelOutput?: string | undefined;
}

export interface TrainInput extends TrainSettings {
  /** A data set version, or the name of a session that one is made of. */
  readonly dataSet?: string | undefined;
  /** Frames to bring in first. */
  readonly paths?: readonly string[] | undefined;
  /** A run to go on with; the other settings are the run's own. */
  readonly resume?: string | undefined;
}

export interface TrainOptions extends WorkOptions {
  /** Figures of each epoch. */
  readonly onMetrics?: ((epoch: number, values: Readonly<Record<string, number>>) => void) | undefined;
  readonly onMessage?: ((text: string) => void) | undefined;
  /** The run's row, as soon as it is there. */
  readonly onRun?: ((id: string) => void) | undefined;
  /** Every figure of every step, as it comes. */
  readonly onPoints?: ((points: { name: string; step: number; value: number }[]) => void) | undefined;
}

export const defaultRecipe = 'small-cnn';

/** Errors: notFound, wrongUse, notEnoughData, cancelled, diverged, verifyFailed, diskFull, … */
export async function train(
  ports: TrainPorts,
  input: TrainInput,
  options: TrainOptions = {},
): Promise<TrainOutcome> {
  const begun = performance.now();
  const run =
    input.resume === undefined
      ? newRun(ports, await versionFor(ports, input, options), input)
      : reopenedRun(ports, input.resume);
  return finishRun(ports, run, { ...options, begun });
}

/** Trains a frozen version. */
export async function trainOnVersion(
  ports: TrainPorts,
  version: DatasetVersion,
  settings: TrainSettings,
  options: TrainOptions & { readonly begun: number },
): Promise<TrainOutcome> {
  return finishRun(ports, newRun(ports, version, settings), options);
}

function newRun(ports: TrainPorts, version: DatasetVersion, settings: TrainSettings): Run {
  const given = Object.entries(settings.parameters ?? {}).filter(([, value]) => value !== null);
  const recipe = settings.recipe ?? defaultRecipe;
  return startRun(ports, {
    version,
    recipe,
    parameters: Object.fromEntries(given) as Record<string, ParameterValue>,
    seed: settings.seed ?? 1,
    backbone: settings.backbone === undefined ? shippedBackbone(recipe) : readBackbone(settings.backbone),
    request: {
      name: settings.name ?? version.name,
      where: settings.where ?? {},
      promote: settings.promote ?? false,
      modelOutput: settings.modelOutput ?? null,
    },
  });
}

function reopenedRun({ library }: TrainPorts, reference: string): Run {
  const run = library.runs.need(reference);
  if (isResumable(run)) return library.runs.reopen(run.id);
  throw new NightsiftError('conflict', `Run ${run.id} is ${run.status}: there is nothing to go on with.`, {
    hint: 'Runs that can be resumed are marked in: nightsift runs list.',
    details: { run: run.id, status: run.status },
  });
}

function readBackbone(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (thrown) {
    throw new NightsiftError('cannotOpen', `Cannot read the backbone ${file}.`, {
      details: { file },
      cause: thrown,
    });
  }
}

async function versionFor(
  ports: TrainPorts,
  input: TrainInput,
  options: WorkOptions,
): Promise<DatasetVersion> {
  const { library } = ports;
  const making = { name: input.name, seed: input.seed };
  if (input.paths !== undefined) {
    const scanned = await scan(
      { ...ports, predictOpinion: promotedOpinion(ports) },
      { paths: input.paths },
      options,
    );
    return createDataset(ports, { sessions: [scanned.session.name], seed: making.seed }, options);
  }
  if (input.dataSet === undefined) {
    throw new NightsiftError(
      'wrongUse',
      'Say what to train on: a data set, a session, paths, or a run to resume.',
    );
  }
  const version = library.datasets.find(input.dataSet);
  if (version !== undefined) return version;
  const session = library.sessions.byName(input.dataSet);
  if (session === undefined) return library.datasets.need(input.dataSet);
  return createDataset(ports, { sessions: [session.name], seed: making.seed }, options);
}

async function finishRun(
  ports: TrainPorts,
  run: Run,
  options: TrainOptions & { readonly begun?: number },
): Promise<TrainOutcome> {
  const { library } = ports;
  const begun = options.begun ?? performance.now();
  options.onRun?.(run.id);
  options.onMessage?.(`Run ${run.id} on ${dataSetName(library, run.datasetVersionId)}`);
  for (const warning of versionOf(library, run).metadata.warnings) options.onMessage?.(warning);
  const output = await executeRun(ports, run, { signal: options.signal, onEvent: eventTeller(options) });
  const request = requestOf(library, run);
  const report = await reportOf(ports, run, output, options);
  const version = registerModel(library, run, output, report);
  if (request.promote) promote(library, referenceOf(version), { reason: 'asked for when it was trained' });
  if (request.modelOutput !== null) writeWholeFileTo(request.modelOutput, library.blobs.get(output.onnxBlob));
  const { checkpoint } = version.metadata as { checkpoint?: string | null };
  return {
    run: run.id,
    model: modelRow(library, library.models.byId(version.id) ?? version),
    dataSet: dataSetName(library, run.datasetVersionId) ?? '',
    checkpoint: checkpoint == null ? null : library.blobs.pathOf(checkpoint),
    epochs: output.network.epochs,
    stoppedEarly: output.network.stoppedEarly,
    report: report && { ...report, model: referenceOf(version) },
    exportDifference: output.network.exportCheck.maximumDifference,
    modelOutput: request.modelOutput,
    dataSetFolder: null,
    elapsedSeconds: (performance.now() - begun) / 1000,
  };
}

/** Judged through the exported file, as it will be used. */
async function reportOf(
  ports: TrainPorts,
  run: Run,
  output: TrainTaskOutput,
  options: WorkOptions,
): Promise<EvaluationReport | null> {
  const { library } = ports;
  const version = versionOf(library, run);
  const items = chosenItems(ports, version, requestOf(library, run).where);
  const model = await openVersion(ports, {
    name: requestOf(library, run).name,
    version: 0,
    runId: run.id,
    datasetVersionId: version.id,
    onnxBlob: output.onnxBlob,
    metadata: {},
    metrics: {},
  });
  try {
    return await evaluateOnVersion(model, version, items, options);
  } finally {
    await model.close();
  }
}

function eventTeller(options: TrainOptions): (event: TrainEvent) => void {
  const { onProgress, onMetrics, onMessage, onPoints } = options;
  return (event) => {
    const { step } = event;
    const points = Object.entries(event.metrics).map(([name, value]) => ({ name, step, value }));
    // What is no number cannot be drawn; the run itself stops at it.
    const drawn = points.filter(({ value }) => Number.isFinite(value));
    if (drawn.length > 0) onPoints?.(drawn);
    if (event.kind === 'note' && event.message !== undefined) onMessage?.(event.message);
    if (event.kind === 'epoch') onMetrics?.(event.epoch, event.metrics);
    if (event.kind !== 'step' && event.kind !== 'start') return;
    onProgress?.({
      phase: 'training',
      done: event.step,
      total: event.totalSteps,
      note: `epoch ${event.epoch}/${event.epochs}`,
    });
  };
}
