import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  autostretch,
  midtonesTransfer,
  shown,
} from '../../../../main/families/frames/picture/autostretch.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const balance = fc.double({ min: 0.001, max: 0.999, noNaN: true });

describe('the midtones transfer function', () => {
  test('keeps black and white, brings its balance to the middle, never falls', () => {
    fc.assert(
      fc.property(balance, share, share, (b, one, other) => {
        expect(midtonesTransfer(0, b)).toBe(0);
        expect(midtonesTransfer(1, b)).toBe(1);
        expect(midtonesTransfer(b, b)).toBeCloseTo(0.5, 9);
        const [low, high] = one < other ? [one, other] : [other, one];
        expect(midtonesTransfer(high, b)).toBeGreaterThanOrEqual(midtonesTransfer(low, b));
      }),
    );
  });
});

describe('autostretch', () => {
  test('gives the published figures of AutoSTF', () => {
    const stretch = autostretch(829 / 65535, 15 / 65535);
    expect(stretch.shadows).toBeCloseTo(0.0117, 4);
    expect(stretch.midtones).toBeCloseTo(0.00285, 5);
    expect(shown(829 / 65535, stretch) * 255).toBeCloseTo(64, 0);
  });

  test('shows the median at a quarter, boosted at a half', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.005, max: 0.05, noNaN: true }),
        fc.double({ min: 1e-5, max: 1e-3, noNaN: true }),
        (median, deviation) => {
          expect(shown(median, autostretch(median, deviation))).toBeCloseTo(0.25, 1);
          expect(shown(median, autostretch(median, deviation, { boosted: true }))).toBeCloseTo(0.5, 1);
        },
      ),
    );
  });

  test('leaves a constant frame as it is', () => {
    expect(autostretch(0.5, 0)).toEqual({ shadows: 0, midtones: 0.5, highlights: 1 });
    expect(autostretch(0, 0)).toEqual({ shadows: 0, midtones: 0.5, highlights: 1 });
  });
});
