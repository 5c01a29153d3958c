import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SplitItem, splitItems } from '../../../main/workflows/datasets/split.ts';

const shares = { train: 0.7, validation: 0.15, test: 0.15 };

/** `nights[g]` frames for each group, every third contaminated, in time. */
function nights(sizes: readonly number[]): SplitItem[] {
  const items: SplitItem[] = [];
  sizes.forEach((size, group) => {
    for (let frame = 0; frame < size; frame += 1) {
      const index = items.length;
      const label = frame % 3 === 0 ? 'contaminated' : 'clean';
      items.push({
        group: `g${group}`,
        stratum: `${label}/prefilter`,
        isReview: frame % 10 === 9,
        position: index,
        duplicateOf: index,
      });
    }
  });
  return items;
}
const count = (splits: readonly string[], name: string) => splits.filter((split) => split === name).length;

describe('splitting by target-night', () => {
  it('keeps every group in one split, whatever the sizes and the seed', () => {
    const sizes = fc.array(fc.integer({ min: 5, max: 40 }), { minLength: 3, maxLength: 12 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 0, max: 1000 }), (groups, seed) => {
        const items = nights(groups);
        const { splits, withinNight } = splitItems(items, shares, seed);
        if (withinNight) return;
        const byGroup = new Map<string, Set<string>>();
        items.forEach((item, index) => {
          expect(splits[index] === 'review').toBe(item.isReview);
          if (item.isReview) return;
          byGroup.set(item.group, (byGroup.get(item.group) ?? new Set()).add(splits[index]));
        });
        for (const found of byGroup.values()) expect(found.size).toBe(1);
        for (const name of ['train', 'validation', 'test']) expect(count(splits, name)).toBeGreaterThan(0);
      }),
      { numRuns: 60 },
    );
  });

  it('comes near the wanted shares and holds both classes everywhere', () => {
    const items = nights(Array.from({ length: 20 }, () => 20));
    const { splits, warnings } = splitItems(items, shares, 3);
    const used = items.filter((item) => !item.isReview).length;
    expect(count(splits, 'train') / used).toBeCloseTo(0.7, 1);
    expect(count(splits, 'test') / used).toBeCloseTo(0.15, 1);
    expect(warnings).toEqual([]);
  });

  it('is decided by items and seed alone', () => {
    const items = nights([20, 20, 20, 20, 20, 20, 20, 20]);
    expect(splitItems(items, shares, 5)).toEqual(splitItems(items, shares, 5));
    const seeds = new Set([1, 2, 3, 4, 5, 6].map((seed) => splitItems(items, shares, seed).splits.join()));
    expect(seeds.size).toBeGreaterThan(1);
  });

  it('leaves two nights whole: one to train, one to test', () => {
    const items = nights([40, 30]);
    const { splits, withinNight, warnings } = splitItems(items, shares, 1);
    expect(withinNight).toBe(false);
    expect(count(splits, 'validation')).toBe(0);
    expect(new Set(splits.slice(0, 40).filter((split) => split !== 'review')).size).toBe(1);
    expect(new Set(splits.slice(40).filter((split) => split !== 'review')).size).toBe(1);
    expect(warnings.join()).toMatch(/validation split is empty/);
  });

  it('keeps two nights together that share a near-duplicate', () => {
    for (let seed = 0; seed < 10; seed += 1) {
      const items = nights([20, 20, 20, 20, 20, 20]);
      items[25] = { ...items[25], duplicateOf: 105 }; // of the second night, a copy of one of the last
      const { splits, withinNight } = splitItems(items, shares, seed);
      expect(withinNight).toBe(false);
      const found = new Set(
        [...splits.slice(20, 40), ...splits.slice(100)].filter((split) => split !== 'review'),
      );
      expect(found.size).toBe(1);
    }
  });
});

