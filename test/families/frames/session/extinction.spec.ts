import { describe, expect, it } from 'vitest';
import { extinctionByAirmass } from '../../../../main/families/frames/session/extinction.ts';
import { scatterOfNeighbours } from '../../../../main/families/frames/session/scatter-of-neighbours.ts';
import { scatterOfLikeSeeing, seeingLoss } from '../../../../main/families/frames/session/seeing-loss.ts';
import { robustTrend, type TrendOptions } from '../../../../main/families/frames/session/trend.ts';
import { Random } from '../../../../main/families/frames/simulate/random.ts';

const options: TrendOptions = {
  faults: 'up',
  degree: 2,
  span: Number.POSITIVE_INFINITY,
  leastSigma: 0.004,
  steepestPerHour: 0.2,
  sharpestPerSquareHour: 0.15,
  leastGoodShare: 0.18,
};
const frames = 120;
const hours = Float64Array.from({ length: frames }, (_, k) => k * 0.05);

/** Loss by extinction, with the scatter of a good night. */
function night(natural: (hour: number) => number, seed: number, veil: (k: number) => number = () => 0) {
  const random = new Random(seed, 3, 9);
  return hours.map((hour, k) => natural(hour) + 0.004 * random.normal() + veil(k));
}

const secant = (hour: number): number => 0.14 / Math.cos(0.26 * (hour - 2));
const kink = (hour: number): number => 0.02 * Math.abs(hour - 3);
const farthest = (reference: Float64Array, truth: (hour: number) => number): number =>
  Math.max(...hours.map((hour, k) => Math.abs(reference[k] - truth(hour))));

describe('the trend of light lost to the air', () => {
  it.each([
    ['the secant of the zenith distance', secant],
    ['a sharp turn at the meridian', kink],
    ['an even sinking', (hour: number): number => 0.03 * hour],
    ['no change', (): number => 0.1],
  ])('follows %s', (_, natural) => {
    for (const seed of [1, 2, 3]) {
      const trend = robustTrend(hours, night(natural, seed), options);
      expect(farthest(trend.reference, natural)).toBeLessThan(0.009);
    }
  });

  it('passes under a veil that thickens and thins, however long', () => {
    for (const [from, to] of [
      [30, 80],
      [60, 119],
      [0, 45],
    ]) {
      const veil = (k: number): number =>
        k < from || k > to ? 0 : 0.25 * (1 - Math.abs((2 * (k - from)) / (to - from) - 1));
      const trend = robustTrend(hours, night(secant, 7, veil), options);
      expect(farthest(trend.reference, secant)).toBeLessThan(0.045);
    }
  });

  it('keeps to the clear frames beside an even veil at the end of the night', () => {
    const values = night(kink, 5, (k) => (k > 100 ? 0.12 : 0));
    const { reference } = robustTrend(hours, values, options);
    expect(reference[119] - kink(hours[119])).toBeLessThan(0.02);
  });

  it('is not drawn down by a few mismatched frames', () => {
    const values = night(secant, 11).map((value, k) => (k % 25 === 3 ? value - 0.3 : value));
    expect(farthest(robustTrend(hours, values, options).reference, secant)).toBeLessThan(0.015);
  });
});

describe('what comes with the seeing', () => {
  const random = new Random(4, 4, 4);
  const logFwhm = hours.map(() => Math.log(2.2) + 0.55 * random.uniform());
  const trust = Array.from(hours, () => 1);
  const bias = (width: number): number => 0.012 * Math.sin(6 * (width - 1));
  const residuals = logFwhm.map((width) => bias(width) + 0.003 * random.normal());

  it('is what frames of like width share', () => {
    const seeing = seeingLoss(residuals, logFwhm, trust);
    const left = residuals.map((value, k) => value - seeing[k]);
    const spread = (values: Float64Array): number =>
      Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / frames);
    expect(spread(left)).toBeLessThan(0.7 * spread(residuals));
    expect(Math.max(...seeing.map(Math.abs))).toBeLessThanOrEqual(0.02);
  });

  it('leaves a cloud on a frame, and few frames as they are', () => {
    const clouded = residuals.map((value, k) => (k === 40 ? value + 0.1 : value));
    expect(seeingLoss(clouded, logFwhm, trust)[40]).toBeLessThan(0.02);
    expect(Array.from(seeingLoss(residuals.slice(0, 9), logFwhm.slice(0, 9), trust))).toEqual(
      new Array(9).fill(0),
    );
  });

  it('scatters more where measuring does', () => {
    const uneven = logFwhm.map((width) => (width < 1 ? 0.03 : 0.004) * random.normal());
    const sigma = scatterOfLikeSeeing(
      uneven,
      logFwhm,
      Float64Array.from(hours, () => 0.012),
    );
    const mean = (narrow: boolean): number => {
      const some = sigma.filter((_, k) => logFwhm[k] < 0.95 === narrow && Math.abs(logFwhm[k] - 1) > 0.05);
      return some.reduce((sum, value) => sum + value, 0) / some.length;
    };
    expect(mean(true)).toBeGreaterThan(1.8 * mean(false));
  });
});

