import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  areaUnderPrecisionRecall,
  eventFigures,
  rangeFigures,
} from '../../../main/families/telemetry/metrics.ts';
import { nearestLikes, pieceLengths } from '../../../main/families/telemetry/nearest-likes.ts';
import { noveltyScores, noveltyThreshold } from '../../../main/families/telemetry/novelty.ts';

const wave = (row: number) => Math.sin(row / 3) + 0.1 * Math.sin(row * 12.9898);

describe('novelty of a series', () => {
  it('tells a jump when it comes, and rests afterwards', () => {
    const scores = noveltyScores([
      Float64Array.from({ length: 500 }, (_, row) => wave(row) + (row >= 400 ? 6 : 0)),
    ]);
    const onset = scores.findIndex((score) => score > noveltyThreshold);
    expect(onset).toBe(400);
    expect(scores.subarray(401, 440).every((score) => score < noveltyThreshold)).toBe(true);
  });

  it('says nothing of a series that does not change, nor of missing values', () => {
    expect(noveltyScores([new Float64Array(300).fill(4)]).every((score) => score === 0)).toBe(true);
    expect(noveltyScores([new Float64Array(300).fill(Number.NaN)]).every((score) => score === 0)).toBe(true);
  });

  it('does not look ahead', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 150, max: 290 }),
        fc.double({ min: -50, max: 50, noNaN: true }),
        (cut, later) => {
          const values = Float64Array.from({ length: 300 }, (_, row) => wave(row));
          const changed = values.map((value, row) => (row < cut ? value : later));
          expect(noveltyScores([changed]).subarray(0, cut)).toEqual(noveltyScores([values]).subarray(0, cut));
        },
      ),
      { numRuns: 8 },
    );
  });

  it('knows no unit', () => {
    const values = Float64Array.from({ length: 300 }, (_, row) => wave(row) + (row === 250 ? 3 : 0));
    const plain = noveltyScores([values]);
    noveltyScores([values.map((value) => value * 1024)]).forEach((score, row) => {
      expect(score).toBeCloseTo(plain[row]!, 9);
    });
  });
});

describe('nearest likes', () => {
  /** The same by its definition. */
  function meanDistance(values: Float64Array, row: number, length: number, from: number, to: number): number {
    const distances = Array.from({ length: to - from }, (_, index) => {
      const other = row - (from + 1 + index);
      const piece = Array.from({ length }, (_, lag) => (values[row - lag]! - values[other - lag]!) ** 2);
      return Math.sqrt(piece.reduce((sum, square) => sum + square, 0));
    });
    const nearest = distances.sort((a, b) => a - b).slice(0, 27);
    return nearest.reduce((sum, distance) => sum + distance, 0) / nearest.length;
  }

  it.each([
    ['a wave', wave],
    ['steps of a converter', (row: number) => Math.round(3 * Math.sin(row / 9))],
    ['a ramp', (row: number) => row * row],
  ])('of %s are those that all pairs tell', (_, value) => {
    const values = Float64Array.from({ length: 420 }, (_, row) => value(row));
    const likes = nearestLikes(values, 300);
    for (let row = 0; row < values.length; row++) {
      const from = Math.max(0, Math.min(150, (row - 19) >> 1));
      likes.next(from, Math.min(row, 300));
      if (from < 5 || row % 7 > 0) continue;
      const to = Math.min(2 * from, row - 19);
      likes.means(from, to).forEach((mean, place) => {
        const expected = meanDistance(values, row, pieceLengths[place]!, from, to);
        expect(Math.abs(mean - expected)).toBeLessThanOrEqual(1e-13 * expected);
      });
    }
  });
});

describe('figures of detection', () => {
  it('average precision is 1 for a perfect order, the share of anomalies for equal scores', () => {
    expect(areaUnderPrecisionRecall([0.9, 0.8, 0.1], [1, 1, 0])).toBe(1);
    expect(areaUnderPrecisionRecall([1, 1, 1, 1], [1, 0, 0, 0])).toBe(0.25);
    expect(areaUnderPrecisionRecall([1, 2], [0, 0])).toBeNull();
  });

  it('counts events once, ranges by their rows', () => {
    const truth = [
      { first: 10, last: 19 },
      { first: 50, last: 59 },
    ];
    const found = [
      { first: 15, last: 19 },
      { first: 80, last: 89 },
    ];
    expect(eventFigures(found, truth)).toEqual({ recall: 0.5, precision: 0.5, f1: 0.5 });
    expect(rangeFigures(found, truth)).toEqual({
      recall: 0.25,
      precision: 0.5,
      f1: expect.closeTo(1 / 3, 9),
    });
  });
});
