import { describe, expect, it } from 'vitest';
import { frameFeatureNames } from '../../../main/families/frames/features.ts';
import { shippedPrior } from '../../../main/workflows/training/shipped-prior.ts';

describe('the prior that comes with the program', () => {
  it('knows that a faint line speaks against a frame, and nothing of embeddings behind the features', () => {
    const width = frameFeatureNames.length + 4;
    const prior = shippedPrior(frameFeatureNames, width)!;
    const line = frameFeatureNames.indexOf('faintLine.excess');
    expect(prior.means).toHaveLength(width);
    expect(prior.means[line]! - 2 * prior.deviations[line]!).toBeGreaterThan(0);
    expect(Array.from(prior.deviations.subarray(frameFeatureNames.length))).toEqual(
      Array(4).fill(Number.NaN),
    );
  });

  it('is none for figures that it does not know', () => {
    expect(shippedPrior(['mass', 'height'], 2)).toBeUndefined();
  });
});
