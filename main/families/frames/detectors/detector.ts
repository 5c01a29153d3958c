/** The one shape of a frame detector. To add one: a file here, a line in index.ts; the conformance suite holds it. */
import type { FindingCode } from '../../../../contract/words.ts';
import type { FrameContext } from '../session/frame-context.ts';

/** What a detector thinks it saw. The judge settles causes, words it and applies the policy. */
export interface Suspicion {
  readonly code: FindingCode;
  /** Probability that the defect is there, 0..1. */
  readonly confidence: number;
  /** 0 where the defect begins, 1 hopeless. */
  readonly severity: number;
  /** Where, how strong, compared with what; plain JSON. */
  readonly evidence: Readonly<Record<string, unknown>>;
}

export interface FrameDetector {
  readonly name: string;
  readonly codes: readonly FindingCode[];
  /** Never throws, whatever the frame holds; looks at nothing but the context; costs O(stars + mesh cells). */
  detect(frame: FrameContext): readonly Suspicion[];
}

/** A number as evidence carries it: four significant digits, null when not finite. */
export function figure(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(4)) + 0 : null;
}
