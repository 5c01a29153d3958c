/**
 * Who decides about a frame: a person, then hard findings, then the promoted model, then the prefilter; where
 * model and prefilter say opposite things the frame goes to review. All opinions are kept beside the decision.
 */
import { type Finding, type FrameLabel, hardFindings, type LabelAuthor } from '../../contract/words.ts';

/** One judge's word. A person gives no score. */
export interface Voice {
  readonly label: FrameLabel;
  readonly score: number | null;
}

export interface Voices {
  readonly person?: Voice | undefined;
  readonly model?: Voice | undefined;
  readonly prefilter?: Voice | undefined;
  /** The frame is unreadable, truncated or blank. */
  readonly hard: boolean;
}

export interface Decision {
  readonly label: FrameLabel;
  readonly labelledBy: LabelAuthor;
  /** 0..1, of the judge that decides; a person's word leaves the score as the judges gave it. */
  readonly score: number | null;
}

/** Null when nobody has said anything. */
export function decide(voices: Voices): Decision | null {
  const judged = decideWithoutPerson(voices);
  if (voices.person === undefined) return judged;
  return { label: voices.person.label, labelledBy: 'person', score: judged?.score ?? null };
}

function decideWithoutPerson({ model, prefilter, hard }: Voices): Decision | null {
  if (hard) return { label: 'contaminated', labelledBy: 'prefilter', score: prefilter?.score ?? 0 };
  if (model === undefined) return prefilter === undefined ? null : { ...prefilter, labelledBy: 'prefilter' };
  if (prefilter === undefined || !areOpposite(model.label, prefilter.label)) {
    return { label: model.label, labelledBy: 'model', score: model.score };
  }
  // the mean of one score of at least 0.7 and one of at most 0.3 lies between 0.35 and 0.65
  return { label: 'review', labelledBy: 'model', score: mean(model.score, prefilter.score) };
}

function areOpposite(one: FrameLabel, other: FrameLabel): boolean {
  return one !== other && one !== 'review' && other !== 'review';
}

function mean(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : (one + other) / 2;
}

export function isHard(findings: readonly Pick<Finding, 'code'>[]): boolean {
  return findings.some((finding) => hardFindings.includes(finding.code));
}
