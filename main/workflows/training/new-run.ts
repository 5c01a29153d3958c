/** From what a person asks to the row of a run. */
import { readFileSync } from 'node:fs';
import { isNightsiftError, NightsiftError } from '../../../contract/errors.ts';
import type { EngineName } from '../../../contract/words.ts';
import { readWeightFile } from '../../learning/nets/weight-file.ts';
import type { ParameterValue } from '../../learning/recipes.ts';
import { targetKindOf } from '../../learning/targets.ts';
import type { DatasetVersion } from '../../library/datasets.ts';
import type { Run } from '../../library/runs.ts';
import { refuseForeignModelFile } from '../export-model.ts';
import { usualEngine } from '../runs.ts';
import { modelBytes } from '../trained-model.ts';
import { refuseSmallClasses } from '../tuning/folds.ts';
import type { Where } from './chosen-items.ts';
import { dataKind } from './data-kind.ts';
import { familyDefaults } from './house-settings.ts';
import { refuseIdleSettings } from './idle-settings.ts';
import { learnedItems } from './learned-items.ts';
import { modelName } from './model-name.ts';
import { shippedBackbone } from './shipped-backbone.ts';
import { startRun, type TrainPorts } from './training-run.ts';

export interface TrainSettings {
  readonly recipe?: string | undefined;
  readonly parameters?: Readonly<Record<string, ParameterValue | null>> | undefined;
  readonly seed?: number | undefined;
  /** Name in the registry; the data set's name when left out. */
  readonly name?: string | undefined;
  /** ONNX or safetensors file to start from. */
  readonly backbone?: string | undefined;
  /** A model that the network imitates beside the labels: registered, or an ONNX file. */
  readonly teacher?: string | undefined;
  readonly where?: Where | undefined;
  readonly promote?: boolean | undefined;
  /** What executes the training steps of a network. */
  readonly engine?: EngineName | undefined;
  /** Write the ONNX file here too. */
  readonly modelOutput?: string | undefined;
  /** What a search found these settings to reach, in its folds: those that rest beside others are no mistake of a person. */
  readonly searched?: Readonly<Record<string, number>> | undefined;
}

export const defaultRecipe = 'small-cnn';

export function newRun(ports: TrainPorts, version: DatasetVersion, settings: TrainSettings): Run {
  const entries = Object.entries(settings.parameters ?? {}).filter(([, value]) => value !== null);
  const given = Object.fromEntries(entries) as Record<string, ParameterValue>;
  const { family } = dataKind(ports, version.family);
  const { recipe, parameters } =
    family === null
      ? { recipe: settings.recipe ?? defaultRecipe, parameters: given }
      : familyDefaults(family, settings.recipe, given);
  refuseForeignModelFile(settings.modelOutput);
  const backbone = backboneFor(recipe, settings.backbone);
  if (settings.searched === undefined) refuseIdleSettings(recipe, given, settings, backbone !== null);
  const folds = Number(given['evaluation.folds'] ?? 0);
  // of a recipe's own folds the figures say how many items stand behind them
  if (folds >= 2 && targetKindOf(given) === undefined)
    refuseSmallClasses(version, learnedItems(ports, version, settings.where ?? {}, recipe), folds);
  return startRun(ports, {
    version,
    recipe,
    parameters,
    seed: settings.seed ?? 1,
    backbone,
    teacher: settings.teacher === undefined ? null : modelBytes(ports.library, settings.teacher),
    request: {
      name: modelName(settings.name, version),
      where: settings.where ?? {},
      promote: settings.promote ?? false,
      modelOutput: settings.modelOutput ?? null,
      engine: settings.engine ?? usualEngine,
      ...(settings.searched && { searched: settings.searched }),
    },
  });
}

/**
 * The bytes a network starts from: those of a file that was named, else what ships for the recipe.
 * Errors: cannotOpen, badModel for a file without weights that can be read.
 */
export function backboneFor(recipe: string, file: string | undefined): Uint8Array | null {
  if (file === undefined) return shippedBackbone(recipe);
  const bytes = backboneBytes(file);
  try {
    readWeightFile(bytes);
  } catch (thrown) {
    if (!isNightsiftError(thrown)) throw thrown;
    throw new NightsiftError(thrown.code, `The backbone ${file} cannot be used. ${thrown.message}`, {
      ...(thrown.hint !== undefined && { hint: thrown.hint }),
      details: { ...thrown.details, file },
      cause: thrown,
    });
  }
  return bytes;
}

function backboneBytes(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (thrown) {
    throw new NightsiftError('cannotOpen', `Cannot read the backbone ${file}.`, {
      details: { file },
      cause: thrown,
    });
  }
}
