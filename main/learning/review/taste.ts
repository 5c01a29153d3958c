/**
 * What was learned of a person, apart from the items it was learned from: every question with its possible answers and how likely
 * each is. Other items of the same kind are judged by it as the lesson would have judged them.
 */
import { type Beliefs, differs, likely, probabilitiesFrom, survivals } from './beliefs.ts';
import {
  biteOf,
  confidencesOf,
  judgedConfidences,
  type OpenQuestion,
  type ReviewAnswer,
  type ReviewItems,
  type ReviewQuestion,
  type ThresholdAnswer,
} from './questions.ts';

/** `Figure` is what a figure is called by: its column, or a name that outlives the order of columns. */
export type TasteAnswer<Figure> =
  | Exclude<ReviewAnswer, ThresholdAnswer>
  | (Omit<ThresholdAnswer, 'figure'> & { readonly figure: Figure });

export interface TasteQuestion<Figure> {
  readonly name: string;
  readonly kind: 'finding' | 'figure';
  /** Where the judge's confidence is found; none for a figure, and for what of the judge's word no finding carries. */
  readonly confidences: readonly Figure[];
  /** The first is the judge's own; `prior` and `weight` are its probabilities before and after the reviews. */
  readonly answers: readonly {
    readonly answer: TasteAnswer<Figure>;
    readonly prior: number;
    readonly weight: number;
  }[];
}

export interface Taste<Figure> {
  readonly questions: readonly TasteQuestion<Figure>[];
  /** See `Beliefs`. */
  readonly hidden: readonly number[];
}

/** Why an item is judged otherwise than the judge has it. */
export interface TasteCause {
  readonly kind: 'finding' | 'figure';
  readonly question: string;
  readonly answer: ReviewAnswer;
}

export interface TasteOpinion {
  /** P(second class), as the lesson gave it. */
  readonly probability: number;
  /** Empty where nothing that was learned bears on the item. */
  readonly causes: readonly TasteCause[];
}

/** A question that changes P(innocent) by less says nothing of the item. */
const leastChange = 0.02;

export function tasteOf(
  { questions, weights, hidden }: Beliefs,
  asked: readonly ReviewQuestion[],
): Taste<number> {
  return {
    questions: questions.map(({ name, kind, answers, prior }, q) => {
      const own = asked.find((question) => question.kind === 'finding' && question.name === name);
      return {
        name,
        kind,
        confidences: own?.kind === 'finding' ? own.confidences : [],
        answers: answers.map((answer, place) => ({
          answer,
          prior: prior[place]!,
          weight: weights[q]![place]!,
        })),
      };
    }),
    hidden: Array.from(hidden),
  };
}

/** The same taste with other names of figures. */
export function renamedTaste<From, To>(taste: Taste<From>, nameOf: (figure: From) => To): Taste<To> {
  return {
    ...taste,
    questions: taste.questions.map((question) => ({
      ...question,
      confidences: question.confidences.map(nameOf),
      answers: question.answers.map(({ answer, ...chances }) => ({
        ...chances,
        answer: answer.kind === 'above' ? { ...answer, figure: nameOf(answer.figure) } : answer,
      })),
    })),
  };
}

/** Every figure that a taste asks for. */
export function figuresOfTaste<Figure>({ questions }: Taste<Figure>): Set<Figure> {
  return new Set(
    questions.flatMap(({ confidences, answers }) => [
      ...confidences,
      ...answers.flatMap(({ answer }) => (answer.kind === 'above' ? [answer.figure] : [])),
    ]),
  );
}

/** What a taste says of each item. O(answers items). */
export function opinionsByTaste(taste: Taste<number>, items: ReviewItems): TasteOpinion[] {
  const questions = reopened(taste, items);
  const weights = taste.questions.map(({ answers }) => Float64Array.from(answers, ({ weight }) => weight));
  const judged = survivals(
    questions,
    questions.map(({ prior }) => prior),
  );
  const tasted = survivals(questions, weights);
  const innocence = tasted.reduce((left, own) => left.map((value, item) => value * own[item]!));
  const probabilities = probabilitiesFrom(innocence, Float64Array.from(taste.hidden));
  const learned = questions.flatMap(({ name, kind, answers }, q) => {
    const answer = likeliestDifference(answers, weights[q]!);
    return answer === null ? [] : [{ q, cause: { kind, question: name, answer } }];
  });
  return Array.from(probabilities, (probability, item) => ({
    probability,
    causes: learned.flatMap(({ q, cause }) =>
      Math.abs(tasted[q]![item]! - judged[q]![item]!) > leastChange ? [cause] : [],
    ),
  }));
}

/** The likeliest answer but the judge's own, where the person differs from him; null where not. */
export function likeliestDifference(
  answers: readonly ReviewAnswer[],
  weights: Float64Array,
): ReviewAnswer | null {
  if (answers.length < 2 || differs(weights) < likely) return null;
  const likeliest = weights
    .subarray(1)
    .reduce((best, weight, place, all) => (weight > all[best]! ? place : best), 0);
  return answers[likeliest + 1]!;
}

/** The questions with the answers that were possible when they were learned, for given items. */
function reopened(taste: Taste<number>, items: ReviewItems): OpenQuestion[] {
  const findings = taste.questions.map(
    ({ name, kind, confidences }): ReviewQuestion =>
      kind === 'finding' ? { kind, name, confidences, figures: [] } : { kind, name, figure: -1 },
  );
  const { confidences, rest } = judgedConfidences(items, findings);
  return taste.questions.map(({ name, kind, confidences: columns, answers }, place) => {
    const carriesRest = kind === 'finding' && columns.length === 0;
    return {
      name,
      kind,
      ...confidencesOf(kind, carriesRest ? rest : confidences[place]!),
      answers: answers.map(({ answer }) => answer),
      bite: answers.map(({ answer }) => biteOf(items, answer)),
      prior: Float64Array.from(answers, ({ prior }) => prior),
    };
  });
}
