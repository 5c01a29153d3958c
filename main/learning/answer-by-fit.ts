/**
 * What a fit says of items it has not seen, where its file is of no use: in a fold, or of settings that are tried. The
 * answers are those of the file to 1e-5, which every model that is kept is checked for.
 */
import { checkDataset, type TensorDataset } from './dataset.ts';
import { tableInput, tableOf } from './estimators/dataset-table.ts';
import { obeySignal } from './estimators/parallel.ts';
import type { EstimatorPorts } from './estimators/trained.ts';
import type { Answers } from './predict.ts';
import { chosenEstimator, fitToTrainSplit } from './train-estimator.ts';
import type { TrainOptions } from './train-network.ts';
import { findTrainable } from './trainables.ts';

export interface AskedItems {
  readonly dataset: TensorDataset;
  readonly items: Int32Array;
}

/**
 * Fits to the train split of `taught` and answers, not calibrated; null for networks and detectors, which a fit alone does
 * not make.
 * @throws NightsiftError as trainEstimator
 */
export async function answerByFit(
  taught: TensorDataset,
  asked: AskedItems,
  options: Pick<TrainOptions, 'recipe' | 'parameters' | 'seed'>,
  ports: EstimatorPorts,
): Promise<Pick<Answers, 'probabilities' | 'misfits'> | null> {
  if (findTrainable(options.recipe).kind === 'network') return null;
  const chosen = chosenEstimator(taught, options);
  if (chosen.estimator.task !== 'classification') return null;
  obeySignal(ports.signal);
  checkDataset(taught);
  const { fitted } = await fitToTrainSplit(taught, chosen, options.seed, ports);
  const table = tableOf(tableInput(asked.dataset.inputs, chosen.estimator.input), asked.items);
  return {
    probabilities: Float32Array.from(fitted.predict(table)),
    misfits: fitted.misfit?.(table) ?? null,
  };
}
