/** Thresholds of the score from frames that a person has reviewed. */
import type { CalibrationOutcome } from '../../contract/calls/sessions.ts';
import { NightsiftError } from '../../contract/errors.ts';
import { defaultThresholds, labelForScore, type Thresholds } from '../../contract/words.ts';
import { policyKey } from '../library/calibrations.ts';
import type { Library } from '../library/open-library.ts';
import type { FrameFamily } from './frame-family.ts';
import type { WorkOptions } from './progress.ts';
import { judgedItems, notePrefilterOpinions } from './scanning/opinions.ts';
import { findSession } from './sessions.ts';

/** A reviewed frame: the prefilter's score and what the person said. */
export interface ReviewedFrame {
  readonly score: number;
  readonly label: 'clean' | 'contaminated';
}

/** Fewer of either class say too little about where it ends. */
const leastPerClass = 5;
/** Scores beyond these are as good as certain; one frame there must not outweigh all others. */
const extremeScore = 0.005;
/** How far slope and offset may leave 1 and 0 before the labels say so (standard deviations of the prior). */
const slopeDeviation = 0.5;
const offsetDeviation = 1.5;
const leastSlope = 0.1;
/** A threshold on the wrong side of even odds would contradict the score's meaning. */
const cleanRange = [0.5, 0.98] as const;
const contaminatedRange = [0.02, 0.5] as const;

/**
 * Method: logistic regression of the person's word on the score's log odds, P(clean) = sigmoid(a logit(s) + b),
 * with a normal prior around a = 1, b = 0 (the score as it is), so that few labels move little. The thresholds
 * are the scores at which that probability is 0.7 and 0.3. Since only the odds given the score are fitted, it
 * does not matter that mostly doubtful frames were reviewed. Errors: notEnoughData.
 */
export function findThresholds(frames: readonly ReviewedFrame[]): Thresholds {
  const clean = frames.filter((frame) => frame.label === 'clean').length;
  const contaminated = frames.length - clean;
  if (clean < leastPerClass || contaminated < leastPerClass) {
    throw new NightsiftError(
      'notEnoughData',
      `Calibrating needs ${leastPerClass} reviewed frames of each class; there are ${clean} clean and ${contaminated} contaminated.`,
      {
        hint: 'Label more frames, those in review first.',
        details: { clean, contaminated, needed: leastPerClass },
      },
    );
  }
  const { slope, offset } = fitOdds(frames);
  const scoreAt = (probability: number) => sigmoid((logit(probability) - offset) / slope);
  return {
    clean: within(scoreAt(defaultThresholds.clean), cleanRange),
    contaminated: within(scoreAt(defaultThresholds.contaminated), contaminatedRange),
  };
}

/** Newton steps on the (convex) negative log posterior of slope and offset. */
function fitOdds(frames: readonly ReviewedFrame[]): { slope: number; offset: number } {
  let slope = 1;
  let offset = 0;
  for (let step = 0; step < 50; step += 1) {
    let slopeGradient = (slope - 1) / slopeDeviation ** 2;
    let offsetGradient = offset / offsetDeviation ** 2;
    let slopeCurvature = 1 / slopeDeviation ** 2;
    let offsetCurvature = 1 / offsetDeviation ** 2;
    let cross = 0;
    for (const { score, label } of frames) {
      const odds = logit(score);
      const probability = sigmoid(slope * odds + offset);
      const excess = probability - (label === 'clean' ? 1 : 0);
      const weight = probability * (1 - probability);
      slopeGradient += excess * odds;
      offsetGradient += excess;
      slopeCurvature += weight * odds * odds;
      offsetCurvature += weight;
      cross += weight * odds;
    }
    const determinant = slopeCurvature * offsetCurvature - cross * cross;
    // half steps: a whole one may overshoot where the curve is flat
    slope -= (0.5 * (offsetCurvature * slopeGradient - cross * offsetGradient)) / determinant;
    offset -= (0.5 * (slopeCurvature * offsetGradient - cross * slopeGradient)) / determinant;
    slope = Math.max(leastSlope, slope);
  }
  return { slope, offset };
}

function logit(probability: number): number {
  const bounded = within(probability, [extremeScore, 1 - extremeScore]);
  return Math.log(bounded / (1 - bounded));
}

function sigmoid(odds: number): number {
  return 1 / (1 + Math.exp(-odds));
}

function within(value: number, [least, most]: readonly [number, number]): number {
  return Math.min(most, Math.max(least, value));
}

/**
 * Calibrates from sessions of one policy and, with `apply`, makes later scans use the thresholds; the
 * sessions' own labels are drawn anew. Errors: notFound, badInput (mixed policies), notEnoughData.
 */
export function calibrate(
  ports: { readonly library: Library; readonly family: FrameFamily },
  references: readonly string[],
  options: { readonly apply?: boolean } & Pick<WorkOptions, 'onMessage'> = {},
): CalibrationOutcome {
  const { library } = ports;
  const sessions = references.map((reference) => findSession(library, reference));
  const policies = [...new Set(sessions.map(policyKey))];
  if (policies.length !== 1) {
    throw new NightsiftError('badInput', `The sessions were scanned under ${policies.length} policies.`, {
      hint: 'Calibrate the sessions of each policy apart: their scores mean different things.',
      details: { policies },
    });
  }
  const [policy] = policies;
  const before = library.calibrations.thresholds('frames', sessions[0]);
  const frames = sessions.flatMap((session) => reviewedFrames(library, session.name));
  const thresholds = findThresholds(frames);
  const outcome: CalibrationOutcome = {
    thresholds,
    before,
    reviewedFrames: frames.length,
    rates: [ratesOf(frames, before), ratesOf(frames, thresholds)],
    applied: options.apply ?? true,
  };
  if (outcome.applied) {
    library.transaction(() => {
      saveCalibration(
        library,
        policy,
        outcome,
        sessions.map((session) => session.name),
      );
      for (const session of sessions) notePrefilterOpinions(ports, session, thresholds, options);
    });
  }
  return outcome;
}

/** Readable frames that a person called clean or contaminated, with the prefilter's score. */
export function reviewedFrames(library: Library, reference: string): ReviewedFrame[] {
  return judgedItems(library, findSession(library, reference)).flatMap(({ item, judgement, standing }) => {
    const label = standing.person?.label;
    if (item.status !== 'ok' || judgement === undefined) return [];
    return label === 'clean' || label === 'contaminated' ? [{ score: judgement.score, label }] : [];
  });
}

function saveCalibration(
  library: Library,
  policy: string,
  outcome: CalibrationOutcome,
  sessions: readonly string[],
): void {
  const { thresholds, reviewedFrames: count, rates } = outcome;
  library.calibrations.save({
    family: 'frames',
    policy,
    ...thresholds,
    basis: { method: 'logistic', sessions, reviewedFrames: count, rates },
  });
}

function ratesOf(
  frames: readonly ReviewedFrame[],
  thresholds: Thresholds,
): CalibrationOutcome['rates'][number] {
  const labels = frames.map((frame) => ({
    said: frame.label,
    found: labelForScore(frame.score, thresholds),
  }));
  const share = (said: ReviewedFrame['label']) => {
    const of = labels.filter((each) => each.said === said);
    return of.length === 0 ? null : of.filter((each) => each.found === said).length / of.length;
  };
  return {
    thresholds,
    cleanKept: share('clean'),
    contaminatedCaught: share('contaminated'),
    inReview: labels.filter((each) => each.found === 'review').length / Math.max(1, labels.length),
  };
}
