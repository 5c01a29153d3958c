import { describe, expect, it } from 'vitest';
import { frameFeatureNames } from '../../../main/families/frames/features.ts';
import { priorFrom, priorSchema, shippedPrior } from '../../../main/workflows/training/shipped-prior.ts';

function fileOf(weights: Record<string, { mean: number; deviation: number }>): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ schema: priorSchema, weights }));
}

describe('a prior of reviews', () => {
  it('speaks of the features that it knows, and not of embeddings behind them', () => {
    const known = fileOf({ height: { mean: 1.5, deviation: 0.5 } });
    const prior = priorFrom(known, ['mass', 'height'], 4)!;
    expect(Array.from(prior.means)).toEqual([0, 1.5, 0, 0]);
    expect(Array.from(prior.deviations)).toEqual([Number.NaN, 0.5, Number.NaN, Number.NaN]);
  });

  it('is none for figures that it does not know', () => {
    expect(priorFrom(fileOf({ length: { mean: 1, deviation: 1 } }), ['mass', 'height'], 2)).toBeUndefined();
    expect(priorFrom(fileOf({}), ['mass', 'height'], 2)).toBeUndefined();
  });

  it('comes with the program, for the features of frames or for none', () => {
    const prior = shippedPrior(frameFeatureNames, frameFeatureNames.length);
    expect(prior?.means.length ?? frameFeatureNames.length).toBe(frameFeatureNames.length);
    expect(shippedPrior(['mass', 'height'], 2)).toBeUndefined();
  });
});
