/** Augmented inputs of the batches of a training, made beside it where the house has a thread for that. */
import type { TensorValue } from '../runtime.ts';
import { type BatchSource, type FeedSource, stepsPerEpoch, trainingFeeds } from './batches.ts';

type Feeds = Record<string, TensorValue>;

/**
 * Makes batches on another thread. They are a function of source, items and epoch alone, so that a run is the same to the
 * bit with and without it, and however often it was stopped.
 */
export interface BatchesBeside {
  /** What the next batches are made from. */
  open(source: FeedSource): Promise<void>;
  /** `trainingFeeds` of the source opened last. */
  make(items: Int32Array, epoch: number): Promise<Feeds>;
}

export interface BatchPlace {
  readonly epoch: number;
  /** In the epoch, from 0. */
  readonly step: number;
  /** Of the step, from 0. */
  readonly batch: number;
}

/** Batches asked for at once: the one that is needed, one to be made while its step runs, one to outlast a slow one. */
const askedAtOnce = 3;

export class BatchFeeder {
  private readonly source: BatchSource;
  private readonly beside: BatchesBeside | undefined;
  private readonly asked = new Map<string, Promise<Feeds>>();

  private constructor(source: BatchSource, beside: BatchesBeside | undefined) {
    this.source = source;
    this.beside = beside;
  }

  static async open(source: BatchSource, beside: BatchesBeside | undefined): Promise<BatchFeeder> {
    // vectors are made faster than they are sent
    const pays = source.inputs.some(({ shape }) => shape.length > 1);
    if (beside === undefined || !pays) return new BatchFeeder(source, undefined);
    const { inputs, statistics, parameters, seed } = source;
    await beside.open({ inputs, statistics, parameters, seed });
    return new BatchFeeder(source, beside);
  }

  /** @param order the items of the epoch, as `epochOrder` has them */
  async feeds(order: Int32Array, { epoch, step, batch }: BatchPlace): Promise<Feeds> {
    const { batchSize } = this.source;
    const batches = order.length / batchSize;
    const place = (step * batches) / stepsPerEpoch(this.source) + batch;
    const itemsAt = (at: number) => order.slice(at * batchSize, (at + 1) * batchSize);
    if (this.beside === undefined) return trainingFeeds(this.source, itemsAt(place), epoch);
    for (let at = place; at < Math.min(batches, place + askedAtOnce); at++) {
      const key = `${epoch}/${at}`;
      if (this.asked.has(key)) continue;
      const made = this.beside.make(itemsAt(at), epoch);
      made.catch(() => undefined); // told to whoever takes it; a run that was stopped takes no more
      this.asked.set(key, made);
    }
    const own = this.asked.get(`${epoch}/${place}`)!;
    this.asked.delete(`${epoch}/${place}`);
    return own;
  }
}
