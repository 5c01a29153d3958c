/** One night of a camera reviewed, its other nights judged by the taste that came of it: what the bench of reviews measures. */
import { evaluate, pairedDifference } from '../../main/learning/metrics/index.ts';
import { randomFor, shuffled } from '../../main/learning/random.ts';
import { type Lesson, reviewLesson } from '../../main/learning/review/lesson.ts';
import { opinionsByTaste } from '../../main/learning/review/taste.ts';
import { framesFamily } from '../../main/workflows/frames.ts';
import { inColumns } from '../../main/workflows/review-learning.ts';
import type { ReviewFrame } from './review-nights.ts';

export const classes = ['clean', 'contaminated'];
/** Reviews after which the curve is looked at. */
export const steps = [0, 10, 20, 30, 40, 60, 80, 100] as const;
const { figureNames, questions: named } = framesFamily.reviewing;
const questions = named.map((question) => inColumns(question, figureNames));

/** A frame with what the observer says of it. */
export interface SeenFrame extends ReviewFrame {
  readonly rejected: boolean;
}
export type Order = 'proposed' | 'random';

/** P(contaminated) of unseen frames as pairs, with what the observer says of them. */
export interface Answers {
  readonly probabilities: readonly number[];
  readonly alone: readonly number[];
  readonly truth: readonly number[];
}

export interface Turn extends Answers {
  /** Balanced accuracy after each of `steps`. */
  readonly curve: readonly number[];
  /** Place in `steps` at which going on was said not to pay; -1 where it never was. */
  readonly enoughAt: number;
}

export function itemsOf(frames: readonly ReviewFrame[]) {
  return {
    rows: Float32Array.from(frames.flatMap(({ figures }) => figures)),
    width: figureNames.length,
    opinions: Float32Array.from(frames, ({ opinion }) => opinion),
  };
}

/** Of a night of which some frames were reviewed; `count` more are proposed. */
export function lessonOf(
  night: readonly SeenFrame[],
  reviewed: ReadonlySet<SeenFrame>,
  count: number,
): Lesson {
  return reviewLesson({
    items: itemsOf(night),
    questions,
    labels: Int8Array.from(night, (frame) => (reviewed.has(frame) ? (frame.rejected ? 1 : 0) : -1)),
    asked: Int32Array.from(night.keys()),
    count,
  });
}

/** Reviews one night in that order, step by step, and judges the unseen frames by the taste of each step, as `learn --apply` does. */
export function turnOf(
  night: readonly SeenFrame[],
  unseen: readonly SeenFrame[],
  order: Order,
  seed: number,
): Turn {
  const truth = unseen.map(({ rejected }) => (rejected ? 1 : 0));
  const alone = unseen.map(({ opinion }) => opinion);
  const items = itemsOf(unseen);
  const random = shuffled(night.length, randomFor(seed, 'reviews'));
  const reviewed = new Set<SeenFrame>();
  const curve: number[] = [];
  let lesson = lessonOf(night, reviewed, steps[1]);
  let probabilities: readonly number[] = alone;
  let enoughAt = -1;
  steps.forEach((count, step) => {
    const next =
      order === 'random'
        ? random.subarray(reviewed.size, count)
        : lesson.proposals.map(({ item }) => item).slice(0, count - reviewed.size);
    for (const item of next) reviewed.add(night[item]!);
    if (step > 0) {
      lesson = lessonOf(night, reviewed, (steps[step + 1] ?? count) - count);
      probabilities = opinionsByTaste(lesson.taste, items).map(({ probability }) => probability);
      if (enoughAt < 0 && lesson.outlook.enough) enoughAt = step;
    }
    curve.push(evaluate(pairs(probabilities), truth, classes).balancedAccuracy);
  });
  return { probabilities, alone, truth, curve, enoughAt };
}

export function pairs(probabilities: readonly number[]): Float32Array {
  return Float32Array.from(probabilities.flatMap((value) => [1 - value, value]));
}

/** Over all frames of some turns together: how good the judge is alone and taught, and what was gained. */
export function figuresOf(turns: readonly Answers[]) {
  const truth = turns.flatMap((turn) => turn.truth);
  const taught = pairs(turns.flatMap(({ probabilities }) => probabilities));
  const alone = pairs(turns.flatMap((turn) => turn.alone));
  const before = evaluate(alone, truth, classes);
  const after = evaluate(taught, truth, classes);
  return {
    frames: truth.length,
    alone: before.balancedAccuracy,
    aloneError: before.calibrationError,
    taught: after.balancedAccuracy,
    taughtError: after.calibrationError,
    gain: pairedDifference(taught, alone, truth, classes),
  };
}
