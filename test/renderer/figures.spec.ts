import { describe, expect, it } from 'vitest';
import { tasteReason } from '../../contract/words.ts';
import { figureText, labelReason, scoreShown } from '../../renderer/parts/figures.ts';

describe('figures', () => {
  it('keep something to read where rounding would leave nothing', () => {
    expect([1600.4, 0.4, 0.0241, 0, null].map((value) => figureText(value, 0))).toEqual([
      '1600',
      '0.40',
      '0.024',
      '0',
      '–',
    ]);
    expect([12.34, 0.06, 0.004].map((value) => figureText(value, 1))).toEqual(['12.3', '0.1', '0.0040']);
  });

  it('show scores and shares that are next to nothing as nothing', () => {
    expect([1.3e-7, 0.004, 0.999].map((value) => figureText(value, 2))).toEqual(['0.00', '0.00', '1.00']);
    expect(figureText(2e-9, 4)).toBe('0.0000');
  });

  it('never round a score over a threshold into another label', () => {
    const shown = [0.6983, 0.7, 0.6949, 0.3017, 0.3, 0.004, null].map((score) => scoreShown(score));
    expect(shown).toEqual(['0.69', '0.70', '0.69', '0.31', '0.30', '0.00', '–']);
    const calibrated = { clean: 0.654, contaminated: 0.4 };
    expect([0.6545, 0.6539, 0.4001].map((score) => scoreShown(score, calibrated))).toEqual([
      '0.66',
      '0.65',
      '0.41',
    ]);
  });

  it('say whose doubt a label is where nothing was found wrong', () => {
    const frame = { label: 'review', labelledBy: 'model', score: 0.49 } as const;
    expect(labelReason(frame)).toMatch(/The model is not sure: it gives 0\.49 for clean/);
    expect(labelReason({ ...frame, label: 'contaminated' })).toContain('thinks it spoiled');
    for (const said of [
      { ...frame, label: 'clean' },
      { ...frame, labelledBy: 'prefilter' },
    ] as const)
      expect(labelReason(said)).not.toContain('model');
  });

  it('say what an observer minds, where the taste decides', () => {
    const reason = 'this observer rejects frames from a FWHM of 3.20 px on (taste 3)';
    const opinion = {
      author: 'prefilter',
      label: 'contaminated',
      score: 0.1,
      by: 'prefilter+taste-3',
    } as const;
    const opinions = [{ ...opinion, reason }];
    expect(tasteReason({ labelledBy: 'prefilter', opinions })).toBe(reason);
    expect(labelReason({ label: 'contaminated', labelledBy: 'prefilter', score: 0.1 }, reason)).toMatch(
      /^Nothing was found wrong, .* But this observer rejects frames from .* \(taste 3\)\.$/,
    );
    expect(tasteReason({ labelledBy: 'person', opinions })).toBeNull();
    expect(tasteReason({ labelledBy: 'prefilter', opinions: [opinion] })).toBeNull();
    expect(tasteReason({ labelledBy: 'prefilter', opinions: [] })).toBeNull();
  });
});
