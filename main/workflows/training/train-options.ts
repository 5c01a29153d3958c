/** What a training tells while it goes on. */
import type { WorkOptions } from '../progress.ts';

export interface TrainOptions extends WorkOptions {
  /** Figures of each epoch. */
  readonly onMetrics?: ((epoch: number, values: Readonly<Record<string, number>>) => void) | undefined;
  readonly onMessage?: ((text: string) => void) | undefined;
  /** The run's row, as soon as it is there. */
  readonly onRun?: ((id: string) => void) | undefined;
  /** Every figure of every step, as it comes. */
  readonly onPoints?: ((points: { name: string; step: number; value: number }[]) => void) | undefined;
}
