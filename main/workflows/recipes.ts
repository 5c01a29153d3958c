/** The networks and estimators that can be trained, for lists and help. */
import type { Parameters } from '../../contract/calls/training.ts';
import { trainables } from '../learning/trainables.ts';

export function listRecipes(): { name: string; summary: string; parameters: Parameters }[] {
  return trainables.map(({ name, description, parameters }) => ({
    name,
    summary: description,
    parameters: Object.fromEntries(parameters.map((each) => [each.name, each.default])),
  }));
}
