import { NightsiftError } from '../../../contract/errors.ts';
import { predictedClasses } from '../metrics/index.ts';
import type { NetworkState } from '../nets/network.ts';
import { numberOf } from '../recipes/recipe.ts';
import type { GraphSession, TensorValue } from '../runtime.ts';
import { answersOf, judgeAnswers } from '../targets.ts';
import {
  balancedWeights,
  batchesOf,
  epochOrder,
  floats,
  lossTargets,
  maskFeeds,
  shareFeeds,
  stepsPerEpoch,
  teacherFeeds,
} from './batches.ts';
import { correctionFeeds } from './corrections.ts';
import { divergence } from './divergence.ts';
import type { CheckpointStore, TrainEvent } from './events.ts';
import { bodyIsFrozen, closePhase, openPhase, type Phase, type PhasePorts, type PhaseTask } from './phase.ts';
import { learningRateAt, plateauEpochs, type ScheduleName } from './schedule.ts';
import {
  type CheckpointIdentity,
  encodeCheckpoint,
  planEpochs,
  settledValues,
  type TrainingState,
  takeOver,
} from './state.ts';

export interface TrainerPorts extends PhasePorts {
  readonly checkpoints?: CheckpointStore | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: TrainEvent) => void) | undefined;
  /** Milliseconds. */
  readonly now: () => number;
  /** Bytes that the process holds, for the record. */
  readonly memory?: (() => number) | undefined;
}

interface StepFigures {
  readonly loss: number;
  readonly gradientNorm: number;
}

/** What values said of the validation split. */
interface Validated {
  readonly values: NetworkState;
  readonly logits: Float32Array;
}

export interface TrainerTask extends PhaseTask {
  readonly validation: Int32Array;
  /** False where the validation split is too small to choose weights by. */
  readonly watchValidation: boolean;
  readonly identity: CheckpointIdentity;
}

/** Runs the steps of one training, from wherever its state stands, to its end. */
export class Trainer {
  private readonly task: TrainerTask;
  private readonly state: TrainingState;
  private readonly ports: TrainerPorts;
  private phase: Phase;
  private readonly classWeights: Float32Array;
  private readonly epochs: number;
  private readonly startedAt: number;
  private readonly startedAtStep: number;
  private order: Int32Array;
  private validated: Validated | undefined;
  /** The step of the newest checkpoint; resumed, the one that it came from. */
  private savedAtStep: number;

  private constructor(task: TrainerTask, state: TrainingState, ports: TrainerPorts, phase: Phase) {
    this.task = task;
    this.state = state;
    this.ports = ports;
    this.phase = phase;
    const { source } = task;
    const { labels, classes } = source.dataset;
    // weighted sampling balances the classes already
    const { classWeights, sampling } = source.parameters;
    const ofClasses = source.targets === undefined;
    const balanced = ofClasses && classWeights === 'balanced' && sampling !== 'weighted';
    this.classWeights = balancedWeights(labels, source.items, classes.length, balanced);
    this.epochs = numberOf(source.parameters, 'epochs');
    planEpochs(state.progress, this.epochs);
    this.startedAt = ports.now();
    this.startedAtStep = state.progress.step;
    this.savedAtStep = state.progress.step > 0 ? state.progress.step : -1;
    this.order = epochOrder(source, state.progress.epoch);
  }

  static async open(task: TrainerTask, state: TrainingState, ports: TrainerPorts): Promise<Trainer> {
    const phase = await openPhase(task, state, ports);
    return new Trainer(task, state, ports, phase);
  }

  get totalSteps(): number {
    return this.epochs * stepsPerEpoch(this.task.source);
  }

  /** @throws NightsiftError `cancelled` (after a last checkpoint) or `diverged` */
  async run(): Promise<void> {
    const { progress } = this.state;
    // the start counts as a candidate: training that only makes it worse is undone
    this.tell('start', progress.step === 0 ? await this.validate() : {});
    while (progress.epoch < this.epochs && !progress.stoppedEarly) {
      await this.stopIfAsked();
      await this.enterPhase();
      await this.oneStep();
      if (progress.stepInEpoch === stepsPerEpoch(this.task.source)) await this.endEpoch();
      else if (this.checkpointIsDue()) await this.checkpoint({});
    }
  }

