import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NabFile, nabScore } from '../../../main/families/telemetry/nab-score.ts';

/** 100 rows: 15 of probation, a window of ten rows. */
const windows = [[40, 49]] as const;
const alarms = (rows: readonly number[], length = 100) =>
  Float64Array.from({ length }, (_, row) => (rows.includes(row) ? 1 : 0));
const scoreOf = (rows: readonly number[]) => nabScore([{ scores: alarms(rows), windows }]).score;

// worked by hand: weight(p) = 2 / (1 + e^5p) - 1; of a hit weight(p) / weight(-1), of a false alarm 0.11 weight(p);
// score = 100 (sum + windows) / (2 windows); weight(-1) = 0.986614
describe('the Numenta score', () => {
  it('is 0 for silence and 100 for one alarm at the start of each window', () => {
    expect(nabScore([{ scores: alarms([]), windows }]).score).toBe(0);
    expect(scoreOf([40])).toBeCloseTo(100, 9);
    expect(nabScore([{ scores: alarms([40]), windows }]).threshold).toBe(1);
  });

  it('gives a hit what its place in the window is worth, the first of several', () => {
    // p = -(49 - 44 + 1) / 10: weight(-0.6) = 0.905148, a hit of 0.917429
    expect(scoreOf([44])).toBeCloseTo(95.87145, 4);
    expect(scoreOf([44, 46, 49])).toBeCloseTo(95.87145, 4);
    // the last row: p = -0.1, weight 0.244919, a hit of 0.248242
    expect(scoreOf([49])).toBeCloseTo(62.4121, 3);
  });

  it('takes for a false alarm what its distance from the window before makes it', () => {
    // three rows behind nine steps: weight(1/3) = -0.682262, a loss of 0.0750488
    expect(scoreOf([40, 52])).toBeCloseTo(96.24756, 4);
    // before any window, and more than three widths behind one: 0.11
    expect(scoreOf([30, 40])).toBeCloseTo(94.5, 9);
    expect(scoreOf([40, 77])).toBeCloseTo(94.5, 9);
  });

  it('does not look at the rows of probation: 15 %, of 5,000 rows at most', () => {
    expect(scoreOf([0, 14, 40])).toBeCloseTo(100, 9);
    expect(scoreOf([15, 40])).toBeCloseTo(94.5, 9);
    const long = [[5000, 5099]] as const;
    const early = (row: number) => nabScore([{ scores: alarms([row, 5000], 20_000), windows: long }]).score;
    expect(early(749)).toBeCloseTo(100, 9);
    expect(early(750)).toBeCloseTo(94.5, 9);
  });

  it('leaves out windows that end within the probation', () => {
    const both = [[5, 9], ...windows] as const;
    expect(nabScore([{ scores: alarms([40]), windows: both }]).score).toBeCloseTo(100, 9);
  });

  it('has one threshold for all files', () => {
    const quiet: NabFile = { scores: alarms([40]).map((value) => 0.5 * value), windows };
    const loud: NabFile = { scores: alarms([20, 21, 22]), windows: [] };
    // three false alarms (0.33) come before the hit; still worth it: 100 (1 - 0.33 + 1) / 2
    expect(nabScore([quiet, loud])).toEqual({ score: expect.closeTo(83.5, 9), threshold: 0.5 });
  });

  it('is the best over all thresholds of a plain count', () => {
    const file = fc.record({
      scores: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 60, maxLength: 60 }),
      from: fc.integer({ min: 9, max: 40 }),
      width: fc.integer({ min: 2, max: 8 }),
    });
    fc.assert(
      fc.property(fc.array(file, { minLength: 1, maxLength: 3 }), (given) => {
        const files = given.map(
          ({ scores, from, width }): NabFile => ({ scores, windows: [[from, from + width - 1]] }),
        );
        const counted = [0, 1, 2, 3, 4, 5, 6].map((border) =>
          files.reduce((sum, each) => sum + plainCount(each, border), 0),
        );
        const best = Math.max(-files.length, ...counted);
        const expected = (100 * (best + files.length)) / (2 * files.length);
        expect(nabScore(files).score).toBeCloseTo(expected, 9);
      }),
      { numRuns: 60 },
    );
  });
});

/** A file of 60 rows with one window at one threshold, by the definition. */
function plainCount({ scores, windows }: NabFile, border: number): number {
  const weight = (place: number) => (place > 3 ? -1 : 2 / (1 + Math.exp(5 * place)) - 1);
  const [from, to] = windows[0]!;
  const told = Array.from({ length: 60 }, (_, row) => row).filter(
    (row) => row >= 9 && scores[row]! >= border,
  );
  const hit = told.find((row) => row >= from && row <= to);
  const found = hit === undefined ? -1 : weight(-(to - hit + 1) / (to - from + 1)) / weight(-1);
  const astray = told.filter((row) => row < from || row > to);
  return astray.reduce(
    (sum, row) => sum + 0.11 * (row < from ? -1 : weight((row - to) / (to - from))),
    found,
  );
}
