/** From the measured frames of a session to findings, score and learning features of each. */
import type { Finding, FrameMeasurements, PolicyChanges, PolicyName } from '../../../contract/words.ts';
import { describeFinding } from './describe.ts';
import type { Suspicion } from './detectors/detector.ts';
import { frameDetectors } from './detectors/index.ts';
import { frameFeatures } from './features.ts';
import { peerWeights } from './peer-weights.ts';
import { type FramePolicy, policyTable } from './policy.ts';
import type { FrameJudgement, FrameRecord } from './record.ts';
import { scoreOf } from './score.ts';
import { compareSession } from './session/compare-session.ts';
import type { FrameContext } from './session/frame-context.ts';
import { settleCauses } from './settle-causes.ts';
import { weightOf } from './weight.ts';

export { frameFeatureNames } from './features.ts';

export interface JudgeOptions {
  readonly policy: PolicyName;
  /** Single consequences that the person changed. */
  readonly policyChanges?: PolicyChanges;
  /** Called with frames compared so far. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Findings are told from this confidence on (the detection threshold). */
export const tellingConfidence = 0.5;
/** Where no finding reaches that but the score is below clean, the strongest doubt is told from here on. */
const doubtConfidence = 0.25;
const cleanScore = 0.7;

/**
 * One judgement for each record, in the same order. Deterministic; a frame without comparable frames is judged by
 * what it shows alone. O(frames * stars).
 */
export function judgeSession(records: readonly FrameRecord[], options: JudgeOptions): FrameJudgement[] {
  const policy = policyTable(options.policy, options.policyChanges);
  const progress = options.onProgress === undefined ? {} : { onProgress: options.onProgress };
  return compareSession(records, progress).map((frame, k) =>
    judgeFrame(frame, records[k].measurements, policy),
  );
}

function judgeFrame(
  frame: FrameContext,
  measurements: FrameMeasurements,
  policy: FramePolicy,
): FrameJudgement {
  const suspicions = frameDetectors
    .flatMap((detector) => detector.detect(frame))
    .filter(({ code, confidence }) => policy[code] !== 'ignored' && Number.isFinite(confidence));
  const score = scoreOf(suspicions, policy);
  return {
    file: frame.record.file,
    measurements: judgedMeasurements(frame, measurements),
    findings: findingsOf(suspicions, score, policy),
    score,
    features: frameFeatures(frame, suspicions, score),
  };
}

function findingsOf(suspicions: readonly Suspicion[], score: number, policy: FramePolicy): Finding[] {
  const settled = settleCauses(suspicions);
  const sure = settled.filter(({ confidence }) => confidence >= tellingConfidence);
  const fatal = sure.some(({ code }) => policy[code] === 'fatal');
  const doubts = fatal || score >= cleanScore ? [] : doubtsOf(settled, policy);
  return [...sure, ...doubts].map(({ code, confidence, severity, evidence }) => ({
    code,
    severity: Math.min(1, Math.max(0, severity)),
    confidence: Math.min(1, confidence),
    sentence: describeFinding(code, evidence, confidence),
    evidence: { ...evidence },
  }));
}

/** Why a frame that nobody is sure of went to review: its strongest doubt. */
function doubtsOf(settled: readonly Suspicion[], policy: FramePolicy): Suspicion[] {
  const strongest = settled.find(({ code }) => policy[code] === 'fatal');
  return strongest !== undefined && strongest.confidence >= doubtConfidence ? [strongest] : [];
}

/** `measurements` are those of the file, in its own unit. */
function judgedMeasurements(frame: FrameContext, measurements: FrameMeasurements): FrameMeasurements {
  const transparency = frame.loss === null ? null : Math.exp(-frame.loss.excess);
  return { ...measurements, transparency, weight: weightOf(frame), ...peerWeights(frame) };
}
