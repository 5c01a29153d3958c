/** The networks and estimators that can be trained, for lists and help. */
import type { Parameters } from '../../contract/calls/training.ts';
import type { ParameterDefinition } from '../learning/recipes.ts';
import { trainables } from '../learning/trainables.ts';

interface ListedRecipe {
  readonly name: string;
  readonly summary: string;
  readonly parameters: Parameters;
  readonly settings: { name: string; description: string; takes: string }[];
}

export function listRecipes(): ListedRecipe[] {
  return trainables.map(({ name, description, parameters }) => ({
    name,
    summary: description,
    parameters: Object.fromEntries(parameters.map((each) => [each.name, each.default])),
    settings: parameters.map((each) => ({
      name: each.name,
      description: each.description,
      takes: takenBy(each),
    })),
  }));
}

function takenBy({ kind, choices, minimum, maximum }: ParameterDefinition): string {
  if (kind === 'flag') return 'true, false';
  if (choices !== undefined) return choices.join(', ');
  return `${minimum ?? 'any'} to ${maximum ?? 'any'}`;
}
