/** The networks of the training bench, beside the same ones in training-torch.py. */
import type { NetworkPlan } from '../../main/learning/nets/assemble.ts';
import {
  batchNorm,
  convolutionAndNorm,
  globalAverage,
  linear,
  maxPool,
  relu,
} from '../../main/learning/nets/layers.ts';
import { resnetBlocks, resnetEmbedding, resnetHead } from '../../main/learning/nets/resnet.ts';
import type { Recipe } from '../../main/learning/recipes.ts';

type Build = Recipe['build'];

const resnet18: Build = (network, inputs, classes) =>
  resnetHead(network, resnetEmbedding(network, inputs.get('image')!, resnetBlocks.resnet18), classes);

const cnn4: Build = (network, inputs, classes) => {
  let x = inputs.get('image')!;
  [16, 32, 64, 64].forEach((outputs, index) => {
    const name = `conv${index}`;
    const layer = convolutionAndNorm(network, name, `${name}.bn`, x, { outputs, kernel: 3, padding: 1 });
    x = maxPool(network, relu(network, layer), 2);
  });
  return linear(network, 'fc', globalAverage(network, x), { outputs: classes });
};

const mlp: Build = (network, inputs, classes) => {
  let x = inputs.get('features')!;
  [512, 256, 128, 64].forEach((outputs, index) => {
    x = relu(network, batchNorm(network, `bn${index}`, linear(network, `fc${index}`, x, { outputs })));
  });
  return linear(network, 'out', x, { outputs: classes });
};

const builds: Readonly<Record<string, Build>> = { resnet18, cnn4, mlp };

export function benchPlan(name: string, side: number): NetworkPlan {
  const build = builds[name];
  if (!build) throw new RangeError(`No bench network ${name}.`);
  const vector = name === 'mlp';
  const size = vector ? 376 : 1;
  return {
    recipe: { name, description: 'bench', inputs: [], parameters: [], build },
    parameters: {},
    classes: vector ? 8 : 2,
    inputs: [
      {
        name: vector ? 'features' : 'image',
        shape: vector ? [376] : [1, side, side],
        centre: new Float32Array(size),
        scale: new Float32Array(size).fill(1),
      },
    ],
  };
}
