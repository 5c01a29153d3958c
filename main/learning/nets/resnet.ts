import type { Value } from '../graph/rule.ts';
import { convolutionAndNorm, globalAverage, linear, maxPool, relu } from './layers.ts';
import type { Network } from './network.ts';

/** Channels (in widths) and stride of the four stages of ResNet-18 and -34 (He et al. 2015, table 1). */
const stages = [
  { widths: 1, stride: 1 },
  { widths: 2, stride: 2 },
  { widths: 4, stride: 2 },
  { widths: 8, stride: 2 },
] as const;

/** Basic blocks in each stage. */
export const resnetBlocks = { resnet18: [2, 2, 2, 2], resnet34: [3, 4, 6, 3] } as const;

/** Channels of the first stage of the published networks. */
export const resnetWidth = 64;

/** Two 3x3 convolutions and the way around them. Names are torchvision's. */
function basicBlock(network: Network, name: string, x: Value, outputs: number, stride: number): Value {
  const first = relu(
    network,
    convolutionAndNorm(network, `${name}.conv1`, `${name}.bn1`, x, {
      outputs,
      kernel: 3,
      stride,
      padding: 1,
    }),
  );
  const second = convolutionAndNorm(network, `${name}.conv2`, `${name}.bn2`, first, {
    outputs,
    kernel: 3,
    padding: 1,
  });
  const shortcut =
    stride === 1 && x.shape[1] === outputs
      ? x
      : convolutionAndNorm(network, `${name}.downsample.0`, `${name}.downsample.1`, x, {
          outputs,
          kernel: 1,
          stride,
        });
  return relu(network, network.graph.apply('Add', [second, shortcut]));
}

/**
 * @param image [items, channels, height, width], normalised
 * @param blocks basic blocks in each of the four stages
 * @param width channels of the first stage
 * @returns the pooled activations, [items, 8 width]
 */
export function resnetEmbedding(
  network: Network,
  image: Value,
  blocks: readonly number[],
  width: number = resnetWidth,
): Value {
  const stem = convolutionAndNorm(network, 'conv1', 'bn1', image, {
    outputs: width,
    kernel: 7,
    stride: 2,
    padding: 3,
  });
  let x = maxPool(network, relu(network, stem), 3, 2, 1);
  stages.forEach(({ widths, stride }, stage) => {
    for (let block = 0; block < blocks[stage]!; block++) {
      const name = `layer${stage + 1}.${block}`;
      x = basicBlock(network, name, x, widths * width, block === 0 ? stride : 1);
    }
  });
  return globalAverage(network, x);
}

export function resnetHead(network: Network, embedding: Value, classes: number): Value {
  return linear(network, 'fc', embedding, { outputs: classes });
}
