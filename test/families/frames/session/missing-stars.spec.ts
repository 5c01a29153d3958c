import { describe, expect, it } from 'vitest';
import { missingRegion } from '../../../../main/families/frames/session/missing-stars.ts';

const extent = { width: 900, height: 600 };
/** Nine stars in three rows. */
const x = [100, 450, 800, 120, 430, 790, 90, 460, 810];
const y = [90, 100, 110, 300, 310, 290, 500, 510, 490];
const expected = (found: readonly number[], usual = 0.97) => ({
  x: x.slice(0, found.length),
  y: y.slice(0, found.length),
  found: Uint8Array.from(found),
  usuallyFound: new Float64Array(found.length).fill(usual),
  count: found.length,
});

describe('the stars of a sparse field', () => {
  it('show an obstacle that takes a row of them', () => {
    const region = missingRegion(expected([1, 1, 1, 1, 1, 1, 0, 0, 0]), extent);
    expect(region?.missingInside).toBe(3);
    expect(region?.gain).toBeGreaterThan(9);
    expect(region?.area).toBeGreaterThan(0.2);
    expect(region?.area).toBeLessThan(0.45);
  });

  it('show none where they come and go, or are missing here and there', () => {
    expect(missingRegion(expected([1, 1, 1, 1, 1, 1, 0, 0, 1], 0.6), extent)?.gain ?? 0).toBeLessThan(5);
    expect(missingRegion(expected([1, 1, 1, 1, 0, 1, 1, 1, 1]), extent)).toBeNull();
    expect(missingRegion(expected([0, 0, 0, 1, 1]), extent)).toBeNull();
  });
});