describe('extinction by the airmass that headers tell', () => {
  const airmass = Array.from(hours, (hour) => 1 / Math.cos(0.26 * (hour - 2)));
  const trust = Array.from(hours, () => 1);
  const leastAir = Math.min(...airmass);
  const truth = airmass.map((value) => 0.22 * (value - leastAir));
  const random = new Random(8, 2, 6);
  const losses = truth.map((value) => 0.1 + value + 0.004 * random.normal());
  const worst = (found: Float64Array): number => Math.max(...found.map((v, k) => Math.abs(v - truth[k])));

  it('is linear in it', () => {
    expect(worst(extinctionByAirmass(losses, airmass, trust))).toBeLessThan(0.012);
  });

  it('does not take a cloud at the end of the night for air', () => {
    const cloudy = losses.map((value, k) => (k > 95 ? value + 0.3 : value));
    expect(worst(extinctionByAirmass(cloudy, airmass, trust))).toBeLessThan(0.02);
  });

  it('hears no frame that it is told not to trust', () => {
    const bright = losses.map((value, k) => (k % 3 === 0 ? value - 0.06 : value));
    const fewer = trust.map((_, k) => (k % 3 === 0 ? 0 : 1));
    expect(worst(extinctionByAirmass(bright, airmass, fewer))).toBeLessThan(0.015);
  });

  it('is none where headers do not tell, tell nonsense, or say that more air lets more light through', () => {
    const none = new Float64Array(frames);
    expect(
      extinctionByAirmass(
        losses,
        airmass.map((v, k) => (k === 7 ? null : v)),
        trust,
      ),
    ).toEqual(none);
    expect(
      extinctionByAirmass(
        losses,
        airmass.map(() => 0),
        trust,
      ),
    ).toEqual(none);
    expect(
      extinctionByAirmass(
        losses,
        airmass.map((v) => 3 - v),
        trust,
      ),
    ).toEqual(none);
    expect(extinctionByAirmass(losses.slice(0, 5), airmass.slice(0, 5), trust.slice(0, 5))).toEqual(
      none.subarray(0, 5),
    );
  });
});

describe('what neighbouring frames differ by', () => {
  const random = new Random(2, 7, 1);
  const noisy = hours.map((hour) => secant(hour) + 0.02 * random.normal());

  it('is the noise, whatever the trend, and not the weather', () => {
    expect(scatterOfNeighbours(hours, noisy, 0.01)).toBeGreaterThan(0.014);
    expect(scatterOfNeighbours(hours, noisy, 0.01)).toBeLessThan(0.026);
    const cloudy = noisy.map((value, k) => value + (k % 5 === 0 ? 0.3 : 0));
    expect(scatterOfNeighbours(hours, cloudy, 0.01)).toBeLessThan(0.04 / Math.SQRT2 + 0.012);
    expect(scatterOfNeighbours(hours, hours.map(secant), 0.004)).toBe(0.004);
    expect(scatterOfNeighbours(hours.slice(0, 9), noisy.slice(0, 9), 0.004)).toBe(0.004);
  });

  it('keeps the trend of a noisy night in the middle of its frames', () => {
    const nearSigma = scatterOfNeighbours(hours, noisy, 0.004);
    const { reference } = robustTrend(hours, noisy, { ...options, nearSigma });
    const above = noisy.filter((value, k) => value > reference[k]).length;
    expect(above / frames).toBeGreaterThan(0.35);
    expect(above / frames).toBeLessThan(0.65);
  });
});
