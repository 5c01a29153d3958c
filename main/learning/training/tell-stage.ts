/** What is done before and after the steps of a training, which may take longer than they. */
import type { TrainEvent } from './events.ts';

/** @param share of the stage that is done, 0 to 1 */
export function tellStage(
  { onEvent }: { readonly onEvent?: (event: TrainEvent) => void },
  message: string,
  share: number,
): void {
  const step = Math.round(100 * share);
  onEvent?.({ kind: 'stage', message, epoch: 0, epochs: 0, step, totalSteps: 100, metrics: {} });
}
