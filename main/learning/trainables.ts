import { NightsiftError } from '../../contract/errors.ts';
import { estimators } from './estimators.ts';
import { type ParameterDefinition, recipes } from './recipes.ts';
import { anomalyDetector, estimatorParameters } from './train-estimator.ts';

/** What `--recipe` can name: a network trained in steps, or an estimator fitted as a whole. */
export interface Trainable {
  readonly name: string;
  readonly description: string;
  readonly kind: 'network' | 'estimator';
  readonly parameters: readonly ParameterDefinition[];
}

export const trainables: readonly Trainable[] = [
  ...recipes.map(({ name, description, parameters }) => ({
    name,
    description,
    kind: 'network' as const,
    parameters,
  })),
  ...estimators
    .filter(({ task }) => task === 'classification' || task === 'anomaly')
    .map((estimator) => ({
      name: estimator.name,
      description: estimator.description,
      kind: 'estimator' as const,
      parameters: estimatorParameters(estimator),
    })),
  { ...anomalyDetector, kind: 'estimator' },
];

/** Names of the inputs that a recipe reads, the optional ones too. Errors: wrongUse. */
export function inputNamesOf(name: string): readonly string[] {
  const network = recipes.find((recipe) => recipe.name === name);
  if (network) return network.inputs.map((input) => input.name);
  findTrainable(name);
  return [estimators.find((estimator) => estimator.name === name)?.input ?? 'features'];
}

/** True of recipes that learn what is usual and need no labels; they may make use of them. */
export function learnsUsual(recipe: string): boolean {
  return (
    recipe === anomalyDetector.name ||
    estimators.some(({ name, task }) => name === recipe && task === 'anomaly')
  );
}

/**
 * True where a recipe takes labelled items only.
 * @param labels different ones among the items at hand: with two the detector that goes by the labels classifies
 */
export function needsLabels(recipe: string, labels: number): boolean {
  return recipe === anomalyDetector.name ? labels >= 2 : !learnsUsual(recipe);
}

/** @throws NightsiftError `wrongUse` */
export function findTrainable(name: string): Trainable {
  const found = trainables.find((candidate) => candidate.name === name);
  if (found) return found;
  throw new NightsiftError('wrongUse', `There is no recipe "${name}".`, {
    hint: `Recipes: ${trainables.map((candidate) => candidate.name).join(', ')}.`,
  });
}
