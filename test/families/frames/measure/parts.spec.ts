import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitMoffat, moffatValue, roundMoffat } from '../../../../main/families/frames/measure/moffat.ts';
import { halfMaximumShape } from '../../../../main/families/frames/measure/psf-shape.ts';
import {
  medianInPlace,
  normalCumulative,
  selectInPlace,
  truncatedNormal,
} from '../../../../main/families/frames/measure/robust.ts';
import { sortHits } from '../../../../main/families/frames/measure/spikes.ts';
import {
  refineKnots,
  splineGrid,
  splineOf,
  splineValue,
} from '../../../../main/families/frames/measure/spline-psf.ts';
import { stampOf } from '../../../../main/families/frames/measure/spline-stamp.ts';
import { awayFromTrails } from '../../../../main/families/frames/measure/stars-on-trails.ts';
import { uniform } from './scene.ts';

describe('order statistics', () => {
  it('select what sorting selects', () => {
    fc.assert(
      fc.property(fc.float64Array({ minLength: 1, maxLength: 60, noNaN: true }), fc.nat(), (values, at) => {
        const k = at % values.length;
        expect(selectInPlace(values.slice(), values.length, k)).toBe(values.slice().sort()[k]);
      }),
    );
    expect(medianInPlace(Float64Array.of(4, 1, 3, 2))).toBe(2.5);
    expect(medianInPlace(new Float64Array(0))).toBeNaN();
  });

  it('know the normal distribution', () => {
    expect(normalCumulative(0)).toBeCloseTo(0.5, 6);
    expect(normalCumulative(1.96)).toBeCloseTo(0.9750021, 6);
    expect(normalCumulative(-1)).toBeCloseTo(0.1586553, 6);
  });

  it('find level and sigma under one-sided contamination, also of coarse steps that miss zero', () => {
    const random = uniform(5);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    for (const step of [0, 2, 5]) {
      const values = Float32Array.from({ length: 20_000 }, (_, i) => {
        const value = 300 + 10 * normal() + (i % 10 === 0 ? 60 * random() : 0);
        return step === 0 ? value : Math.round((value - 0.7) / step) * step + 0.7;
      });
      const window = { lowSigmas: 3, highSigmas: 1.5, quantum: step, origin: values[0] };
      const sumsWithin = (low: number, high: number, level: number) => {
        const inside = values.filter((value) => value >= low && value <= high);
        const offsets = [...inside].map((value) => value - level);
        return {
          count: offsets.length,
          sum: offsets.reduce((sum, offset) => sum + offset, 0),
          squares: offsets.reduce((sum, offset) => sum + offset ** 2, 0),
        };
      };
      const found = truncatedNormal(sumsWithin, values.length, { level: 303, sigma: 12 }, window);
      expect(Math.abs(found.level - 300)).toBeLessThan(1);
      expect(Math.abs(found.sigma / Math.hypot(10, step / Math.sqrt(12)) - 1)).toBeLessThan(0.06);
    }
  });
});

