/** What a training says beside its steps: what is done before and after them, which may take longer than they, and notes. */
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

/** A sentence for whoever trains. */
export function tellNote(
  { onEvent }: { readonly onEvent?: (event: TrainEvent) => void },
  message: string,
): void {
  onEvent?.({ kind: 'note', message, epoch: 0, epochs: 0, step: 0, totalSteps: 0, metrics: {} });
}
