import { NightsiftError } from '../../contract/errors.ts';
import { crossValidation } from './cross-validation.ts';
import { checkDataset, itemsOf, type TensorDataset, type TensorInput } from './dataset.ts';
import { finishTraining } from './finish-training.ts';
import { fixedStatistics, measureInput } from './input-statistics.ts';
import { assembleNetwork, normalisedFeature } from './nets/assemble.ts';
import { backboneNote, importBackbone } from './nets/backbone.ts';
import { initialState } from './nets/network.ts';
import { numberOf, type StartingData } from './recipes/recipe.ts';
import { completeParameters, findRecipe, type ParameterValue, type Recipe } from './recipes.ts';
import { refuseSettings } from './refuse-settings.ts';
import { targetKindOf, targetsOf } from './targets.ts';
import type { BatchSource } from './training/batches.ts';
import { configurationHash } from './training/identity.ts';
import { Scorer } from './training/scorer.ts';
import { decodeCheckpoint, startProgress, type TrainingState } from './training/state.ts';
import { teacherLogits } from './training/teacher.ts';
import { Trainer, type TrainerTask } from './training/trainer.ts';
import type { TrainedNetwork, TrainOptions, TrainPorts } from './training-types.ts';

export type { TrainEvent } from './training/events.ts';
export type { EvaluatedSplit, TrainedNetwork, TrainOptions, TrainPorts } from './training-types.ts';

/** Fewer validation items than this neither choose weights nor calibrate: their loss is mostly chance. */
const fewestToWatch = 10;
/**
 * Trains a recipe on a data set and exports the result.
 * Long: run it in a worker. Cancelled between steps. With the same seed, threads and machine the result is
 * equal to the bit, also when it was stopped and resumed.
 * @throws NightsiftError `badInput`, `notEnoughData`, `wrongUse`, `cancelled`, `diverged`, `verifyFailed`
 */
export async function trainNetwork(
  dataset: TensorDataset,
  options: TrainOptions,
  ports: TrainPorts,
): Promise<TrainedNetwork> {
  checkDataset(dataset);
  const recipe = findRecipe(options.recipe);
  const parameters = completeParameters(recipe, options.parameters);
  if (ports.signal?.aborted) {
    throw new NightsiftError('cancelled', 'Training was stopped before its first step.', {
      hint: 'Start it again.',
    });
  }
  refuseSettings(recipe, parameters, {
    hasTeacher: options.teacher !== undefined,
    hasBackbone: options.backbone !== undefined,
  });
  const teacher =
    options.teacher && (await teacherLogits(options.teacher, dataset, ports.exportRuntime ?? ports.runtime));
  const task = planTask(dataset, recipe, parameters, options, teacher);
  const scorer = new Scorer(task.plan, ports.runtime);
  try {
    const state = startState(task, options, ports);
    const trainer = await Trainer.open(task, state, ports);
    try {
      await trainer.run();
    } finally {
      await trainer.release();
    }
    const trained = await finishTraining(task, state, options, ports, {
      scorer,
      validated: (values) => trainer.validationLogits(values),
    });
    const folds = numberOf(parameters, 'folds');
    if (folds < 2) return trained;
    const spread = await crossValidation(dataset, { ...options, parameters }, ports, folds, trainNetwork);
    return { ...trained, metrics: { ...trained.metrics, ...spread } };
  } finally {
    await scorer.release();
  }
}

function chooseInputs(dataset: TensorDataset, recipe: Recipe): TensorInput[] {
  const chosen: TensorInput[] = [];
  for (const wanted of recipe.inputs) {
    const input = dataset.inputs.find((candidate) => candidate.name === wanted.name);
    if (input && input.shape.length === wanted.rank) chosen.push(input);
    else if (input || wanted.required) {
      const found = dataset.inputs.map((each) => `${each.name} [${each.shape.join(', ')}]`).join('; ');
      throw new NightsiftError(
        'badInput',
        `Recipe ${recipe.name} needs an input "${wanted.name}" with ${wanted.rank} axes; found: ${found}.`,
        { hint: 'Choose another recipe or prepare the data set for this one.' },
      );
    }
  }
  return chosen;
}

