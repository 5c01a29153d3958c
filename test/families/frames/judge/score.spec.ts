import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findingCodes } from '../../../../contract/words.ts';
import { policyTable } from '../../../../main/families/frames/policy.ts';
import { scoreOf } from '../../../../main/families/frames/score.ts';

const judged = fc.array(
  fc.record({
    code: fc.constantFrom(...findingCodes),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { maxLength: 8 },
);

describe('scoreOf', () => {
  it('falls with every fatal confidence and never leaves 0..1', () => {
    fc.assert(
      fc.property(judged, fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (list, which, more) => {
        const policy = policyTable('strict');
        const before = scoreOf(list, policy);
        expect(before).toBeGreaterThanOrEqual(0);
        expect(before).toBeLessThanOrEqual(1);
        if (list.length === 0) return;
        const at = which % list.length;
        const worse = list.map((one, k) =>
          k === at ? { ...one, confidence: one.confidence + (1 - one.confidence) * more } : one,
        );
        expect(scoreOf(worse, policy)).toBeLessThanOrEqual(before);
      }),
      { seed: 11 },
    );
  });

  it('is 1 without findings and 0 with a certain one', () => {
    expect(scoreOf([], policyTable('strict'))).toBe(1);
    expect(scoreOf([{ code: 'veil', confidence: 1 }], policyTable('strict'))).toBe(0);
  });

  it('leaves advisory findings out', () => {
    const list = [{ code: 'trail', confidence: 1 } as const, { code: 'defocus', confidence: 0.2 } as const];
    expect(scoreOf(list, policyTable('stacking'))).toBeCloseTo(0.8);
    expect(scoreOf(list, policyTable('stacking', { trail: 'fatal' }))).toBe(0);
    expect(scoreOf(list, policyTable('strict', { defocus: 'advisory', trail: 'ignored' }))).toBe(1);
  });
});
