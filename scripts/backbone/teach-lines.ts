/** What tells the trails among suspected lines. */
import {
  decodeSafeTensors,
  encodeSafeTensors,
  floatTensor,
  floatValues,
} from '../../main/formats/safetensors/safetensors.ts';
import type { TensorDataset } from '../../main/learning/dataset.ts';
import { type TrainedNetwork, type TrainPorts, trainNetwork } from '../../main/learning/train-network.ts';

const parameters = {
  frozenEpochs: 0,
  bodyRate: 1,
  epochs: 60,
  batchSize: 64,
  learningRate: 2e-3,
  classWeights: 'none',
  labelSmoothing: 0,
  patience: 0,
  featureNoise: 0.05,
};

/** Share of trails among the lines that a frame of a hard night leaves suspected: they are few, most lines are chance. */
const trailShare = 0.01;

/**
 * Trained on single lines, then brought from the share of trails among these to that of real frames, so that its odds mean what
 * they say. Deterministic for a seed, as `trainNetwork` is.
 */
export async function teachLines(
  data: TensorDataset,
  seed: number,
  ports: TrainPorts,
): Promise<TrainedNetwork> {
  const recipe = 'faint-lines';
  const trained = await trainNetwork(data, { recipe, parameters, seed, metadata: {} }, ports);
  const share = data.labels.reduce((sum, label) => sum + label, 0) / data.labels.length;
  const logit = (p: number): number => Math.log(p / (1 - p));
  const { tensors, metadata } = decodeSafeTensors(trained.safetensors);
  const name = 'lines.odds.bias';
  const bias = tensors.get(name)!;
  const shift = logit(trailShare) - logit(share);
  const moved = floatTensor(
    floatValues(name, bias).map((value) => value + shift),
    bias.shape,
  );
  const safetensors = encodeSafeTensors({ tensors: new Map([...tensors, [name, moved]]), metadata });
  return { ...trained, safetensors };
}
