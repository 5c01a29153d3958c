import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { calibrate, findThresholds, type ReviewedFrame } from '../../main/workflows/calibrate.ts';
import { labelFrames } from '../../main/workflows/label.ts';
import { scan } from '../../main/workflows/scan.ts';
import { newPlace, type Place, writeFrames } from './fake-frames/night.ts';

/** Frames whose true P(clean) is `truth(score)`, without sampling noise: each score many times over. */
function population(truth: (score: number) => number, repeats = 40): ReviewedFrame[] {
  return Array.from({ length: 19 }, (_, index) => (index + 1) / 20).flatMap((score) =>
    Array.from(
      { length: repeats },
      (_, index): ReviewedFrame => ({
        score,
        label: index < Math.round(truth(score) * repeats) ? 'clean' : 'contaminated',
      }),
    ),
  );
}
const logit = (p: number) => Math.log(p / (1 - p));
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

describe('finding thresholds', () => {
  it('leaves a calibrated score alone', () => {
    const { clean, contaminated } = findThresholds(population((score) => score));
    expect(clean).toBeCloseTo(0.7, 1);
    expect(contaminated).toBeCloseTo(0.3, 1);
  });

  it('finds where a strict judge should have drawn the line', () => {
    // a frame scored s is clean with log odds logit(s) + 1: the scores are too low by that
    const { clean, contaminated } = findThresholds(population((score) => sigmoid(logit(score) + 1)));
    expect(clean).toBeCloseTo(0.5, 1); // 0.462, held at even odds
    expect(contaminated).toBeCloseTo(sigmoid(logit(0.3) - 1), 1);
  });

  it('is not misled by which frames were reviewed', () => {
    const truth = (score: number) => sigmoid(0.6 * logit(score) - 0.4);
    const all = findThresholds(population(truth));
    const doubtful = findThresholds(population(truth, 200).filter(({ score }) => score > 0.2 && score < 0.8));
    expect(doubtful.clean).toBeCloseTo(all.clean, 1);
    expect(doubtful.contaminated).toBeCloseTo(all.contaminated, 1);
  });

  it('asks for enough labels of both classes', () => {
    expect(() => findThresholds(population(() => 1))).toThrow(/needs 5 reviewed frames of each class/);
  });

  it('always keeps clean above contaminated, whatever the labels', () => {
    const frame = fc.record({
      score: fc.double({ min: 0, max: 1, noNaN: true }),
      label: fc.constantFrom('clean' as const, 'contaminated' as const),
    });
    fc.assert(
      fc.property(fc.array(frame, { minLength: 5, maxLength: 60 }), (frames) => {
        const both = [...frames, ...population((score) => score, 1), ...population((score) => score, 4)];
        const { clean, contaminated } = findThresholds(both);
        expect(clean).toBeGreaterThanOrEqual(0.5);
        expect(contaminated).toBeLessThanOrEqual(0.5);
        expect(clean).toBeGreaterThan(contaminated);
      }),
      { numRuns: 60 },
    );
  });
});

describe('calibrate', () => {
  let place: Place;
  beforeEach(() => {
    place = newPlace();
  });
  afterEach(() => place.close());

  it('stores what it finds, and the session and later scans follow it', async () => {
    const count = 30;
    writeFrames(
      place.night,
      Object.fromEntries(
        Array.from({ length: count }, (_, serial) => [
          `f${serial}.fits`,
          { serial, score: (serial + 0.5) / count },
        ]),
      ),
    );
    await scan(place.ports, { paths: [place.night] });
    expect(() => calibrate(place.ports, ['night'])).toThrow(/there are 0 clean and 0 contaminated/);
    const wanted = Array.from({ length: count }, (_, serial) => ({
      file: `f${serial}.fits`,
      label: serial >= 9 ? ('clean' as const) : ('contaminated' as const),
    }));
    labelFrames(place.ports.library, 'night', wanted, 'Ada');
    const tried = calibrate(place.ports, ['night'], { apply: false });
    expect(tried.applied).toBe(false);
    expect(place.ports.library.calibrations.newest('frames', 'strict')).toBeUndefined();
    const outcome = calibrate(place.ports, ['night']);
    expect(outcome.thresholds).toEqual(tried.thresholds);
    expect(outcome.thresholds.clean).toBeLessThan(0.7);
    expect(outcome.rates[1].cleanKept).toBeGreaterThan(outcome.rates[0].cleanKept!);
    const other = `${place.night}-2`;
    writeFrames(other, { 'x.fits': { serial: 100, score: (outcome.thresholds.clean + 0.7) / 2 } });
    const { report } = await scan(place.ports, { paths: [other] });
    expect(report.frames[0].label).toBe('clean');
    const stacking = await scan(place.ports, { paths: [other], policy: 'stacking' });
    expect(stacking.report.frames[0].label).toBe('review');
    // a changed policy has thresholds of its own, too
    const changed = await scan(place.ports, {
      paths: [other],
      policy: 'strict',
      policyChanges: { trail: 'advisory' },
    });
    expect(changed.report.frames[0].label).toBe('review');
    expect(() => calibrate(place.ports, ['night', 'night-2'])).toThrow(/under 2 policies/);
  });
});
