/**
 * What simulated nights of many cameras told of the measured features, beyond the judge's own opinion: the start of every
 * head that reviews teach. Made by scripts/train-review-prior.ts.
 */
import * as z from 'zod';
import type { HeadPrior } from '../../learning/review/head.ts';
import { shippedFile } from './shipped-file.ts';

export const priorFile = 'frame-review-prior.json';
export const priorSchema = 'nightsift.review-prior/1';

const ShippedPrior = z.object({
  schema: z.literal(priorSchema),
  /** Log-odds of contaminated for each unit of a feature, by its name. */
  weights: z.record(z.string(), z.object({ mean: z.number(), deviation: z.number().positive() })),
});

/** For rows that begin with these features; undefined where no prior is shipped or it knows none of them. */
export function shippedPrior(featureNames: readonly string[], width: number): HeadPrior | undefined {
  const bytes = shippedFile(priorFile);
  return bytes === null ? undefined : priorFrom(bytes, featureNames, width);
}

/** @param bytes of a file made by scripts/train-review-prior.ts */
export function priorFrom(
  bytes: Uint8Array,
  featureNames: readonly string[],
  width: number,
): HeadPrior | undefined {
  const { weights } = ShippedPrior.parse(JSON.parse(new TextDecoder().decode(bytes)));
  const means = new Float64Array(width);
  const deviations = new Float64Array(width).fill(Number.NaN);
  featureNames.forEach((name, column) => {
    const weight = weights[name];
    if (weight === undefined || column >= width) return;
    means[column] = weight.mean;
    deviations[column] = weight.deviation;
  });
  return featureNames.some((name) => name in weights) ? { means, deviations } : undefined;
}
