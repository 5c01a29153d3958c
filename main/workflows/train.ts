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
import { evaluateSplit, outOfFoldReport } from './records/evaluate-records.ts';
import { framesName } from './records/families.ts';
import { relabel, scanRecords } from './records/scan-records.ts';
import { dataSetName, recipeParameters } from './runs.ts';
import { scan } from './scan.ts';
import { openVersion } from './trained-model.ts';
import { chosenItems, type Where } from './training/chosen-items.ts';
import { dataKind } from './training/data-kind.ts';
import { dottedApart, familyDefaults, houseSettings } from './training/house-settings.ts';
import { registerModel } from './training/register-model.ts';
import { reopenedRun } from './training/resume-run.ts';
import { keepRunReport } from './training/run-report.ts';
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
  /** Frames, or files of another family, to bring in first. */
  readonly paths?: readonly string[] | undefined;
  /** Of the paths; frames when left out. */
  readonly family?: string | undefined;
  /** The column that holds labels, in families whose files have columns. */
  readonly label?: string | undefined;
  /** A run to go on with; the other settings are the run's own, but for `epochs`, which may be raised. */
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
      : reopenedRun(ports.library, input.resume, input.parameters ?? {});
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
  const entries = Object.entries(settings.parameters ?? {}).filter(([, value]) => value !== null);
  const given = Object.fromEntries(entries) as Record<string, ParameterValue>;
  const { family } = dataKind(ports, version.family);
  const { recipe, parameters } =
    family === null
      ? { recipe: settings.recipe ?? defaultRecipe, parameters: given }
      : familyDefaults(family, settings.recipe, given);
  return startRun(ports, {
    version,
    recipe,
    parameters,
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
    const { paths, family = framesName, label } = input;
    const scanned =
      family === framesName
        ? await scan({ ...ports, predictOpinion: promotedOpinion(ports) }, { paths }, options)
        : await scanRecords(ports, { paths, family, label }, options);
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
  if (input.label !== undefined) await relabel(library, session, input.label, options);
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
  const { task } = dataKind(ports, versionOf(library, run).family);
  refusePoor(ports, run, report);
  const version = registerModel(library, run, output, report, task);
  keepRunReport(library, run, output, versionOf(library, run));
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

/** Nothing ships below the figures that were asked for; the run keeps them. Errors: verifyFailed. */
function refusePoor(ports: TrainPorts, run: Run, report: EvaluationReport | null): void {
  const { library } = ports;
  const { dotted } = dottedApart(
    recipeParameters(library.runs.parameters(run.id)) as Record<string, ParameterValue>,
  );
  const { family } = dataKind(ports, versionOf(library, run).family);
  const { minimumAccuracy, minimumMacroF1 } = houseSettings(family, dotted);
  const { accuracy, macroF1 } = report?.all ?? { accuracy: null, macroF1: null };
  if ((accuracy ?? 0) >= minimumAccuracy && (macroF1 ?? 0) >= minimumMacroF1) return;
  const shown = (value: number | null) => (value === null ? 'unknown' : value.toFixed(3));
  const message =
    `Accuracy ${shown(accuracy)} and macro F1 ${shown(macroF1)} are below the least asked for ` +
    `(${minimumAccuracy} and ${minimumMacroF1}): no model was registered.`;
  library.runs.end(run.id, { status: 'failed', errorCode: 'verifyFailed', errorMessage: message });
  throw new NightsiftError('verifyFailed', message, {
    hint: 'Label more, choose another recipe, or lower export.minimumAccuracy and export.minimumMacroF1.',
    details: { run: run.id, accuracy, macroF1 },
  });
}

/** Judged through the exported file, as it will be used; out of fold where it learned from everything. */
async function reportOf(
  ports: TrainPorts,
  run: Run,
  output: TrainTaskOutput,
  options: WorkOptions,
): Promise<EvaluationReport | null> {
  const { library } = ports;
  const version = versionOf(library, run);
  const { name, where } = requestOf(library, run);
  const items = chosenItems(ports, version, where);
  const { family } = dataKind(ports, version.family);
  if (family !== null && output.heldOut !== null) {
    return outOfFoldReport(library, family, version, items, output.heldOut, name);
  }
  const model = await openVersion(ports, {
    name,
    version: 0,
    runId: run.id,
    datasetVersionId: version.id,
    onnxBlob: output.onnxBlob,
    metadata: {},
    metrics: {},
  });
  try {
    return family === null
      ? await evaluateOnVersion(model, version, items, options)
      : await evaluateSplit(library, family, model, version, items, options);
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
