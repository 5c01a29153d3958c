import { linear } from '../nets/layers.ts';
import { resnetBlocks, resnetEmbedding, resnetHead } from '../nets/resnet.ts';
import { withCommonParameters } from './common-parameters.ts';
import { numberOf, type Recipe } from './recipe.ts';

/** A residual network with torchvision's parameter names; the first convolution reads as many channels as the images have. */
function residualRecipe(name: keyof typeof resnetBlocks, description: string): Recipe {
  return {
    name,
    description,
    inputs: [
      { name: 'image', rank: 3, required: true },
      { name: 'features', rank: 1, required: false },
    ],
    parameters: withCommonParameters(
      { epochs: 15, batchSize: 16, learningRate: 3e-4, weightDecay: 0.05, patience: 5 },
      [
        {
          name: 'frozenEpochs',
          description:
            'epochs at the start in which only the classifier is trained; for runs with a backbone',
          kind: 'integer',
          default: 0,
          minimum: 0,
          maximum: 1000,
        },
        {
          name: 'bodyRate',
          description: 'learning rate of everything below the classifier, as a multiple of learningRate',
          kind: 'number',
          default: 1,
          minimum: 0,
          maximum: 10,
        },
        {
          name: 'dropout',
          description: 'share of the 512 pooled activations left out in training',
          kind: 'number',
          default: 0.2,
          minimum: 0,
          maximum: 0.95,
        },
      ],
    ),
    isBody: (parameter) => !parameter.startsWith('fc.') && !parameter.startsWith('features.'),
    build(network, inputs, classes, parameters) {
      const embedding = resnetEmbedding(network, inputs.get('image')!, resnetBlocks[name]);
      const dropped = network.dropout(
        'embedding',
        network.represented(embedding),
        numberOf(parameters, 'dropout'),
      );
      const fromImage = resnetHead(network, dropped, classes);
      const features = inputs.get('features');
      if (!features) return fromImage;
      const fromFeatures = linear(network, 'features.linear', features, {
        outputs: classes,
        startAtZero: true,
      });
      return network.graph.apply('Add', [fromImage, fromFeatures]);
    },
  };
}

export const resnet18 = residualRecipe(
  'resnet18',
  'ResNet-18 on whole frames; may start from a backbone in an ONNX or SafeTensors file',
);

export const resnet34 = residualRecipe(
  'resnet34',
  'ResNet-34: twice the depth and time of resnet18, for large data sets',
);
