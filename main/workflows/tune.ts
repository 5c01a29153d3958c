/**
 * Searches for settings: a study of trials, each judged in the same folds, most of them on a part of the resource only;
 * the best is trained and registered by the one way to train. What is judged is written at once and never judged again.
 */
import type { TrainOutcome } from '../../contract/calls/training.ts';
import type { TuneOutcome } from '../../contract/calls/tuning.ts';
import { isNightsiftError, NightsiftError } from '../../contract/errors.ts';
import type { Library } from '../library/open-library.ts';
import type { Study } from '../library/studies.ts';
import { refuseForeignModelFile } from './export-model.ts';
import { modelRow } from './models.ts';
import { dataSetName } from './runs.ts';
import { isStudyResumable, showStudy } from './studies.ts';
import { train, trainOnVersion } from './train.ts';
import { readingApart } from './training/house-settings.ts';
import type { TrainOptions } from './training/train-options.ts';
import type { TrainPorts } from './training/training-run.ts';
import { type VersionInput, versionFor } from './training/version-for.ts';
import { definitionOf, settingsOf, startStudy, type TuneSettings } from './tuning/definition.ts';
import { search, settingsText } from './tuning/search.ts';

export interface TuneInput extends TuneSettings, VersionInput {
  /** A study to go on with; everything else is its own. */
  readonly resume?: string | undefined;
}

/** Errors: notFound, wrongUse, conflict, notEnoughData, cancelled, verifyFailed, diskFull, … */
export async function tune(
  ports: TrainPorts,
  input: TuneInput,
  options: TrainOptions = {},
): Promise<TuneOutcome> {
  const begun = performance.now();
  const study =
    input.resume === undefined
      ? await newStudy(ports, input, options)
      : reopened(ports.library, input.resume);
  try {
    const training = await carryOut(ports, study, options);
    ports.library.studies.end(study.id, { status: 'finished' });
    return {
      study: showStudy(ports.library, study.id),
      training,
      elapsedSeconds: (performance.now() - begun) / 1000,
    };
  } catch (thrown) {
    endBadly(ports.library, study, thrown);
    throw withResumeHint(thrown, study);
  }
}

async function newStudy(ports: TrainPorts, input: TuneInput, options: TrainOptions): Promise<Study> {
  refuseForeignModelFile(input.modelOutput);
  const { reading, parameters } = readingApart(input.parameters ?? {});
  const version = await versionFor(ports, input, reading, options);
  return startStudy(ports, version, { ...input, parameters }, options);
}

function reopened(library: Library, reference: string): Study {
  const study = library.studies.need(reference);
  if (isStudyResumable(study)) return library.studies.reopen(study.id);
  throw new NightsiftError(
    'conflict',
    `Study ${study.id} is ${study.status}: there is nothing to go on with.`,
    {
      hint: 'Studies that can be resumed are marked in: nightsift studies list.',
      details: { study: study.id, status: study.status },
    },
  );
}

async function carryOut(
  ports: TrainPorts,
  study: Study,
  options: TrainOptions,
): Promise<TrainOutcome | null> {
  const { library } = ports;
  const definition = definitionOf(study);
  const version = library.datasets.byId(study.datasetVersionId)!;
  options.onMessage?.(`Study ${study.id} on ${dataSetName(library, version.id)}`);
  const best = await search(ports, study, version, options).finally(() => {
    // not waited for: another training may have the thread
    ports.learning.letGo().catch(() => undefined);
  });
  options.onMessage?.(
    `Best: ${definition.figure} ${best.figure.toFixed(4)} with ${settingsText(best.settings)}`,
  );
  if (!definition.train) return null;
  const left = study.runId === null ? undefined : library.runs.need(study.runId);
  // the process ended while the best was being trained
  if (left?.status === 'finished') return finishedBefore(ports, study);
  if (left !== undefined && left.status !== 'failed') return train(ports, { resume: left.id }, options);
  const { recipe, given } = settingsOf(ports, version, definition, best.settings);
  const { seed, name, where, promote, engine, modelOutput, backbone } = definition;
  return trainOnVersion(
    ports,
    version,
    {
      recipe,
      parameters: given,
      searched: best.figures,
      seed,
      name,
      where,
      promote,
      engine,
      backbone: backbone ?? undefined,
      modelOutput: modelOutput ?? undefined,
    },
    {
      ...options,
      begun: performance.now(),
      onRun(id) {
        library.studies.setRun(study.id, id);
        options.onRun?.(id);
      },
    },
  );
}

/** The run ended, and the process before it could say so of the study. */
function finishedBefore({ library }: TrainPorts, { runId }: Study): TrainOutcome | null {
  const version = library.models.list().find((each) => each.runId === runId);
  if (version === undefined || runId === null) return null;
  const run = library.runs.need(runId);
  const summary = run.summary as {
    epochs?: number;
    stoppedEarly?: boolean;
    exportDifference?: number;
  } | null;
  return {
    run: run.id,
    model: modelRow(library, version),
    dataSet: dataSetName(library, run.datasetVersionId) ?? '',
    checkpoint: null,
    epochs: summary?.epochs ?? 0,
    stoppedEarly: summary?.stoppedEarly ?? false,
    report: null,
    exportDifference: summary?.exportDifference ?? 0,
    modelOutput: null,
    dataSetFolder: null,
    elapsedSeconds: 0,
  };
}

function endBadly(library: Library, study: Study, thrown: unknown): void {
  const code = isNightsiftError(thrown) ? thrown.code : 'internal';
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  try {
    library.studies.end(study.id, { status: code === 'cancelled' ? 'cancelled' : 'failed', code, message });
  } catch {
    // a full disk: a row that still says running is taken for interrupted by the next start
  }
}

function withResumeHint(thrown: unknown, study: Study): unknown {
  if (!isNightsiftError(thrown) || thrown.code !== 'cancelled') return thrown;
  return new NightsiftError('cancelled', 'The search was stopped.', {
    hint: `Go on with: nightsift tune --resume ${study.id}`,
    details: { ...thrown.details, study: study.id },
  });
}
