/** What a share of a trial's full resource is: so many epochs, trees, or rows. */
import { completeParameters, type Parameters, type ParameterValue } from '../../learning/recipes.ts';
import { findTrainable } from '../../learning/trainables.ts';

export type Resource = 'auto' | 'epochs' | 'trees' | 'rounds' | 'rows';

/** Below these a judging says little. */
const fewest: Readonly<Record<Exclude<Resource, 'auto'>, number>> = {
  epochs: 3,
  trees: 10,
  rounds: 10,
  rows: 200,
};

/** Trees add up, so that fewer of them rank settings alike; rounds and the rate of boosting do not. */
export function resourceFor(recipe: string, asked: Resource): Exclude<Resource, 'auto'> {
  const has = (name: string) => findTrainable(recipe).parameters.some((each) => each.name === name);
  if (asked !== 'auto') return asked !== 'rows' && has(asked) ? asked : 'rows';
  if (findTrainable(recipe).kind === 'network') return 'epochs';
  return has('trees') ? 'trees' : 'rows';
}

interface Rationed {
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly rowShare: number;
}

/** The settings of a trial that is given a share of its resource. */
export function rationed(recipe: string, parameters: Parameters, asked: Resource, share: number): Rationed {
  const resource = resourceFor(recipe, asked);
  if (share >= 1) return { parameters, rowShare: 1 };
  if (resource === 'rows') return { parameters, rowShare: share };
  const amount = Math.max(1, Math.round(share * fullAmount(recipe, parameters, resource)));
  return { parameters: { ...parameters, [resource]: amount }, rowShare: 1 };
}

/** The least share that says something, 0 to 1. */
export function smallestShareOf(
  recipe: string,
  parameters: Parameters,
  asked: Resource,
  rows: number,
): number {
  const resource = resourceFor(recipe, asked);
  const full = resource === 'rows' ? rows : fullAmount(recipe, parameters, resource);
  return Math.min(1, fewest[resource] / Math.max(1, full));
}

function fullAmount(recipe: string, parameters: Parameters, resource: string): number {
  return Number(completeParameters(findTrainable(recipe), parameters)[resource]);
}
