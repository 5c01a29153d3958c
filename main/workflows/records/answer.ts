/** A model asked about rows of readings, in portions, so that a signal is obeyed soon. */
import { NightsiftError } from '../../../contract/errors.ts';
import type { WorkOptions } from '../progress.ts';
import type { Prediction, TrainedModel } from '../trained-model.ts';
import { type RowPlace, rowsOf } from './tensors.ts';

const rowsAtOnce = 8192;

/** One prediction for each place, in order. Errors: modelMismatch, cancelled. */
export async function answerPlaces(
  model: TrainedModel,
  places: readonly RowPlace[],
  { signal, onProgress }: WorkOptions,
): Promise<Prediction[]> {
  const predictions: Prediction[] = [];
  for (let start = 0; start < places.length; start += rowsAtOnce) {
    if (signal?.aborted) throw new NightsiftError('cancelled', 'Predicting was cancelled.');
    predictions.push(...(await model.predict(rowsOf(places.slice(start, start + rowsAtOnce)))));
    onProgress?.({ phase: 'predicting', done: predictions.length, total: places.length });
  }
  return predictions;
}