  /** What exactly these values said of the validation split, where they were scored with the whole network. */
  validationLogits(values: NetworkState): Float32Array | undefined {
    return this.validated && sameArrays(this.validated.values, values) ? this.validated.logits : undefined;
  }

  release(): Promise<void> {
    return closePhase(this.phase);
  }

  /** Another graph once the body is no longer frozen. */
  private async enterPhase(): Promise<void> {
    if (this.phase.frozen === bodyIsFrozen(this.task, this.state)) return;
    await closePhase(this.phase);
    this.phase = await openPhase(this.task, this.state, this.ports);
  }

  private checkpointIsDue(): boolean {
    const every = numberOf(this.task.source.parameters, 'checkpointSteps');
    return every > 0 && this.state.progress.step % every === 0;
  }

  private async stopIfAsked(): Promise<void> {
    if (!this.ports.signal?.aborted) return;
    if (this.savedAtStep !== this.state.progress.step) await this.checkpoint({});
    throw new NightsiftError('cancelled', `Training was stopped after ${this.state.progress.step} steps.`, {
      hint: 'The run can be resumed from its last checkpoint.',
    });
  }

  private async feedsFor(items: Int32Array, batch: number): Promise<Record<string, TensorValue>> {
    const { source, step, feeder } = this.phase;
    const { progress, values } = this.state;
    const feeds: Record<string, TensorValue> = {
      ...(await feeder.feeds(this.order, { epoch: progress.epoch, step: progress.stepInEpoch, batch })),
      ...maskFeeds(step.masks, source.seed, progress.step, batch),
      targets: lossTargets(source, items, this.classWeights, progress.epoch),
      ...teacherFeeds(source, items, progress.epoch),
      ...shareFeeds(source, items, progress.epoch),
    };
    for (const { name, shape } of step.values) feeds[name] = floats(values.get(name)!, shape);
    return feeds;
  }

  /** What the update reads beside gradients and values. */
  private updateFeeds(learningRate: number): Record<string, TensorValue> {
    const { source, step, lateBy } = this.phase;
    const { progress, moments, average } = this.state;
    const time = progress.step + 1;
    const feeds: Record<string, TensorValue> = {
      learningRate: scalar(learningRate),
      ...correctionFeeds(time, lateBy),
    };
    for (const { name, shape } of step.moments) feeds[name] = floats(moments.get(name)!, shape);
    if (average.size === 0) return feeds;
    // short memory at first, so that the random start is soon forgotten
    const longest = numberOf(source.parameters, 'averageDecay');
    feeds.averageDecay = scalar(Math.min(longest, time / (time + 9)));
    for (const { name, shape } of step.averages) feeds[`average/${name}`] = floats(average.get(name)!, shape);
    return feeds;
  }

  private async oneStep(): Promise<void> {
    const { progress } = this.state;
    const batches = batchesOf(this.phase.source, this.order, progress.stepInEpoch);
    const learningRate = this.learningRate();
    const begun = this.ports.now();
    const { loss, gradientNorm } = this.phase.updater
      ? await this.accumulated(batches, this.phase.updater, learningRate)
      : await this.single(batches[0]!, learningRate);
    progress.step += 1;
    progress.stepInEpoch += 1;
    progress.lossSum += loss;
    const items = batches.reduce((sum, batch) => sum + batch.length, 0);
    const seconds = (this.ports.now() - begun) / 1000;
    this.tell('step', {
      'train/stepLoss': loss,
      gradientNorm,
      learningRate,
      ...(seconds > 0 ? { itemsPerSecond: items / seconds } : {}),
      ...(this.ports.memory ? { memoryMegabytes: this.ports.memory() / 1e6 } : {}),
    });
  }

