/**
 * From a measured excess to the probability that a defect is there. One rule for every quantity that is compared
 * with a reference: a frame without the defect differs from its reference by noise only, a frame with it by an
 * effect at or beyond the size where the defect begins, plus the same noise. Bayes' rule weighs the two.
 */
import { clamp, normalDensity } from './robust-statistics.ts';

export interface Excess {
  /** Measured minus reference, in the direction of the fault. */
  readonly excess: number;
  /** One sigma of that difference for a frame without the defect. */
  readonly sigma: number;
  /** The same by what the frames compared show themselves, where they are too few to show all. Default `sigma`. */
  readonly seenSigma?: number;
  /** The effect at which the defect begins, same unit. */
  readonly begin: number;
  /** The largest effect expected, as a multiple of `begin`. Default 10. */
  readonly reach?: number;
  /** Share of frames that have the defect on a mixed night. Default 0.05. */
  readonly prior?: number;
}

/** Steps of the integral over possible effects; effects are taken as equally likely on a log scale. */
const effectSteps = 32;
/** Share of blameless frames whose difference has a longer tail than the night's sigma says, and how much longer. */
const tailShare = 0.02;
const tailStretch = 2.5;

/** What is certain by the frames compared, and may be the night's own doing since they are few, is for a person to see. */
const doubtOfFewFrames = 0.33;

/** Probability, 0..1, that the defect is there. Monotone in `excess`; 0 for an excess that was not measured. */
export function confidenceOfExcess(question: Excess): number {
  const { sigma, seenSigma = sigma } = question;
  const predicted = confidenceWith(question);
  if (!(seenSigma < sigma)) return predicted;
  return Math.max(predicted, doubtOfFewFrames * confidenceWith({ ...question, sigma: seenSigma }));
}

function confidenceWith(question: Excess): number {
  const { excess, sigma, begin, reach = 10, prior = 0.05 } = question;
  if (!Number.isFinite(excess) || !(sigma > 0)) return 0;
  const value = clamp(excess, 0, begin * reach);
  const blameless =
    (1 - tailShare) * normalDensity(value, sigma) + tailShare * normalDensity(value, tailStretch * sigma);
  let defect = 0;
  for (let step = 0; step < effectSteps; step++) {
    const effect = begin * reach ** ((step + 0.5) / effectSteps);
    // wider effects are smeared by the grid itself, so that no gap opens between its steps
    const spread = Math.hypot(sigma, (effect * Math.log(reach)) / effectSteps / 2);
    defect += normalDensity(value - effect, spread) / effectSteps;
  }
  const odds = (prior * defect) / ((1 - prior) * Math.max(blameless, 1e-300));
  return odds / (1 + odds);
}

/** Severity, 0 at the size where a defect begins and 1 at `hopeless` times it, on a log scale. */
export function severityOf(effect: number, begin: number, hopeless: number): number {
  if (!(effect > 0)) return 0;
  return clamp(Math.log(effect / begin) / Math.log(hopeless), 0, 1);
}

/** Probability that at least one of several independent causes holds. */
export function anyOf(confidences: readonly number[]): number {
  return 1 - confidences.reduce((none, confidence) => none * (1 - confidence), 1);
}
