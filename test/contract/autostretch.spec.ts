import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { autostretch, linkedStretch, midtonesTransfer, stretched } from '../../contract/autostretch.ts';

describe('the automatic stretch', () => {
  it('is that of PixInsight for a usual sky: median 829 and MAD 15 of 65,535', () => {
    const stretch = autostretch({ median: 829 / 65_535, mad: 15 / 65_535 });
    expect(stretch.shadows).toBeCloseTo(0.0117, 5);
    expect(stretch.midtones).toBeCloseTo(0.00285, 5);
    expect(Math.round(255 * stretched(829 / 65_535, stretch))).toBe(64);
  });

  it('shows the median near a quarter, boosted near a half, for any dark sky', () => {
    const median = fc.double({ min: 0.002, max: 0.05, noNaN: true });
    fc.assert(
      fc.property(median, fc.double({ min: 0.001, max: 0.2, noNaN: true }), (level, share) => {
        const sky = { median: level, mad: level * share };
        expect(Math.abs(stretched(level, autostretch(sky)) - 0.25)).toBeLessThan(0.02);
        expect(Math.abs(stretched(level, autostretch(sky, true)) - 0.5)).toBeLessThan(0.02);
      }),
    );
  });

  it('never falls with the level, and stays within 0 and 1', () => {
    const level = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(level, level, level, fc.double({ min: 0, max: 0.1, noNaN: true }), (a, b, median, mad) => {
        const stretch = autostretch({ median, mad });
        const [low, high] = [stretched(Math.min(a, b), stretch), stretched(Math.max(a, b), stretch)];
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(high + 1e-12).toBeGreaterThanOrEqual(low);
      }),
    );
  });

  it('moves the balance to the middle, and links colours by their mean', () => {
    expect(midtonesTransfer(0.2, 0.2)).toBeCloseTo(0.5, 12);
    expect(midtonesTransfer(0.5000000000000001, 2.775557561562892e-17)).toBe(1);
    const one = { median: 0.1, mad: 0.001 };
    const other = { median: 0.2, mad: 0.003 };
    expect(linkedStretch([one, other])).toEqual(autostretch({ median: (0.1 + 0.2) / 2, mad: 0.002 }));
  });
});
