import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NightsiftError } from '../../../../contract/errors.ts';
import { compileExpression, type FrameFigures } from '../../../../main/families/frames/expressions.ts';

const frames: FrameFigures[] = [
  { fwhm: 2.8, eccentricity: 0.4, starCount: 300, snr: 50, noise: 10 },
  { fwhm: 3.1, eccentricity: 0.7, starCount: 280, snr: 40, noise: 11 },
  { fwhm: 4.0, eccentricity: 0.3, starCount: 290, snr: 30, noise: 12 },
  { fwhm: 2.9, eccentricity: 0.3, starCount: 90, snr: 20, noise: 10 },
  { fwhm: null, eccentricity: null, starCount: 0, snr: null, noise: 10 },
];
const approved = (text: string): boolean[] => compileExpression(text).approvals(frames);
const one = (text: string): number | null => compileExpression(text).weights([frames[0]])[0];

describe('compileExpression', () => {
  it('approves as SubframeSelector users write it', () => {
    const text = 'fwhm <= 3.2 && eccentricity < 0.6 && starCount > 0.7 * median(starCount)';
    expect(approved(text)).toEqual([true, false, false, false, false]);
    expect(compileExpression(text).names).toEqual(['fwhm', 'eccentricity', 'starCount']);
  });

  it('weighs, with null where a figure is missing', () => {
    expect(compileExpression('10 * snr / maximum(snr) + minimum(fwhm)').weights(frames)).toEqual([
      12.8,
      10.8,
      8.8,
      6.8,
      null,
    ]);
  });

  it('binds as arithmetic does', () => {
    expect(one('1 + 2 * 3')).toBe(7);
    expect(one('(1 + 2) * 3')).toBe(9);
    expect(one('10 - 4 - 3')).toBe(3);
    expect(one('2 ^ 3 ^ 2')).toBe(512);
    expect(one('-2 ^ 2')).toBe(-4);
    expect(one('2 * -3')).toBe(-6);
    expect(one('1 < 2 == 1')).toBe(1);
    expect(one('0 && 0 || 1')).toBe(1);
    expect(one('!0 + 1')).toBe(2);
    expect(one('.5e1 + 1.')).toBe(6);
    expect(one('max(sqrt(16), abs(-3)) - min(1, 2) + log(exp(2))')).toBeCloseTo(5);
  });

  it('never approves by a figure that is missing, unless the rest decides', () => {
    expect(approved('fwhm < 100')[4]).toBe(false);
    expect(approved('!(fwhm < 100)')[4]).toBe(false);
    expect(approved('fwhm < 100 || starCount == 0')[4]).toBe(true);
    expect(approved('fwhm != fwhm')[4]).toBe(false);
    expect(compileExpression('1 / 0').weights(frames)[0]).toBeNull();
  });

  it.each([
    ['', 1],
    ['fwhm <', 7],
    ['fwhm 3', 6],
    ['(fwhm', 6],
    ['seeing < 3', 1],
    ['fwhm < constructor', 8],
    ['toString(fwhm)', 1],
    ['median(fwhm, snr)', 1],
    ['fwhm = 3', 6],
    ['fwhm; snr', 5],
    ['fwhm < "3"', 8],
  ])('refuses %j and says where', (text, at) => {
    try {
      compileExpression(text);
      expect.unreachable('it was accepted');
    } catch (error) {
      expect(error).toBeInstanceOf(NightsiftError);
      expect((error as NightsiftError).code).toBe('wrongUse');
      expect((error as NightsiftError).message).toContain(`at character ${at}.`);
    }
  });

  it('refuses what is too long or too deep', () => {
    expect(() => compileExpression(`${'1+'.repeat(600)}1`)).toThrow(NightsiftError);
    expect(() => compileExpression(`${'('.repeat(200)}1${')'.repeat(200)}`)).toThrow(NightsiftError);
    expect(() => compileExpression(`${'-'.repeat(500)}1`)).toThrow(NightsiftError);
  });

  it('answers any text with a value or a named refusal', () => {
    const piece = fc.constantFrom(
      'fwhm',
      'median(',
      'snr',
      ')',
      '(',
      '&&',
      '<',
      '*',
      '-',
      '1.5',
      ',',
      '^',
      '!',
      ' ',
      '%',
    );
    const text = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.array(piece, { maxLength: 14 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (written) => {
        try {
          expect(compileExpression(written).approvals(frames)).toHaveLength(frames.length);
        } catch (error) {
          expect(error).toBeInstanceOf(NightsiftError);
        }
      }),
      { numRuns: 500, seed: 17 },
    );
  });
});