describe('the spline profile', () => {
  const moffat = { p: 0.12, q: 0.2, r: 0.03, beta: 3 };
  const psf = splineOf((x, y) => moffatValue(moffat, x, y), 6, 0.6)!;

  it('follows the function it was made from', () => {
    for (const [x, y] of [
      [0, 0],
      [1.3, -0.4],
      [-2.2, 2.9],
    ])
      expect(splineValue(psf, x, y)).toBeCloseTo(moffatValue(moffat, x, y), 2);
  });

  it('has the same values on a grid, on a stamp and on finer knots', () => {
    const grid = splineGrid(psf, 25);
    const finer = refineKnots(psf);
    const stamp = stampOf({ width: 40, height: 40 }, psf, 20.3, 19.6, 4);
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 20 }), fc.integer({ min: 4, max: 20 }), (i, j) => {
        const [x, y] = [(i * 12) / 24 - 6, (j * 12) / 24 - 6];
        expect(grid[j * 25 + i]).toBeCloseTo(splineValue(psf, x, y), 10);
        expect(splineValue(finer, x, y)).toBeCloseTo(splineValue(psf, x, y), 10);
      }),
    );
    const columns = stamp.right - stamp.left + 1;
    for (let j = stamp.top; j <= stamp.bottom; j++)
      for (let i = stamp.left; i <= stamp.right; i++) {
        const k = (j - stamp.top) * columns + i - stamp.left;
        expect(stamp.value[k]).toBeCloseTo(splineValue(psf, i - 20.3, j - 19.6), 10);
        const slope =
          (splineValue(psf, i - 20.3 + 1e-5, j - 19.6) - splineValue(psf, i - 20.3 - 1e-5, j - 19.6)) / 2e-5;
        expect(stamp.dx[k]).toBeCloseTo(slope, 5);
      }
  });

  it('has the half-maximum region of a known ellipse, and fills the hole of a doughnut', () => {
    const ellipse = splineOf((x, y) => Math.exp(-Math.LN2 * ((x * x) / 4 + y * y)), 5, 0.4)!;
    const shape = halfMaximumShape(ellipse)!;
    expect(shape.fwhm).toBeCloseTo(2 * Math.sqrt(2), 1);
    expect(shape.ellipticity).toBeCloseTo(0.5, 2);
    expect(Math.abs(shape.angle)).toBeLessThan(0.01);
    const ring = splineOf((x, y) => Math.exp(-(((Math.hypot(x, y) - 3) / 0.7) ** 2)), 7, 0.4)!;
    const outer = 3 + 0.7 * Math.sqrt(Math.LN2);
    expect(Math.abs(halfMaximumShape(ring)!.fwhm / (2 * outer) - 1)).toBeLessThan(0.01);
  });
});

describe('the Moffat fit', () => {
  it('recovers one shape from several stars, a second image included', () => {
    const truth = { p: 0.15, q: 0.2, r: 0.02, beta: 3.2, second: { dx: 4, dy: 1.5, share: 0.4 } };
    const values = new Float32Array(120 * 60);
    const places = [
      { x: 25.3, y: 22.8, amplitude: 80 },
      { x: 70.6, y: 30.1, amplitude: 50 },
      { x: 95.2, y: 34.9, amplitude: 65 },
    ];
    for (const { x, y, amplitude } of places)
      for (let j = 0; j < 60; j++)
        for (let i = 0; i < 120; i++) values[j * 120 + i] += amplitude * moffatValue(truth, i - x, j - y);
    const fit = fitMoffat({
      // The whole of it is near enough to every star.
      source: {
        width: 120,
        height: 60,
        patch: () => ({ left: 0, top: 0, right: 120, bottom: 60, width: 120, values }),
      },
      parity: -1,
      stars: places.map((place) => ({ ...place, x: Math.round(place.x), sky: 0, misfit: 0 })),
      start: { ...roundMoffat(3, 3), second: { dx: 3.6, dy: 1, share: 0.3 } },
      radius: 8,
      iterations: 30,
    })!;
    expect(fit.shape.beta).toBeCloseTo(truth.beta, 0);
    expect(fit.shape.second!.dx).toBeCloseTo(4, 1);
    expect(fit.shape.second!.share).toBeCloseTo(0.4, 1);
    expect(fit.stars[0].x).toBeCloseTo(25.3, 1);
  });
});

describe('hits', () => {
  it('are hot pixels alone and cosmic rays together', () => {
    const hits = [
      { x: 3, y: 3 },
      { x: 10, y: 10 },
      { x: 11, y: 11 },
      { x: 12, y: 11 },
      { x: 30, y: 4 },
    ];
    const { hotPixels, cosmicRays } = sortHits(hits, 40);
    expect(hotPixels).toEqual([hits[0], hits[4]]);
    expect(cosmicRays).toEqual([hits[1]]);
  });

  it('on a trail are part of it', () => {
    const trail = { x1: 0, y1: 0, x2: 100, y2: 0, width: 3, snr: 5, significance: 50, fill: 1 };
    const kept = awayFromTrails(
      [
        { x: 50, y: 1 },
        { x: 50, y: 20 },
      ],
      [trail],
      3,
    );
    expect(kept).toEqual([{ x: 50, y: 20 }]);
  });
});
