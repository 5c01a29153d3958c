/** What reviews make of the possible answers: their probabilities, and with them those of every item. */
import type { OpenQuestion } from './questions.ts';

export interface Beliefs {
  readonly questions: readonly OpenQuestion[];
  /** Of each question: the probabilities of its answers. */
  readonly weights: readonly Float64Array[];
  /** Of the share of items that are of the second class though nothing shows it: probabilities of `hiddenShares`. */
  readonly hidden: Float64Array;
  /** P(second class) of each item. */
  readonly probabilities: Float32Array;
}

/** Possible shares of spoiled items on which nothing is seen, and their probabilities before any review. */
const hiddenShares = [0.003, 0.01, 0.02, 0.04, 0.08, 0.14] as const;
const hiddenPrior = [0.1, 0.15, 0.2, 0.3, 0.2, 0.05] as const;
/** A slip of the person: one review in a hundred says the opposite. */
const slip = 0.01;
/** Each question is weighed with the others as they stand, in turn; after a few rounds nothing moves. */
const rounds = 5;
/** What nothing shows condemns no item by itself. */
const belowHalf = 0.4999;
/** A difference from the judge counts once it is as likely as this: reviews that agree with him change no decision. */
export const likely = 0.9;
/** An item on which a question hardly arises tells nothing of its answer. */
const arises = 0.005;

/** The person calls an item good when none of the questions that arise on it matters: noisy or. */
export function survival(bite: number, confidence: number): number {
  return 1 - confidence * bite;
}

/**
 * Mean-field: the answers of one question are weighed by the reviews with all other questions at their expected answer.
 * O(rounds reviews answers).
 * @param labels 1 for the second class, 0 for the first, -1 where no person has decided
 */
export function weighAnswers(questions: readonly OpenQuestion[], labels: Int8Array): Beliefs {
  const reviewed = Int32Array.from(labels.keys()).filter((item) => labels[item] !== -1);
  const weights: Float64Array[] = questions.map(({ prior }) => prior.slice());
  const effects: Float64Array[] = questions.map((question) => effectOf(question, question.prior));
  let hidden: Float64Array = Float64Array.from(hiddenPrior);
  const innocent = (item: number): number =>
    questions.reduce((left, { confidence }, q) => left * survival(effects[q]![item]!, confidence[item]!), 1);
  for (let round = 0; round < rounds && reviewed.length > 0; round++) {
    questions.forEach((question, place) => {
      if (question.answers.length === 1) return;
      const about = reviewed.filter((item) => question.confidence[item]! > arises);
      const others = Float64Array.from(about, (item) => {
        const own = survival(effects[place]![item]!, question.confidence[item]!);
        return (innocent(item) / own) * (1 - meanHidden(hidden));
      });
      weights[place] = weighed(question, about, others, labels);
      effects[place] = effectOf(question, weights[place]!);
    });
    hidden = weighedHidden(
      Float64Array.from(reviewed, innocent),
      Float64Array.from(reviewed, (i) => labels[i]!),
    );
  }
  const innocence = survivals(questions, weights).reduce((left, own) =>
    left.map((value, item) => value * own[item]!),
  );
  return { questions, weights, hidden, probabilities: probabilitiesFrom(innocence, hidden) };
}

/**
 * Of each question and item P(the person minds nothing there): what is only possible is left as the judge has it, what is likely
 * is taken as it is believed. Caps of confidence and slips are for weighing reviews: what is answered is how likely the class is.
 */
export function survivals(
  questions: readonly OpenQuestion[],
  weights: readonly Float64Array[],
): Float64Array[] {
  return questions.map((question, place) => {
    const own = weights[place]!;
    const effect = differs(own) < likely ? effectOf(question, question.prior) : expectedBite(question, own);
    return effect.map((value, item) => survival(value, question.judged[item]!));
  });
}

/**
 * P(second class) of each item.
 * @param innocence P(no question matters) of each item
 * @param hidden as in `Beliefs`
 */
export function probabilitiesFrom(innocence: Float64Array, hidden: Float64Array): Float32Array {
  const shown = 1 - meanHidden(hidden);
  return Float32Array.from(innocence, (left) => {
    const probability = 1 - left * shown;
    return left > 0.5 ? Math.min(belowHalf, probability) : probability;
  });
}

/** That the person answers otherwise than the judge, whose answer is the first one. */
export function differs(weights: Float64Array): number {
  return 1 - weights[0]!;
}

function withSlip(innocent: number): number {
  return slip + (1 - 2 * slip) * innocent;
}

function logLikelihood(innocent: number, label: number): number {
  const good = withSlip(innocent);
  return Math.log(label === 1 ? 1 - good : good);
}

function weighed(
  { bite, confidence, prior }: OpenQuestion,
  about: Int32Array,
  others: Float64Array,
  labels: Int8Array,
): Float64Array {
  return normalised(
    prior.map((share, answer) => {
      let sum = Math.log(share);
      const row = bite[answer]!;
      about.forEach((item, place) => {
        sum += logLikelihood(others[place]! * survival(row[item]!, confidence[item]!), labels[item]!);
      });
      return sum;
    }),
  );
}

function weighedHidden(innocent: Float64Array, labels: Float64Array): Float64Array {
  return normalised(
    Float64Array.from(hiddenShares, (share, place) => {
      let sum = Math.log(hiddenPrior[place]!);
      innocent.forEach((value, item) => {
        sum += logLikelihood(value * (1 - share), labels[item]!);
      });
      return sum;
    }),
  );
}

/** Probabilities from their logarithms, in place of them. */
function normalised(logs: Float64Array): Float64Array {
  const highest = logs.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const raised = logs.map((value) => Math.exp(value - highest));
  const sum = raised.reduce((total, value) => total + value, 0);
  return raised.map((value) => value / sum);
}

function meanHidden(weights: Float64Array): number {
  return hiddenShares.reduce<number>((sum, share, place) => sum + share * weights[place]!, 0);
}

function expectedBite({ bite, confidence }: OpenQuestion, weights: Float64Array): Float64Array {
  const expected = new Float64Array(confidence.length);
  weights.forEach((weight, answer) => {
    if (weight < 1e-9) return;
    bite[answer]!.forEach((value, item) => {
      expected[item]! += weight * value;
    });
  });
  return expected;
}

/**
 * How far the question matters on each item, measured from what was believed before any review: what is only
 * possible changes no decision, however many questions there are. 1 is the judge's own opinion of a finding, 0 of a figure.
 */
function effectOf(question: OpenQuestion, weights: Float64Array): Float64Array {
  const before = expectedBite(question, question.prior);
  const now = expectedBite(question, weights);
  if (question.kind === 'finding')
    return now.map((value, item) => Math.min(1, value / Math.max(1e-9, before[item]!)));
  return now.map((value, item) => Math.max(0, (value - before[item]!) / (1 - before[item]!)));
}
