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
import type { Claim, ToldAnswer } from './told.ts';

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
  /** What may be said of the person; null (or, in tastes of old, none) where nothing may be. */
  readonly told?: ToldAnswer<TasteAnswer<Figure>> | null;
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
  /** As the lesson tells it; `open` on items that what is told leaves open. */
  readonly answer: ToldAnswer;
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
  claims: readonly (Claim | null)[],
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
        told: claims[q]?.answer ?? null,
      };
    }),
    hidden: Array.from(hidden),
  };
}

/** The same taste with other names of figures. */
export function renamedTaste<From, To>(taste: Taste<From>, nameOf: (figure: From) => To): Taste<To> {
  return {
    ...taste,
    questions: taste.questions.map(({ told = null, ...question }) => ({
      ...question,
      confidences: question.confidences.map(nameOf),
      answers: question.answers.map(({ answer, ...chances }) => ({
        ...chances,
        answer: answer.kind === 'above' ? { ...answer, figure: nameOf(answer.figure) } : answer,
      })),
      told: told?.kind === 'above' ? { ...told, figure: nameOf(told.figure) } : told,
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
    if (answers.length < 2 || differs(weights[q]!) < likely) return [];
    const answerOn = answersOn(items, kind, taste.questions[q]!.told ?? open);
    return [{ q, causeOn: (item: number) => ({ kind, question: name, answer: answerOn(item) }) }];
  });
  return Array.from(probabilities, (probability, item) => ({
    probability,
    causes: learned.flatMap(({ q, causeOn }) =>
      Math.abs(tasted[q]![item]! - judged[q]![item]!) > leastChange ? [causeOn(item)] : [],
    ),
  }));
}

const open = { kind: 'open' } as const;

/** What is told, on the items that it speaks of; the others are changed by what is still open. */
function answersOn(
  items: ReviewItems,
  kind: OpenQuestion['kind'],
  told: ToldAnswer,
): (item: number) => ToldAnswer {
  if (told.kind === 'open') return () => open;
  const bite = biteOf(items, told);
  return (item) => (bite[item]! > 0.5 === (kind === 'figure') ? told : open);
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
