/** What may be told of a person: only what is likely as it is said, and only where reviewed items bear on it. */
import { type Beliefs, differs, likely } from './beliefs.ts';
import type { OpenQuestion, ReviewAnswer, ReviewItems, ReviewQuestion } from './questions.ts';

export interface ReviewedItems {
  readonly items: ReviewItems;
  readonly questions: readonly ReviewQuestion[];
  /** Per item: 0 or 1 where a person said so, -1 elsewhere. */
  readonly labels: Int8Array;
  /** Per question: 1 for items of which persons were told that finding. Without it: what the judge holds for likely. */
  readonly told?: readonly Uint8Array[] | undefined;
}

/**
 * `never`: the finding does not matter. `above`: of a finding, that it does not matter up to the threshold; of a figure, that
 * it matters from there on. `open`: the person differs from the judge, but from where on no one knows yet.
 */
export type ToldAnswer<Answer = ReviewAnswer> = Answer | { readonly kind: 'open' };

/** Of a question whose answer is likely another than the judge's. */
export interface Claim {
  readonly answer: ToldAnswer;
  /** Probability of just that, 0..1. */
  readonly certainty: number;
  /** Reviewed items that speak for it: those called good in spite of the finding, or bad for the figure alone. */
  readonly reviews: number;
}

/** A claim that at least one review speaks for. */
export interface LearnedAnswer extends Claim {
  readonly question: string;
}

/** From here on a finding is one that the person saw named. */
const named = 0.5;

/** Of each question what may be said of the person; null where they are not likely to differ from the judge. */
export function claimsOf(
  { questions, weights }: Beliefs,
  { items, questions: asked, labels, told }: ReviewedItems,
): (Claim | null)[] {
  return questions.map((question, place) => {
    const own = weights[place]!;
    if (question.answers.length < 2 || differs(own) < likely) return null;
    const isFinding = question.kind === 'finding';
    const mask = told?.[asked.findIndex(({ kind, name }) => kind === 'finding' && name === question.name)];
    const arises = (item: number): boolean =>
      !isFinding || (mask === undefined ? question.confidence[item]! >= named : mask[item] === 1);
    const speaks = (item: number): boolean =>
      isFinding ? labels[item] === 0 : labels[item] === 1 && items.opinions[item]! < 0.5;
    const about = Array.from(labels.keys()).filter(arises);
    return widestClaim(question, own, about, speaks) ?? openClaim(own, about.filter(speaks).length);
  });
}

/** The claims that are told. */
export function toldAnswers(
  { questions }: Beliefs,
  claims: readonly (Claim | null)[],
  asked: readonly ReviewQuestion[],
): LearnedAnswer[] {
  return claims.flatMap((claim, place) =>
    claim === null || claim.reviews === 0
      ? []
      : [{ ...claim, question: nameOf(questions[place]!, claim.answer, asked) }],
  );
}

/** That some items are called otherwise than the judge does. */
function openClaim(weights: Float64Array, reviews: number): Claim {
  return { answer: { kind: 'open' }, certainty: differs(weights), reviews };
}

/**
 * Of the claims that are likely, the one about most items. A claim is as likely as all answers together by which each of its
 * items is called as it says, whatever figure they go by. Null where none is likely.
 */
function widestClaim(
  { kind, answers, bite }: OpenQuestion,
  weights: Float64Array,
  items: readonly number[],
  speaks: (item: number) => boolean,
): Claim | null {
  const matters = kind === 'figure';
  const agrees = (answer: number, item: number): boolean => bite[answer]![item]! > 0.5 === matters;
  const certaintyOf = (place: number, covered: readonly number[]): number =>
    answers[place]!.kind === 'never'
      ? weights[place]!
      : weights.reduce(
          (sum, weight, other) => (covered.every((item) => agrees(other, item)) ? sum + weight : sum),
          0,
        );
  const claims = answers.flatMap((answer, place) => {
    const covered = items.filter((item) => agrees(place, item));
    const reviews = covered.filter(speaks).length;
    // the first answer is the judge's own
    if (place === 0 || reviews === 0) return [];
    const certainty = Math.min(1, certaintyOf(place, covered));
    return certainty < likely ? [] : [{ claim: { answer, certainty, reviews }, width: covered.length }];
  });
  claims.sort((a, b) => b.width - a.width || b.claim.certainty - a.claim.certainty);
  return claims[0]?.claim ?? null;
}

/** All figures are one question; what is told of it bears the name of the figure. */
function nameOf({ kind, name }: OpenQuestion, answer: ToldAnswer, asked: readonly ReviewQuestion[]): string {
  if (kind === 'finding' || answer.kind !== 'above') return name;
  return asked.find((each) => each.kind === 'figure' && each.figure === answer.figure)?.name ?? name;
}