function planTask(
  dataset: TensorDataset,
  recipe: Recipe,
  parameters: Record<string, ParameterValue>,
  options: TrainOptions,
  teacher: Float32Array | undefined,
): TrainerTask {
  const inputs = chooseInputs(dataset, recipe);
  const items = itemsOf(dataset, 'train');
  const validation = itemsOf(dataset, 'validation');
  const kind = targetKindOf(parameters);
  const targets = kind && targetsOf(kind, dataset, items, String(parameters.loss));
  const statistics = inputs.map((input) => {
    const fixed = recipe.inputs.find(({ name }) => name === input.name)?.normalisation;
    return fixed === undefined ? measureInput(input, items) : fixedStatistics(input, fixed);
  });
  const source: BatchSource = {
    dataset,
    inputs,
    statistics,
    items,
    itemWeights: itemWeights(dataset, numberOf(parameters, 'personWeight')),
    batchSize: batchSizeOf(parameters, items.length),
    parameters,
    seed: options.seed,
    ...(teacher && { teacher }),
    ...(targets && { targets }),
  };
  const validationClasses = new Set(Array.from(validation, (item) => dataset.labels[item]));
  return {
    plan: {
      recipe,
      parameters,
      inputs: statistics,
      classes: targets?.names.length ?? dataset.classes.length,
    },
    source,
    validation,
    watchValidation: validation.length >= fewestToWatch && validationClasses.size > 1,
    hasBackbone: options.backbone !== undefined,
    identity: {
      configuration: configurationHash(recipe.name, parameters, dataset, options.backbone, options.teacher),
      seed: options.seed,
    },
  };
}

/** Even where every item stands in its batch twice, for the two views that are compared. */
function batchSizeOf(parameters: Record<string, ParameterValue>, items: number): number {
  const wanted = numberOf(parameters, 'batchSize');
  if (numberOf(parameters, 'contrast') === 0) return Math.min(wanted, items);
  return 2 * Math.max(2, Math.min(Math.floor(wanted / 2), items));
}

function itemWeights(dataset: TensorDataset, personWeight: number): Float32Array {
  return Float32Array.from(
    dataset.personLabelled,
    (byPerson, item) => (dataset.weights?.[item] ?? 1) * (byPerson === 1 ? personWeight : 1),
  );
}

function startState(task: TrainerTask, options: TrainOptions, ports: TrainPorts): TrainingState {
  if (ports.resumeFrom) return decodeCheckpoint(ports.resumeFrom, task.identity).state;
  const { network } = assembleNetwork(task.plan, { mode: 'training', items: 2 });
  const values = initialState(network, options.seed);
  if (task.source.targets === undefined) task.plan.recipe.start?.(values, startingData(task));
  if (options.backbone) {
    const imported = importBackbone(options.backbone, task.plan, values);
    ports.onEvent?.({
      kind: 'note',
      epoch: 0,
      epochs: 0,
      step: 0,
      totalSteps: 0,
      metrics: { importedTensors: imported.taken },
      message: backboneNote(imported),
    });
  }
  return { values, moments: new Map(), average: new Map(), best: undefined, progress: startProgress() };
}

function startingData({ source }: TrainerTask): StartingData {
  const { dataset, items, inputs, statistics } = source;
  const vectors = new Map<string, { table: Float32Array; features: number }>();
  inputs.forEach(({ name, shape, data }, place) => {
    if (shape.length !== 1) return;
    const features = shape[0]!;
    const { centre, scale } = statistics[place]!;
    const factor = data instanceof Uint8Array ? 1 / 255 : 1;
    const table = Float32Array.from({ length: items.length * features }, (_, index) => {
      const feature = index % features;
      const value = data[items[(index - feature) / features]! * features + feature]! * factor;
      return normalisedFeature(value, centre[feature]!, scale[feature]!);
    });
    vectors.set(name, { table, features });
  });
  const labels = Int32Array.from(items, (item) => dataset.labels[item]!);
  return { vectors, labels, classes: dataset.classes.length };
}