describe('splitting a single night', () => {
  it('cuts contiguous blocks of time with a gap between any two', () => {
    fc.assert(
      fc.property(fc.integer({ min: 12, max: 300 }), fc.integer({ min: 0, max: 50 }), (size, seed) => {
        const { splits, withinNight } = splitItems(nights([size]), shares, seed);
        expect(withinNight).toBe(true);
        const used = splits.filter((split) => split !== 'review');
        // between frames of different splits there is always a gap
        used.forEach((split, place) => {
          const next = used[place + 1];
          if (next === undefined || split === next) return;
          expect([split, next]).toContain('gap');
        });
        for (const name of ['validation', 'test']) {
          const places = used.flatMap((split, place) => (split === name ? [place] : []));
          expect(places.length).toBeGreaterThan(0);
          expect(places.at(-1)! - places[0]).toBe(places.length - 1);
        }
        expect(count(splits, 'train')).toBeGreaterThanOrEqual(0.4 * used.length);
      }),
      { numRuns: 60 },
    );
  });

  it('chooses blocks that hold both classes, though all trouble came at the end', () => {
    const items: SplitItem[] = Array.from({ length: 100 }, (_, position) => ({
      group: 'night',
      stratum: position < 70 ? 'clean/prefilter' : 'contaminated/prefilter',
      isReview: false,
      position,
      duplicateOf: position,
    }));
    const { splits, warnings } = splitItems(items, shares, 1);
    for (const name of ['train', 'validation', 'test']) {
      const classes = new Set(items.filter((_, index) => splits[index] === name).map((item) => item.stratum));
      expect(classes.size, name).toBeGreaterThan(0);
    }
    expect(
      new Set(items.filter((_, index) => splits[index] === 'train').map((item) => item.stratum)).size,
    ).toBe(2);
    expect(warnings[0]).toMatch(/Too few target-nights/);
    const words = { items: 'rows', groups: 'logs', otherGroups: 'other logs', blocks: 'blocks' };
    const said = splitItems(items.slice(0, 60), shares, 1, words).warnings.join(' ');
    expect(said).toMatch(/Too few logs: .* say little of other logs.*split holds only rows of class "clean"/);
    expect(said).not.toMatch(/night|frame/);
  });

  it('does not let a handful of frames of another target pass for a second night', () => {
    const { withinNight, splits } = splitItems(nights([100, 3]), shares, 1);
    expect(withinNight).toBe(true);
    expect(splits.slice(100)).toEqual(['train', 'train', 'train']);
  });

  it('keeps copies together across a border', () => {
    const items = nights([60]).map((item, index) => ({
      ...item,
      isReview: false,
      duplicateOf: index - (index % 2),
    }));
    const { splits } = splitItems(items, shares, 1);
    for (let index = 0; index < 60; index += 2) expect(splits[index + 1]).toBe(splits[index]);
  });

  it('manages with hardly any frames', () => {
    for (let size = 0; size < 12; size += 1) {
      const { splits } = splitItems(nights([size]), shares, 1);
      expect(splits).toHaveLength(size);
    }
  });
});

describe('splitting a column of numbers in one file', () => {
  /** Numbers in their order in the file, in five strata from small to large. */
  const column = (numbers: readonly number[]): SplitItem[] => {
    const sorted = [...numbers].sort((a, b) => a - b);
    return numbers.map((value, position) => ({
      group: 'one',
      stratum: `part ${Math.floor((5 * sorted.indexOf(value)) / sorted.length)}/person`,
      isReview: false,
      position,
      duplicateOf: position,
    }));
  };
  const meanOf = (splits: readonly string[], numbers: readonly number[], name: string) => {
    const own = numbers.filter((_, index) => splits[index] === name);
    return own.reduce((sum, value) => sum + value, 0) / own.length;
  };

  it.each([40, 200])('gives every part small and large ones where %i numbers ascend', (length) => {
    const numbers = Array.from({ length }, (_, index) => index / length);
    for (const seed of [1, 2]) {
      const { splits, warnings } = splitItems(column(numbers), shares, seed, undefined, true);
      for (const name of ['train', 'validation', 'test'])
        expect(Math.abs(meanOf(splits, numbers, name) - 0.5)).toBeLessThan(0.15);
      const heldOut = count(splits, 'validation') + count(splits, 'test');
      expect(heldOut / length).toBeGreaterThan(0.2);
      expect(count(splits, 'train') / length).toBeGreaterThan(0.4);
      // no training item has a neighbour that is asked about
      splits.forEach((split, place) => {
        if (split === 'train') expect(['train', 'gap', undefined]).toContain(splits[place + 1]);
      });
      expect(warnings).toHaveLength(1);
    }
  });

  it('keeps long blocks where those are even', () => {
    const numbers = Array.from({ length: 200 }, (_, index) => (index * 37) % 200);
    const items = column(numbers);
    expect(splitItems(items, shares, 1, undefined, true)).toEqual(splitItems(items, shares, 1));
  });
});
