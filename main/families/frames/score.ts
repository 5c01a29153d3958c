/**
 * score = product over fatal findings of (1 - confidence): the probability that none of them is there, taking the
 * detectors as independent. It falls with every confidence, and never rises with one. See docs/guide/score.md.
 */
import type { FindingCode } from '../../../contract/words.ts';
import type { FramePolicy } from './policy.ts';

export interface Judged {
  readonly code: FindingCode;
  /** 0..1 */
  readonly confidence: number;
}

/** P(worth stacking under the policy), 0..1. Of several findings of one code all count. */
export function scoreOf(judged: readonly Judged[], policy: FramePolicy): number {
  let score = 1;
  for (const { code, confidence } of judged) {
    if (policy[code] === 'fatal') score *= 1 - Math.min(1, Math.max(0, confidence));
  }
  return score;
}