  private async single(items: Int32Array, learningRate: number): Promise<StepFigures> {
    const feeds = { ...(await this.feedsFor(items, 0)), ...this.updateFeeds(learningRate) };
    const results = await this.phase.session.run(feeds, this.phase.step.fetches);
    const figures = { loss: firstOf(results.loss!), gradientNorm: firstOf(results.gradientNorm!) };
    this.check(figures, items, feeds);
    takeOver(this.state, results);
    this.countCorrect(items, results.logits!.data as Float32Array);
    return figures;
  }

  /** Sums gradients over the batches, running statistics moving on with each, then updates once. */
  private async accumulated(
    batches: readonly Int32Array[],
    updater: GraphSession,
    learningRate: number,
  ): Promise<StepFigures> {
    const { step, session } = this.phase;
    const gradients = new Map<string, TensorValue>();
    let loss = 0;
    for (const [batch, items] of batches.entries()) {
      const feeds = await this.feedsFor(items, batch);
      const results = await session.run(feeds, step.fetches);
      const own = firstOf(results.loss!);
      this.check({ loss: own, gradientNorm: 0 }, items, feeds);
      loss += own / batches.length;
      takeOver(this.state, results);
      this.countCorrect(items, results.logits!.data as Float32Array);
      addGradients(gradients, results, 1 / batches.length);
    }
    const feeds = { ...Object.fromEntries(gradients), ...this.updateFeeds(learningRate) };
    for (const { name, shape } of step.values) {
      if (gradients.has(`gradient/${name}`)) feeds[name] = floats(this.state.values.get(name)!, shape);
    }
    const results = await updater.run(feeds, step.update!.fetches);
    const figures = { loss, gradientNorm: firstOf(results.gradientNorm!) };
    this.check(figures, Int32Array.from(batches.flatMap((items) => Array.from(items))), {});
    takeOver(this.state, results);
    return figures;
  }

  private check(
    { loss, gradientNorm }: StepFigures,
    items: Int32Array,
    feeds: Record<string, TensorValue>,
  ): void {
    if (Number.isFinite(loss) && Number.isFinite(gradientNorm)) return;
    const { step, epoch } = this.state.progress;
    const value = Number.isFinite(loss) ? gradientNorm : loss;
    throw divergence(this.phase.source, items, feeds, { value, step, epoch });
  }

  private learningRate(): number {
    const { parameters } = this.task.source;
    const schedule = {
      name: parameters.schedule as ScheduleName,
      peak: numberOf(parameters, 'learningRate'),
      totalSteps: this.totalSteps,
      warmup: numberOf(parameters, 'warmup'),
    };
    return learningRateAt(schedule, this.state.progress.step, this.state.progress.reductions);
  }

  private countCorrect(items: Int32Array, logits: Float32Array): void {
    if (this.task.source.targets !== undefined) return;
    const { labels, classes } = this.task.source.dataset;
    const predicted = predictedClasses(logits, classes.length);
    items.forEach((item, index) => {
      if (predicted[index] === labels[item]) this.state.progress.correct += 1;
    });
    this.state.progress.seen += items.length;
  }

  private async endEpoch(): Promise<void> {
    const { progress } = this.state;
    const steps = progress.stepInEpoch;
    const metrics: Record<string, number> = {
      'train/loss': progress.lossSum / steps,
      ...(progress.seen > 0 ? { 'train/accuracy': progress.correct / progress.seen } : {}),
      ...(await this.validate()),
    };
    Object.assign(progress, { epoch: progress.epoch + 1, stepInEpoch: 0, lossSum: 0, correct: 0, seen: 0 });
    const patience = numberOf(this.task.source.parameters, 'patience');
    progress.stoppedEarly =
      patience > 0 && progress.epochsWithoutGain >= patience && progress.epoch < this.epochs;
    this.order = epochOrder(this.task.source, progress.epoch);
    this.tell('epoch', metrics);
    const every = numberOf(this.task.source.parameters, 'checkpointSteps');
    if (every === 0 || this.checkpointIsDue()) await this.checkpoint(metrics);
  }

