import { sizeOf } from '../dataset.ts';
import type { NetworkPlan } from '../nets/assemble.ts';
import { numberOf, type Parameters } from '../recipes/recipe.ts';
import type { GraphRuntime, GraphSession } from '../runtime.ts';
import { type BatchesBeside, BatchFeeder } from './batch-feeder.ts';
import { type BatchSource, stepsPerEpoch } from './batches.ts';
import { headTask } from './embeddings.ts';
import { Scorer } from './scorer.ts';
import type { TrainingState } from './state.ts';
import { buildTrainingStep, type TrainingStep } from './training-step.ts';

/** One training graph in use: with the body frozen, or the whole network. */
export interface Phase {
  readonly frozen: boolean;
  /** Steps that the body was frozen for before it began to learn; 0 while it is frozen, or where it never was. */
  readonly lateBy: number;
  readonly step: TrainingStep;
  readonly session: GraphSession;
  /** Changes the values where gradients are summed over several batches. */
  readonly updater: GraphSession | undefined;
  /** What the graph is fed from: with a frozen body its cached embeddings. */
  readonly source: BatchSource;
  readonly scorer: Scorer;
  readonly feeder: BatchFeeder;
}

export interface PhaseTask {
  readonly plan: NetworkPlan;
  readonly source: BatchSource;
  /** The body comes from elsewhere, so that it can be kept as it is. */
  readonly hasBackbone: boolean;
}

export interface PhasePorts {
  readonly runtime: GraphRuntime;
  readonly beside?: BatchesBeside | undefined;
}

/** A setting that only some recipes have. */
function optionalNumber(parameters: Parameters, name: string, fallback: number): number {
  return parameters[name] === undefined ? fallback : numberOf(parameters, name);
}

function frozenEpochs({ plan, source, hasBackbone }: PhaseTask): number {
  if (!hasBackbone || plan.recipe.isBody === undefined) return 0;
  return optionalNumber(source.parameters, 'frozenEpochs', 0);
}

export function bodyIsFrozen(task: PhaseTask, state: TrainingState): boolean {
  return state.progress.epoch < frozenEpochs(task);
}

/** Builds and loads the graph that the state's epoch needs, and gives the state the arrays that it carries. */
export async function openPhase(
  task: PhaseTask,
  state: TrainingState,
  { runtime, beside }: PhasePorts,
): Promise<Phase> {
  const { recipe } = task.plan;
  const isBody = (name: string): boolean => recipe.isBody?.(name) === true;
  const frozen = bodyIsFrozen(task, state);
  const lateBy = frozen ? 0 : frozenEpochs(task) * stepsPerEpoch(task.source);
  const cached = frozen && recipe.embed !== undefined && recipe.fromEmbedding !== undefined;
  const { plan, source } = cached
    ? await headTask(task.plan, task.source, state.values, runtime)
    : { plan: task.plan, source: task.source };
  const bodyRate = optionalNumber(source.parameters, 'bodyRate', 1);
  const step = buildTrainingStep(plan, {
    ...stepSettings(source),
    rateOf: (name) => (isBody(name) ? bodyRate : 1),
    ...(frozen && !cached ? { frozen: isBody } : {}),
    ...(lateBy > 0 ? { late: isBody } : {}),
  });
  prepareState(state, step);
  const scorer = new Scorer(plan, runtime);
  const session = await runtime.load(step.model, { purpose: 'training', ...threadsFor(step) });
  const updater = step.update && (await runtime.load(step.update.model, { purpose: 'training' }));
  const feeder = await BatchFeeder.open(source, beside);
  return { frozen, lateBy, step, session, updater, source, scorer, feeder };
}

/** Below this a second thread costs more to wake than it saves: millions of products in a step. */
const worthSharing = 100;

/** Steps that are soon done run on one thread. */
export function threadsFor({ megaproducts }: TrainingStep): { readonly threads?: 1 } {
  return megaproducts < worthSharing ? { threads: 1 } : {};
}

export async function closePhase({ session, updater, scorer }: Phase): Promise<void> {
  await session.release();
  await updater?.release();
  await scorer.release();
}

function stepSettings({ batchSize, parameters, teacher, targets }: BatchSource) {
  return {
    items: batchSize,
    weightDecay: numberOf(parameters, 'weightDecay'),
    clipNorm: numberOf(parameters, 'clipNorm'),
    clipValue: numberOf(parameters, 'clipValue'),
    optimiser: String(parameters.optimiser),
    loss: String(parameters.loss),
    focus: numberOf(parameters, 'focus'),
    ...(teacher && {
      teacher: {
        share: numberOf(parameters, 'teacherShare'),
        temperature: numberOf(parameters, 'teacherTemperature'),
      },
    }),
    ...(targets && { targets: targets.kind }),
    contrast: numberOf(parameters, 'contrast'),
    accumulation: numberOf(parameters, 'accumulation'),
    average: numberOf(parameters, 'averageDecay') > 0,
  };
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
