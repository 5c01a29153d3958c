import type { TrainedNetwork, TrainPorts } from '../train-network.ts';
import type { Parallel } from './parallel.ts';

/** What a fit gives: as a trained network, but for the weights under PyTorch's names, and with importances. */
export interface TrainedEstimator extends Omit<TrainedNetwork, 'safetensors'> {
  /** Per element of the input, adding up to 1; null where the method has none. */
  readonly importances: Float64Array | null;
  /** Places of the elements learned from, rising, where a selection was asked for. */
  readonly selectedColumns?: Int32Array;
}

export interface EstimatorPorts extends Pick<TrainPorts, 'runtime' | 'signal' | 'onEvent' | 'now'> {
  readonly parallel?: Parallel;
}
