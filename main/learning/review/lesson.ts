/** What the reviews so far teach: new probabilities, the order in which to go on, whether it still pays, and what was learned. */
import { NightsiftError } from '../../../contract/errors.ts';
import { weighAnswers } from './beliefs.ts';
import { type ProposedItem, proposeReviews, type ReviewOutlook, reviewOutlook } from './order.ts';
import { openQuestions, type ReviewItems } from './questions.ts';
import { type Taste, tasteOf } from './taste.ts';
import { claimsOf, type LearnedAnswer, type ReviewedItems, toldAnswers } from './told.ts';

export interface LessonInput extends ReviewedItems {
  /** Items that may be proposed, and on which the outlook is drawn. */
  readonly asked: Int32Array;
  /** How many to propose. */
  readonly count: number;
}

export interface Lesson {
  /** P(second class) of every item. */
  readonly probabilities: Float32Array;
  readonly proposals: readonly ProposedItem[];
  readonly outlook: ReviewOutlook;
  readonly learned: readonly LearnedAnswer[];
  /** All that was learned, to judge other items by; figures by their columns. */
  readonly taste: Taste<number>;
  /** Labels that were learned from. */
  readonly labels: number;
}

/**
 * @throws NightsiftError `badInput` when the arrays do not fit or an opinion is no number
 */
export function reviewLesson({ items, questions, labels, asked, count, told }: LessonInput): Lesson {
  checkItems(items, labels);
  const beliefs = weighAnswers(openQuestions(items, questions), labels);
  const claims = claimsOf(beliefs, { items, questions, labels, told });
  const reviews = labels.reduce((sum, label) => sum + (label === -1 ? 0 : 1), 0);
  const unreviewed = asked.filter((item) => labels[item] === -1);
  return {
    // without reviews the judge's word stands to the last digit
    probabilities: reviews === 0 ? items.opinions.slice() : beliefs.probabilities,
    proposals: proposeReviews(beliefs, unreviewed, count),
    outlook: reviewOutlook(beliefs, unreviewed),
    learned: toldAnswers(beliefs, claims, questions),
    taste: tasteOf(beliefs, questions, claims),
    labels: reviews,
  };
}

function checkItems({ rows, width, opinions }: ReviewItems, labels: Int8Array): void {
  const fits = rows.length === width * opinions.length && labels.length === opinions.length;
  if (fits && opinions.every(Number.isFinite)) return;
  throw new NightsiftError('badInput', 'The figures of the reviewed frames cannot be learned from.', {
    hint: 'Scan the session again, then review on.',
    details: { values: rows.length, width, items: opinions.length, labels: labels.length },
  });
}
