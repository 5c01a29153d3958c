import { describe, expect, it } from 'vitest';
import { completeParameters, findRecipe } from '../../../main/learning/recipes.ts';
import {
  learningRateAt,
  plateauFactor,
  type ScheduleName,
  scheduleNames,
} from '../../../main/learning/training/schedule.ts';

function course(name: ScheduleName, totalSteps = 1000, warmup = 0): number[] {
  return Array.from({ length: totalSteps }, (_, step) =>
    learningRateAt({ name, peak: 2, totalSteps, warmup }, step),
  );
}

describe('schedules', () => {
  it.each(scheduleNames)('%s stays between nothing and its peak, and starts warm', (name) => {
    for (const rate of course(name)) {
      expect(rate).toBeGreaterThanOrEqual(0);
      expect(rate).toBeLessThanOrEqual(2);
    }
    const warm = course(name, 1000, 0.1);
    if (name === 'oneCycle') return expect(warm[100]).toBe(2);
    expect(warm[0]).toBeCloseTo(0.02, 10);
    expect(warm[49]).toBeCloseTo(1, 10);
    expect(warm[99]).toBe(2);
  });

  it('step down to a tenth, twice', () => {
    const rates = course('step');
    expect([rates[499], rates[500], rates[749], rates[750]].map((rate) => rate!.toFixed(3))).toEqual([
      '2.000',
      '0.200',
      '0.200',
      '0.020',
    ]);
  });

  it('restart after a seventh and three sevenths', () => {
    const rates = course('restarts', 700);
    const jumps = rates.flatMap((rate, step) => (step > 0 && rate > rates[step - 1]! + 1 ? [step] : []));
    expect(jumps).toEqual([100, 300]);
    expect(rates[99]).toBeLessThan(0.01);
    expect(rates[699]).toBeLessThan(0.01);
  });

  it('fall evenly on a logarithmic scale', () => {
    const rates = course('exponential');
    expect(rates[0]).toBe(2);
    expect(rates[500]).toBeCloseTo(0.2, 5);
  });

  it.each([0.1, 0.2, 0.3, 0.9])('rise for %f of the run and fall once', (warmup) => {
    const rates = course('oneCycle', 1000, warmup);
    const peak = warmup * 1000;
    expect(rates[0]).toBeCloseTo(2 / 25, 5);
    expect(rates.indexOf(Math.max(...rates))).toBe(peak);
    expect(rates[999]).toBeLessThan(1e-3);
    const turns = rates.filter((rate, step) => step > 0 && rate > rates[step - 1]! !== step <= peak);
    expect(turns).toEqual([]);
  });

  it('rise for 30 % in one cycle, unless another share was given', () => {
    const of = (given: Record<string, number | string>) =>
      completeParameters(findRecipe('mlp'), given).warmup;
    expect(of({ schedule: 'oneCycle' })).toBe(0.3);
    expect(of({ schedule: 'oneCycle', warmup: 0.1 })).toBe(0.1);
    expect(of({ schedule: 'step' })).toBe(0.1);
  });

  it('lower the rate when the loss stands still', () => {
    const schedule = { name: 'plateau' as const, peak: 2, totalSteps: 100, warmup: 0 };
    expect(learningRateAt(schedule, 50, 2)).toBeCloseTo(2 * plateauFactor ** 2, 10);
  });
});
