import { describe, expect, it } from 'vitest';
import { median } from '../../../../main/families/frames/session/robust-statistics.ts';
import { robustTrend } from '../../../../main/families/frames/session/trend.ts';
import { Random } from '../../../../main/families/frames/simulate/random.ts';

const hours = Float64Array.from({ length: 120 }, (_, k) => k / 30);
const options = { faults: 'up', degree: 1, span: 31, leastSigma: 0.005 } as const;

function night(seed: number, natural: (hour: number) => number, scatter: number): Float64Array {
  const random = new Random(seed);
  return hours.map((hour) => natural(hour) + scatter * random.normal());
}

describe('robustTrend', () => {
  it('follows seeing that wanders over hours and knows its scatter', () => {
    const natural = (hour: number): number => 1 + 0.25 * Math.sin(1.4 * hour);
    const ratios: number[] = [];
    for (let seed = 1; seed <= 12; seed++) {
      const values = night(seed, natural, 0.03);
      const trend = robustTrend(hours, values, options);
      ratios.push(median(trend.sigma) / 0.03);
      const errors = hours.map((hour, k) => Math.abs(trend.reference[k] - natural(hour)));
      expect(median(errors)).toBeLessThan(0.015);
    }
    expect(median(ratios)).toBeGreaterThan(0.85);
    expect(median(ratios)).toBeLessThan(1.35);
  });

  it('is not carried along by a run of bad frames', () => {
    const values = night(3, () => 1, 0.02);
    for (let k = 40; k < 50; k++) values[k] += 0.15 + 0.02 * (k - 40);
    const trend = robustTrend(hours, values, options);
    for (let k = 40; k < 50; k++) expect(Math.abs(trend.reference[k] - 1)).toBeLessThan(0.03);
  });

  it('follows extinction that falls towards the meridian and rises after it, among many bad frames', () => {
    for (let seed = 1; seed <= 6; seed++) {
      const natural = (hour: number): number => 0.025 * Math.abs(hour - 2);
      const values = night(seed, natural, 0.001);
      const random = new Random(seed, 2);
      for (let k = 0; k < values.length; k++) if (random.chance(0.5)) values[k] += random.between(0.03, 0.3);
      const whole = { faults: 'up', degree: 2, span: Number.POSITIVE_INFINITY, leastSigma: 0.006 } as const;
      const trend = robustTrend(hours, values, { ...whole, steepestPerHour: 0.2, leastGoodShare: 0.18 });
      hours.forEach((hour, k) => {
        expect(Math.abs(trend.reference[k] - natural(hour))).toBeLessThan(0.02);
      });
    }
  });

  it('never follows a fault that creeps in over an hour', () => {
    // half of the light lost within an hour, airmass at its slowest
    const values = night(9, (hour) => 0.02 * hour, 0.005);
    for (let k = 70; k < 100; k++) values[k] += 0.7 * ((k - 70) / 30) ** 1.2;
    const whole = { ...options, degree: 2, span: Number.POSITIVE_INFINITY } as const;
    const trend = robustTrend(hours, values, whole);
    for (let k = 80; k < 100; k++) expect(Math.abs(trend.reference[k] - 0.02 * hours[k])).toBeLessThan(0.02);
  });

  it('keeps to the better frames when most of one kind are bad', () => {
    const values = night(5, () => 2, 0.01);
    const random = new Random(8);
    for (let k = 0; k < 120; k++) if (random.chance(0.5)) values[k] += random.between(0.08, 1);
    const trend = robustTrend(hours, values, { ...options, span: Number.POSITIVE_INFINITY });
    expect(Math.abs(median(trend.reference) - 2)).toBeLessThan(0.02);
  });

  it('knows the less of a figure the fewer frames there are, and loses nothing on nights of dozens', () => {
    const wideningOf = (frames: number): number => {
      const some = Float64Array.from({ length: frames }, (_, k) => (1.5 * k) / (frames - 1));
      const random = new Random(4);
      const values = some.map(() => 1 + 0.005 * random.normal());
      const { sigma, seenSigma } = robustTrend(some, values, { ...options, steepestPerHour: 0.35 });
      return median(sigma.map((value, k) => value / seenSigma[k]));
    };
    const widening = [4, 5, 6, 8, 12, 24, 60].map(wideningOf);
    for (let k = 1; k < widening.length; k++) expect(widening[k]).toBeLessThan(widening[k - 1]);
    expect(widening[0]).toBeGreaterThan(5);
    expect(widening[5]).toBeLessThan(1.05);
    expect(widening[6]).toBeLessThan(1.002);
  });

  it('limits the slope it believes', () => {
    const values = hours.map((hour) => (hour > 3 ? 2 * (hour - 3) : 0));
    const trend = robustTrend(hours, values, { ...options, steepestPerHour: 0.3 });
    expect(values[119] - trend.reference[119]).toBeGreaterThan(1);
  });

  it('sees downward faults as it sees upward ones', () => {
    const values = night(11, (hour) => Math.sin(hour), 0.03);
    const up = robustTrend(hours, values, options);
    const down = robustTrend(
      hours,
      values.map((value) => -value),
      { ...options, faults: 'down' },
    );
    expect(Array.from(down.reference, (value) => -value)).toEqual(Array.from(up.reference));
  });

  it('has no reference without frames, and leaves NaN out', () => {
    const lost = hours.map(() => Number.NaN);
    expect(robustTrend(hours, lost, options).reference.every(Number.isNaN)).toBe(true);
    const values = night(2, () => 1, 0.01);
    values[5] = Number.NaN;
    const trend = robustTrend(hours, values, options);
    expect(trend.reference.every((value) => Math.abs(value - 1) < 0.02)).toBe(true);
  });
});
