import type { Estimator } from './estimators/estimator.ts';

/** Every estimator that is fitted as a whole. A new one: a folder of its own and one line here. */
export const estimators: readonly Estimator[] = [];
