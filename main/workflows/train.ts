/**
 * The only way to train: it wires tracker, checkpoints, registry and data set version together and gives back a model
 * that can be traced to the very files and labels it came from.
 */
import { readFileSync } from 'node:fs';
import type { TrainOutcome } from '../../contract/calls/training.ts';
import { NightsiftError } from '../../contract/errors.ts';
import type { EngineName } from '../../contract/words.ts';
import type { ParameterValue } from '../learning/recipes.ts';
import type { DatasetVersion } from '../library/datasets.ts';
import type { Run } from '../library/runs.ts';
import { createDataset } from './dataset.ts';
import { promotedOpinion } from './predict.ts';
import type { WorkOptions } from './progress.ts';
import { framesName } from './records/families.ts';
import { relabel, scanRecords } from './records/scan-records.ts';
import { scan } from './scan.ts';
import type { Where } from './training/chosen-items.ts';
import { dataKind } from './training/data-kind.ts';
import { type LearnedRun, learn, leave, ship } from './training/finish-run.ts';
import { familyDefaults, readingApart } from './training/house-settings.ts';
import { reopenedRun } from './training/resume-run.ts';
import { shippedBackbone } from './training/shipped-backbone.ts';
import type { TrainOptions } from './training/train-options.ts';
import { startRun, type TrainPorts } from './training/training-run.ts';

export type { TrainOptions } from './training/train-options.ts';
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
  /** What executes the training steps of a network. */
  readonly engine?: EngineName | undefined;
  /** Write the ONNX file here too. */
  readonly modelOutput?: string | undefined;
}

export interface Candidate {
  readonly recipe: string;
  readonly parameters: Readonly<Record<string, ParameterValue | null>>;
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
  /** Several recipes in place of one: each is trained, the one with the best macro F1 is registered. */
  readonly candidates?: readonly Candidate[] | undefined;
  /** A run to go on with; the other settings are the run's own, but for `epochs`, which may be raised. */
  readonly resume?: string | undefined;
}

export const defaultRecipe = 'small-cnn';

/** Errors: notFound, wrongUse, notEnoughData, cancelled, diverged, verifyFailed, diskFull, … */
export async function train(
  ports: TrainPorts,
  input: TrainInput,
  options: TrainOptions = {},
): Promise<TrainOutcome> {
  const begun = performance.now();
  if (input.resume !== undefined) {
    const run = reopenedRun(ports.library, input.resume, input.parameters ?? {});
    return ship(ports, await learn(ports, run, options), begun);
  }
  const { reading, parameters } = readingApart(input.parameters ?? {});
  const version = await versionFor(ports, input, reading, options);
  const settings = { ...input, parameters };
  if (input.candidates !== undefined && input.candidates.length > 0)
    return trainBest(ports, version, settings, { ...options, begun });
  return ship(ports, await learn(ports, newRun(ports, version, settings), options), begun);
}

/** Trains a frozen version. */
export async function trainOnVersion(
  ports: TrainPorts,
  version: DatasetVersion,
  settings: TrainSettings,
  options: TrainOptions & { readonly begun: number },
): Promise<TrainOutcome> {
  return ship(ports, await learn(ports, newRun(ports, version, settings), options), options.begun);
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
      engine: settings.engine ?? 'onnxruntime',
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
  settings: Readonly<Record<string, ParameterValue>>,
  options: WorkOptions,
): Promise<DatasetVersion> {
  const { library } = ports;
  const making = { name: input.name, seed: input.seed };
  if (input.paths !== undefined) {
    const { paths, family = framesName, label } = input;
    const scanned =
      family === framesName
        ? await scan({ ...ports, predictOpinion: promotedOpinion(ports) }, { paths }, options)
        : await scanRecords(ports, { paths, family, label, settings }, options);
    return createDataset(ports, { sessions: [scanned.session.name], seed: making.seed }, options);
  }
  refuseReading(settings);
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

/** What was read already stays as it was read. Errors: wrongUse. */
function refuseReading(settings: Readonly<Record<string, ParameterValue>>): void {
  const [name] = Object.keys(settings);
  if (name === undefined) return;
  throw new NightsiftError('wrongUse', `Setting ${name} is for reading files.`, {
    hint: 'Give the files themselves, or set it when they are scanned: nightsift scan --set.',
  });
}

/** Trains each of several recipes on one version and ships the one with the best macro F1. */
async function trainBest(
  ports: TrainPorts,
  version: DatasetVersion,
  { candidates = [], ...settings }: TrainInput,
  options: TrainOptions & { readonly begun: number },
): Promise<TrainOutcome> {
  let best: LearnedRun | null = null;
  for (const { recipe, parameters } of candidates) {
    const own = { ...settings, recipe, parameters: { ...settings.parameters, ...parameters } };
    const learned = await learn(ports, newRun(ports, version, own), options);
    const said = Object.entries(parameters).map(([key, value]) => ` ${key}=${String(value)}`);
    const figure = learned.report?.all.macroF1?.toFixed(4) ?? 'unknown';
    options.onMessage?.(`${recipe}${said.join('')}: macro F1 ${figure}`);
    const isBetter = best === null || qualityOf(learned) > qualityOf(best);
    const left = isBetter ? best : learned;
    if (isBetter) best = learned;
    if (left !== null) leave(ports, left);
  }
  return ship(ports, best!, options.begun);
}

function qualityOf({ report }: LearnedRun): number {
  return report?.all.macroF1 ?? -1;
}
