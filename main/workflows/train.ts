/**
 * The only way to train: it wires tracker, checkpoints, registry and data set version together and gives back a model
 * that can be traced to the very files and labels it came from.
 */
import type { TrainOutcome } from '../../contract/calls/training.ts';
import type { DatasetVersion } from '../library/datasets.ts';
import { learn, ship } from './training/finish-run.ts';
import { readingApart } from './training/house-settings.ts';
import { newRun, type TrainSettings } from './training/new-run.ts';
import { reopenedRun } from './training/resume-run.ts';
import type { TrainOptions } from './training/train-options.ts';
import type { TrainPorts } from './training/training-run.ts';
import { type VersionInput, versionFor } from './training/version-for.ts';

export type { TrainSettings } from './training/new-run.ts';
export type { TrainOptions } from './training/train-options.ts';
export type { TrainPorts } from './training/training-run.ts';

export interface TrainInput extends TrainSettings, VersionInput {
  /** A run to go on with; the other settings are the run's own, but for `epochs`, which may be raised. */
  readonly resume?: string | undefined;
}

/** Errors: notFound, wrongUse, notEnoughData, cancelled, diverged, verifyFailed, diskFull, … */
export async function train(
  ports: TrainPorts,
  input: TrainInput,
  options: TrainOptions = {},
): Promise<TrainOutcome> {
  const begun = performance.now();
  if (input.resume !== undefined) {
    const run = reopenedRun(ports.library, { ...input, resume: input.resume });
    return ship(ports, await learn(ports, run, options), begun);
  }
  const { reading, parameters } = readingApart(input.parameters ?? {});
  const version = await versionFor(ports, input, reading, options);
  const settings = { ...input, parameters };
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
