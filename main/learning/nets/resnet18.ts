import type { Value } from '../graph/rule.ts';
import { convolutionAndNorm, globalAverage, linear, maxPool, relu } from './layers.ts';
import type { Network } from './network.ts';

/** Channels and stride of the four stages of ResNet-18 (He et al. 2015, table 1); two basic blocks each. */
const stages = [
  { channels: 64, stride: 1 },
  { channels: 128, stride: 2 },
  { channels: 256, stride: 2 },
  { channels: 512, stride: 2 },
] as const;

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
 * @returns the 512 pooled activations, [items, 512]
 */
export function resnet18Embedding(network: Network, image: Value): Value {
  const stem = convolutionAndNorm(network, 'conv1', 'bn1', image, {
    outputs: 64,
    kernel: 7,
    stride: 2,
    padding: 3,
  });
  let x = maxPool(network, relu(network, stem), 3, 2, 1);
  stages.forEach(({ channels, stride }, index) => {
    x = basicBlock(network, `layer${index + 1}.0`, x, channels, stride);
    x = basicBlock(network, `layer${index + 1}.1`, x, channels, 1);
  });
  return globalAverage(network, x);
}

export function resnet18Head(network: Network, embedding: Value, classes: number): Value {
  return linear(network, 'fc', embedding, { outputs: classes });
}