  private async validate(): Promise<Record<string, number>> {
    const { validation, watchValidation } = this.task;
    const { source, scorer } = this.phase;
    if (validation.length === 0) return {};
    const { classes, labels } = source.dataset;
    const values = new Map(settledValues(this.state));
    const logits = await scorer.logits(source.inputs, validation, values);
    const truth = Int32Array.from(validation, (item) => labels[item]!);
    const { targets } = source;
    const answers = answersOf(targets, logits, classes.length);
    const result = judgeAnswers(targets, answers, truth, classes);
    const kept = watchValidation ? this.keepBest(result.loss, values) : true;
    // from cached embeddings the last bits are others than a resumed run would find
    if (kept) this.validated = source === this.task.source ? { values, logits } : undefined;
    const { loss, accuracy, balancedAccuracy, macroF1, numbers } = result;
    return figuresNamed(
      'validation',
      numbers ? { loss, ...numbers } : { loss, accuracy, balancedAccuracy, macroF1 },
    );
  }

  /** True where these are the best values so far. */
  private keepBest(loss: number, values: Map<string, Float32Array>): boolean {
    const { progress } = this.state;
    if (progress.bestLoss !== null && !(loss < progress.bestLoss)) {
      progress.epochsWithoutGain += 1;
      progress.plateauWait += 1;
      if (this.task.source.parameters.schedule === 'plateau' && progress.plateauWait >= plateauEpochs) {
        progress.reductions += 1;
        progress.plateauWait = 0;
      }
      return false;
    }
    // arrays are replaced, never written to, so holding them is a snapshot
    this.state.best = values;
    Object.assign(progress, {
      bestLoss: loss,
      bestEpoch: progress.epoch,
      epochsWithoutGain: 0,
      plateauWait: 0,
    });
    return true;
  }

  private async checkpoint(metrics: Record<string, number>): Promise<void> {
    if (!this.ports.checkpoints) return;
    const { step } = this.state.progress;
    const parts = encodeCheckpoint(this.state, this.order, this.task.identity);
    await this.ports.checkpoints.save(step, parts, metrics);
    this.savedAtStep = step;
    this.tell('checkpoint', metrics);
  }

  private tell(kind: TrainEvent['kind'], metrics: Record<string, number>): void {
    const { step, epoch } = this.state.progress;
    const done = step - this.startedAtStep;
    const seconds = (this.ports.now() - this.startedAt) / 1000;
    const remaining = done > 0 ? { etaSeconds: (seconds / done) * (this.totalSteps - step) } : {};
    this.ports.onEvent?.({
      kind,
      epoch: kind === 'step' ? epoch + 1 : epoch,
      epochs: this.epochs,
      step,
      totalSteps: this.totalSteps,
      metrics,
      ...remaining,
    });
  }
}

function figuresNamed(
  split: string,
  figures: Readonly<Record<string, number | null>>,
): Record<string, number> {
  const known = Object.entries(figures).flatMap(([name, value]) =>
    value === null ? [] : [[`${split}/${name}`, value] as const],
  );
  return Object.fromEntries(known);
}

function sameArrays(one: NetworkState, other: NetworkState): boolean {
  return one.size === other.size && Array.from(one).every(([name, array]) => other.get(name) === array);
}

function scalar(value: number): TensorValue {
  return floats(Float32Array.of(value), []);
}

function firstOf({ data }: TensorValue): number {
  return (data as Float32Array)[0]!;
}

function addGradients(
  sums: Map<string, TensorValue>,
  results: Record<string, TensorValue>,
  share: number,
): void {
  for (const [name, value] of Object.entries(results)) {
    if (!name.startsWith('gradient/')) continue;
    const data = value.data as Float32Array;
    const sum = sums.get(name);
    if (!sum) sums.set(name, { ...value, data: data.map((each) => each * share) });
    else
      data.forEach((each, index) => {
        (sum.data as Float32Array)[index]! += each * share;
      });
  }
}
