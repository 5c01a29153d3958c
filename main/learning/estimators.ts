import { NightsiftError } from '../../contract/errors.ts';
import { autoencoder } from './anomaly/autoencoder.ts';
import { outlierEnsemble } from './anomaly/outlier-ensemble.ts';
import { streamNovelty } from './anomaly/stream-novelty.ts';
import type { Estimator } from './estimators/estimator.ts';
import { boosting, boostingRegression } from './forests/boosting.ts';
import { extraTrees, extraTreesRegression, forestRegression, randomForest } from './forests/forest.ts';
import { isolationForest } from './forests/isolation-forest.ts';
import { oneClassSvm } from './kernels/one-class-svm.ts';
import { logisticRegression } from './linear/logistic-regression.ts';
import { principalComponents } from './linear/principal-components.ts';
import { countMixture } from './mixtures/count-mixture.ts';
import { kMeans } from './neighbours/k-means.ts';
import { localOutlierFactor } from './neighbours/local-outlier-factor.ts';
import { nearestNeighbours } from './neighbours/nearest-neighbours.ts';

export type { Estimator, FitInput, Fitted } from './estimators/estimator.ts';

/** Everything that learns from a table without being a network. A new one: a file in learning/ and one line here. */
export const estimators: readonly Estimator[] = [
  randomForest,
  extraTrees,
  forestRegression,
  extraTreesRegression,
  boosting,
  countMixture,
  boostingRegression,
  isolationForest,
  oneClassSvm,
  localOutlierFactor,
  outlierEnsemble,
  autoencoder,
  streamNovelty,
  logisticRegression,
  nearestNeighbours,
  kMeans,
  principalComponents,
];

/** @throws NightsiftError `wrongUse` */
export function findEstimator(name: string): Estimator {
  const estimator = estimators.find((candidate) => candidate.name === name);
  if (estimator) return estimator;
  throw new NightsiftError('wrongUse', `There is no estimator "${name}".`, {
    hint: `Estimators: ${estimators.map((candidate) => candidate.name).join(', ')}.`,
  });
}
