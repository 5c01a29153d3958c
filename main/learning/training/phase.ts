import { sizeOf } from '../dataset.ts';
import type { NetworkPlan } from '../nets/assemble.ts';
import { numberOf, type Parameters } from '../recipes/recipe.ts';
import type { GraphRuntime, GraphSession } from '../runtime.ts';
import type { TrainingState } from './state.ts';
import { buildTrainingStep, type TrainingStep } from './training-step.ts';

/** One training graph in use: with the body frozen, or the whole network. */
export interface Phase {
  readonly frozen: boolean;
  readonly step: TrainingStep;
  readonly session: GraphSession;
}

interface PhaseTask {
  readonly plan: NetworkPlan;
  readonly source: { readonly batchSize: number; readonly parameters: Parameters };
}

/** A setting that only some recipes have. */
function optionalNumber(parameters: Parameters, name: string, fallback: number): number {
  return parameters[name] === undefined ? fallback : numberOf(parameters, name);
}

export function bodyIsFrozen({ plan, source }: PhaseTask, state: TrainingState): boolean {
  const epochs = optionalNumber(source.parameters, 'frozenEpochs', 0);
  return plan.recipe.isBody !== undefined && state.progress.epoch < epochs;
}

/** Builds and loads the graph that the state's epoch needs, and gives the state the arrays that it carries. */
export async function openPhase(
  task: PhaseTask,
  state: TrainingState,
  runtime: GraphRuntime,
): Promise<Phase> {
  const { parameters, batchSize } = task.source;
  const { recipe } = task.plan;
  const isBody = (name: string): boolean => recipe.isBody?.(name) === true;
  const frozen = bodyIsFrozen(task, state);
  const bodyRate = optionalNumber(parameters, 'bodyRate', 1);
  const average = numberOf(parameters, 'averageDecay') > 0;
  const step = buildTrainingStep(task.plan, {
    items: batchSize,
    weightDecay: numberOf(parameters, 'weightDecay'),
    clipNorm: numberOf(parameters, 'clipNorm'),
    clipValue: numberOf(parameters, 'clipValue'),
    optimiser: String(parameters.optimiser),
    focus: numberOf(parameters, 'focus'),
    average,
    rateOf: (name) => (isBody(name) ? bodyRate : 1),
    ...(frozen ? { frozen: isBody } : {}),
  });
  prepareState(state, step);
  return { frozen, step, session: await runtime.load(step.model, { purpose: 'training' }) };
}

/** Memory that the state does not have yet: moments start at zero, averages at the values. */
function prepareState(state: TrainingState, step: TrainingStep): void {
  for (const { name, shape } of step.moments) {
    if (!state.moments.has(name)) state.moments.set(name, new Float32Array(sizeOf(shape)));
  }
  for (const { name } of step.averages) {
    if (!state.average.has(name)) state.average.set(name, state.values.get(name)!);
  }
}
