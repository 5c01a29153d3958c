import type { TensorDataset } from './dataset.ts';
import type { Parallel } from './estimators/parallel.ts';
import { trainEstimator } from './train-estimator.ts';
import { type TrainedNetwork, type TrainOptions, type TrainPorts, trainNetwork } from './train-network.ts';
import { findTrainable } from './trainables.ts';

export interface TrainedFile extends Omit<TrainedNetwork, 'safetensors'> {
  /** Null for estimators, which have no weights that another program could start from. */
  readonly safetensors: Uint8Array | null;
  /** How much each element of the input contributed, adding up to 1; null where the method does not tell. */
  readonly importances: Float64Array | null;
  /** Places of the elements learned from, rising, where a selection was asked for. */
  readonly selectedColumns?: Int32Array;
}

/**
 * Trains a network or fits an estimator, by the name of the recipe.
 * @throws NightsiftError as trainNetwork and trainEstimator
 */
export async function trainModel(
  dataset: TensorDataset,
  options: TrainOptions,
  ports: TrainPorts & { readonly parallel?: Parallel },
): Promise<TrainedFile> {
  if (findTrainable(options.recipe).kind === 'network') {
    return { ...(await trainNetwork(dataset, options, ports)), importances: null };
  }
  return { ...(await trainEstimator(dataset, options, ports)), safetensors: null };
}
