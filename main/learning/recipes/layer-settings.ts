/** What the layers of a network are made of, where a recipe leaves it open. */
import { type Activation, activationNames, type Norm } from '../nets/layers.ts';
import type { ParameterDefinition, Parameters } from './recipe.ts';

export const layerSettings: readonly ParameterDefinition[] = [
  {
    name: 'activation',
    description: 'what bends: relu; silu and gelu are smooth',
    kind: 'choice',
    default: 'relu',
    choices: activationNames,
  },
  {
    name: 'norm',
    description:
      'batch: each channel over the batch; group: of each item by itself, for small batches and items of other devices',
    kind: 'choice',
    default: 'batch',
    choices: ['batch', 'group'],
  },
];

/** @param parameters complete */
export function layersOf({ activation, norm }: Parameters): { activation: Activation; norm: Norm } {
  return { activation: activation as Activation, norm: norm as Norm };
}
