/** From a run's row to a registered model, in two steps, so that several can be compared before one ships. */
import type { EvaluationReport, TrainOutcome } from '../../../contract/calls/training.ts';
import { NightsiftError } from '../../../contract/errors.ts';
import type { Family } from '../../families/family.ts';
import { alarmRateOf } from '../../learning/anomaly/alarm-rate.ts';
import { describeModel } from '../../learning/predict.ts';
import type { ParameterValue } from '../../learning/recipes.ts';
import type { TrainEvent } from '../../learning/train-network.ts';
import type { DatasetVersion } from '../../library/datasets.ts';
import type { Run } from '../../library/runs.ts';
import { evaluateOnVersion } from '../evaluate.ts';
import { writeWholeFileTo } from '../export-model.ts';
import { gapsOf } from '../judged-on.ts';
import { modelRow, referenceOf } from '../models.ts';
import type { WorkOptions } from '../progress.ts';
import { promote } from '../promote.ts';
import { evaluateSplit, outOfFoldReport } from '../records/evaluate-records.ts';
import { dataSetName, recipeParameters } from '../runs.ts';
import { openVersion } from '../trained-model.ts';
import type { TrainTaskOutput } from '../work/learning-tasks.ts';
import { dataKind, taskOf } from './data-kind.ts';
import { drawnReport, withSpread } from './evaluation-report.ts';
import { dottedApart, houseSettings } from './house-settings.ts';
import { learnedItems, leftUnlabelled } from './learned-items.ts';
import { modelFeatures } from './model-features.ts';
import { registerModel } from './register-model.ts';
import { keepRunReport } from './run-report.ts';
import type { TrainOptions } from './train-options.ts';
import { endBadly, executeRun, recipeOf, requestOf, type TrainPorts, versionOf } from './training-run.ts';

/** A run that has learned and was judged; nothing of it is registered yet. */
export interface LearnedRun {
  readonly run: Run;
  readonly output: TrainTaskOutput;
  readonly report: EvaluationReport | null;
}

/** Errors: those of executeRun. */
export async function learn(ports: TrainPorts, run: Run, options: TrainOptions): Promise<LearnedRun> {
  const { library } = ports;
  options.onRun?.(run.id);
  options.onMessage?.(`Run ${run.id} on ${dataSetName(library, run.datasetVersionId)}`);
  const version = versionOf(library, run);
  const left = leftUnlabelled(ports, version, requestOf(library, run).where, recipeOf(library, run));
  for (const warning of [...version.metadata.warnings, ...(left === null ? [] : [left])])
    options.onMessage?.(warning);
  const output = await executeRun(ports, run, {
    signal: options.signal,
    onEvent: eventTeller(options),
    onPausable: options.onPausable,
  });
  const judged = await reportOf(ports, run, output, options).catch((thrown: unknown) => {
    // what cannot be judged did not end well: a row left as running would be taken for interrupted
    endBadly(library, run, thrown);
    throw thrown;
  });
  const report = judged && withSpread(judged, output.network.metrics);
  for (const gap of report === null ? [] : gapsOf(report.all)) options.onMessage?.(gap);
  return { run, output, report };
}

/** Registers what a run learned, and does with it what was asked for. Errors: verifyFailed below the least figures. */
export function ship(ports: TrainPorts, { run, output, report }: LearnedRun, begun: number): TrainOutcome {
  const { library } = ports;
  const request = requestOf(library, run);
  const dataSet = versionOf(library, run);
  const kind = dataKind(ports, dataSet.family);
  const task = taskOf(kind, output.network.parameters);
  const features = modelFeatures(output.network, kind.featureNames(dataSet));
  refusePoor(ports, run, report);
  const version = registerModel(library, run, output, report, { task, features });
  keepRunReport(library, run, output, dataSet, features);
  if (request.promote) promote(library, referenceOf(version), { reason: 'asked for when it was trained' });
  if (request.modelOutput !== null) writeWholeFileTo(request.modelOutput, library.blobs.get(output.onnxBlob));
  const alarms = alarmRateOf(describeModel(library.blobs.get(output.onnxBlob)).metadata);
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
    ...(alarms && { alarms }),
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
  const items = learnedItems(ports, version, where, recipeOf(library, run));
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
      : ((await evaluateSplit(library, family, model, version, items, options)) ??
          drawnReportOf(family, version, output, name));
  } finally {
    await model.close();
  }
}

/** Null where the family drew nothing to judge by. */
function drawnReportOf(
  family: Family,
  version: DatasetVersion,
  { network }: TrainTaskOutput,
  model: string,
): EvaluationReport | null {
  const { test } = network.evaluations;
  if (test.items === 0) return null;
  const on = `${family.noun.many} drawn anew from those of ${version.name}@${version.version}`;
  return drawnReport({ model, on, withinNight: false }, test);
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
    if (event.kind === 'stage')
      onProgress?.({ phase: event.message ?? 'preparing', done: step, total: event.totalSteps });
    if (event.kind !== 'step' && event.kind !== 'start') return;
    onProgress?.({
      phase: 'training',
      done: event.step,
      total: event.totalSteps,
      note: `epoch ${event.epoch}/${event.epochs}`,
    });
  };
}
