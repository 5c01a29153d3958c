import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutGroups, groupedFolds } from '../../main/learning/folds.ts';
import { labelQuality } from '../../main/learning/metrics/index.ts';

describe('folds', () => {
  it('never spread a group, use every fold and spread the classes', () => {
    const labels = Int32Array.from({ length: 400 }, (_, item) => (item % 10 === 0 ? 1 : 0));
    const groups = Int32Array.from({ length: 400 }, (_, item) => Math.floor(item / 4));
    const folds = groupedFolds(labels, groups, 5, 42);
    for (let item = 1; item < 400; item++)
      if (groups[item] === groups[item - 1]) expect(folds[item]).toBe(folds[item - 1]);
    for (let fold = 0; fold < 5; fold++) {
      const rare = Array.from(folds.keys()).filter(
        (item) => folds[item] === fold && labels[item] === 1,
      ).length;
      expect(rare).toBe(8);
    }
  });

  it('are the same for the same seed and differ between seeds', () => {
    const labels = Int32Array.from({ length: 60 }, (_, item) => item % 3);
    const groups = Int32Array.from({ length: 60 }, (_, item) => item);
    expect(groupedFolds(labels, groups, 4, 1)).toEqual(groupedFolds(labels, groups, 4, 1));
    expect(groupedFolds(labels, groups, 4, 1)).not.toEqual(groupedFolds(labels, groups, 4, 2));
  });

  it('give every item a fold whatever the groups', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 9 })), {
          minLength: 1,
          maxLength: 60,
        }),
        (items) => {
          const folds = groupedFolds(
            Int32Array.from(items, ([label]) => label),
            Int32Array.from(items, ([, group]) => group),
            3,
            1,
          );
          expect(folds.every((fold) => fold >= 0 && fold < 3)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('the estimate of wrong labels', () => {
  it('finds the labels that were turned round and about how many they are', () => {
    const count = 500;
    const truth = Array.from({ length: count }, (_, item) => item % 2);
    const given = truth.map((label, item) => (item % 20 === 0 ? 1 - label : label));
    const probabilities = Float32Array.from(
      truth.flatMap((label, item) => {
        const sure = 0.8 + 0.15 * Math.sin(item);
        return label === 0 ? [sure, 1 - sure] : [1 - sure, sure];
      }),
    );
    const { wrongShare, suspects, wrongByClass } = labelQuality(probabilities, given, 2);
    expect(suspects.every(({ item }) => item % 20 === 0)).toBe(true);
    expect(suspects.length).toBeGreaterThan(10);
    expect(wrongShare).toBeGreaterThan(0.03);
    expect(wrongShare).toBeLessThan(0.07);
    expect(wrongByClass[1]).toBeGreaterThan(wrongByClass[0]!);
    for (let index = 1; index < suspects.length; index++)
      expect(suspects[index]!.margin).toBeLessThanOrEqual(suspects[index - 1]!.margin);
  });

  it('says nothing of a class without items', () => {
    expect(labelQuality(Float32Array.of(0.9, 0.1), [0], 2).wrongByClass).toEqual([0, null]);
  });
});

describe('groups that are cut', () => {
  it('give stretches of items that follow one another, none across two groups', () => {
    const groups = Int32Array.from([7, 7, 3, 7, 7, 3, 3, 7, 7]);
    expect(Array.from(cutGroups(groups, 3))).toEqual([0, 0, 3, 1, 1, 4, 5, 2, 2]);
    expect(new Set(cutGroups(new Int32Array(100), 20)).size).toBe(20);
    expect(Array.from(cutGroups(Int32Array.from([1, 1]), 8))).toEqual([0, 4]);
  });
});
