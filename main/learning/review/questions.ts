/**
 * What a person may see otherwise than a judge made of rules, put as questions with a few possible answers each. Of a finding:
 * does it matter to this person always, never, or from some size on? Of a figure that the judge lets pass: does this person reject
 * from some value on? Reviews make some answers more likely than others; without reviews the judge's own answer holds.
 */
import { quantile } from '../estimators/preparation.ts';

/** Columns are those of `ReviewItems`. */
export type ReviewQuestion =
  | {
      readonly kind: 'finding';
      readonly name: string;
      /** Columns with the judge's confidence (0..1) that the defect is there: any of them. */
      readonly confidences: readonly number[];
      /** Columns that tell how large it is; each may be the one by which the person decides. */
      readonly figures: readonly number[];
      /** Beyond taste: it always matters. */
      readonly settled?: boolean;
    }
  | { readonly kind: 'figure'; readonly name: string; readonly figure: number };

/** Items to learn from and to answer for. */
export interface ReviewItems {
  /** [items, width], row-major. */
  readonly rows: Float32Array;
  readonly width: number;
  /** The judge's P(second class), 0..1. */
  readonly opinions: Float32Array;
}

/** One possible answer. */
export type ReviewAnswer = { readonly kind: 'always' | 'never' } | ThresholdAnswer;

/** Matters where the figure in this column is above the threshold. */
export interface ThresholdAnswer {
  readonly kind: 'above';
  readonly figure: number;
  readonly threshold: number;
  /** Over this distance from the threshold it comes to matter (scale of the logistic curve). */
  readonly softness: number;
  /** Stands in for the figure where it was not measured. */
  readonly typical: number;
}

/** A question with its possible answers, for given items. */
export interface OpenQuestion {
  readonly name: string;
  readonly kind: 'finding' | 'figure';
  /** Of each item: how sure the judge is that the question arises, 0..1. */
  readonly judged: Float64Array;
  /** The same as reviews are weighed by it: never so sure that they could not overrule it. */
  readonly confidence: Float64Array;
  readonly answers: readonly ReviewAnswer[];
  /** Of each answer and item: 0..1, how far it matters there. */
  readonly bite: readonly Float32Array[];
  /** Before any review; sums to 1. */
  readonly prior: Float64Array;
}

/** Most persons see a finding as the judge does; few never mind it; the rest of the belief is spread over the thresholds. */
const agreeing = 0.9;
const indifferent = 0.03;
/** How likely it is that a person rejects by a given figure that the judge lets pass. */
const rejecting = 0.015;
/** Thresholds of each figure. */
const thresholds = 16;
/** Items whose finding is about this likely say how large it usually is; fewer than `fewestItems` say nothing. */
const present = 0.3;
const fewestItems = 4;
/** A threshold is as soft as one of these shares of the distance between two: persons and figures are more or less sharp. */
const softnesses = [0.5, 2];
/** Confidence is capped, so that reviews can overrule it. */
const surestFinding = 0.98;
const surestFigure = 0.97;
/** A judge's word that no finding carries is given to the strongest finding from this confidence on. */
const carries = 0.05;
/** Rejecting by a figure starts somewhere between the upper three quarters of the items and the last hundredth. */
const rarest = 0.01;
const commonest = 0.75;

export function openQuestions(items: ReviewItems, questions: readonly ReviewQuestion[]): OpenQuestion[] {
  const { confidences, rest } = judgedConfidences(items, questions);
  const findings = questions.flatMap((question, place) =>
    question.kind === 'finding' ? [findingQuestion(items, question, confidences[place]!)] : [],
  );
  const figures = questions.flatMap((question) => (question.kind === 'figure' ? [question.figure] : []));
  const other = { kind: 'finding', name: 'other', confidences: [], figures: [] } as const;
  return [...findings, figureQuestion(items, figures), findingQuestion(items, other, rest)];
}

/** Of each question and item how sure the judge is; `rest` is what of his opinion no question carries. */
export function judgedConfidences(
  items: ReviewItems,
  questions: readonly ReviewQuestion[],
): { readonly confidences: readonly Float64Array[]; readonly rest: Float64Array } {
  const confidences = questions.map((question) => confidenceOf(items, question));
  return { confidences, rest: carryOpinions(items, questions, confidences) };
}

/** Confidences as a question of that kind takes them; a figure that the judge lets pass may matter on every item. */
export function confidencesOf(
  kind: OpenQuestion['kind'],
  judged: Float64Array,
): Pick<OpenQuestion, 'judged' | 'confidence'> {
  if (kind === 'finding') return { judged, confidence: judged.map((c) => Math.min(surestFinding, c)) };
  const every = new Float64Array(judged.length);
  return { judged: every.slice().fill(1), confidence: every.fill(surestFigure) };
}

/** Of each item how far it matters by that answer. */
export function biteOf(items: ReviewItems, answer: ReviewAnswer): Float32Array {
  if (answer.kind !== 'above')
    return new Float32Array(items.opinions.length).fill(answer.kind === 'always' ? 1 : 0);
  const { figure, threshold, softness: width, typical } = answer;
  return Float32Array.from(items.opinions, (_, item) => {
    const value = items.rows[item * items.width + figure]!;
    return 1 / (1 + Math.exp(-((Number.isFinite(value) ? value : typical) - threshold) / width));
  });
}

function confidenceOf({ rows, width, opinions }: ReviewItems, question: ReviewQuestion): Float64Array {
  const confidence = new Float64Array(opinions.length);
  if (question.kind === 'figure') return confidence;
  return confidence.map((_, item) => {
    const none = question.confidences.reduce((left, column) => {
      const value = rows[item * width + column]!;
      return left * (1 - Math.min(1, Math.max(0, Number.isFinite(value) ? value : 0)));
    }, 1);
    return 1 - none;
  });
}

/**
 * Where the judge is surer than all findings together (two of one kind), the strongest finding takes the difference;
 * where there is none, it is returned as a confidence of its own.
 */
function carryOpinions(
  { opinions }: ReviewItems,
  questions: readonly ReviewQuestion[],
  confidences: readonly Float64Array[],
): Float64Array {
  const rest = new Float64Array(opinions.length);
  opinions.forEach((opinion, item) => {
    const innocent = confidences.reduce((left, confidence) => left * (1 - confidence[item]!), 1);
    const short = (1 - opinion) / Math.max(innocent, 1e-12);
    if (short >= 1) return;
    let strongest = -1;
    questions.forEach((_, place) => {
      const value = confidences[place]![item]!;
      if (value >= carries && value > (confidences[strongest]?.[item] ?? 0)) strongest = place;
    });
    const taker = confidences[strongest] ?? rest;
    taker[item] = 1 - (1 - taker[item]!) * short;
  });
  return rest;
}

type FindingQuestion = Extract<ReviewQuestion, { kind: 'finding' }>;

function findingQuestion(
  items: ReviewItems,
  { name, figures, settled = false }: FindingQuestion,
  confidence: Float64Array,
): OpenQuestion {
  const base = { name, kind: 'finding', ...confidencesOf('finding', confidence) } as const;
  const [always, never] = [{ kind: 'always' }, { kind: 'never' }] as const;
  if (settled)
    return { ...base, answers: [always], bite: [biteOf(items, always)], prior: Float64Array.of(1) };
  const there = Array.from(confidence.keys()).filter((item) => confidence[item]! > present);
  const steps =
    there.length < fewestItems
      ? []
      : figures.flatMap((figure) => {
          const column = columnOf(items, figure);
          const sorted = Float64Array.from(there, (item) => column.values[item]!).sort();
          const shares = Array.from({ length: thresholds }, (_, k) => (k + 0.5) / thresholds);
          return stepsAt(column, sorted, shares);
        });
  const answers = [always, never, ...steps];
  return {
    ...base,
    answers,
    bite: answers.map((answer) => biteOf(items, answer)),
    prior: priorOf([agreeing, indifferent], steps.length),
  };
}

/**
 * All figures are one question, by which of them the person rejects if by any: figures that drift together through a night
 * explain the same reviews, and none of them must be believed before the others are ruled out.
 */
function figureQuestion(items: ReviewItems, figures: readonly number[]): OpenQuestion {
  const shares = Array.from(
    { length: thresholds },
    (_, k) => 1 - rarest - (commonest - rarest) * (k / (thresholds - 1)) ** 2,
  );
  const steps = figures.map((figure) => {
    const column = columnOf(items, figure);
    const sorted = Float64Array.from(column.values).sort();
    return sorted.at(-1)! > sorted[0]! ? stepsAt(column, sorted, shares) : [];
  });
  // each figure is as likely as any other, however many thresholds it has
  const prior = steps.flatMap((own) => own.map(() => rejecting / own.length));
  const none = 1 - prior.reduce((sum, share) => sum + share, 0);
  const answers = [{ kind: 'never' } as const, ...steps.flat()];
  return {
    name: 'figures',
    kind: 'figure',
    ...confidencesOf('figure', new Float64Array(items.opinions.length)),
    answers,
    bite: answers.map((answer) => biteOf(items, answer)),
    prior: Float64Array.from([none, ...prior]),
  };
}

/** The named shares, and what they leave spread evenly over the thresholds; scaled to a sum of 1 where there are none. */
function priorOf(named: readonly number[], steps: number): Float64Array {
  const sum = named.reduce((total, share) => total + share, 0);
  if (steps === 0) return Float64Array.from(named, (share) => share / sum);
  return Float64Array.from([...named, ...new Array<number>(steps).fill((1 - sum) / steps)]);
}

interface Column {
  readonly figure: number;
  readonly values: Float64Array;
  readonly typical: number;
}

/** A figure that could not be measured counts as typical. */
function columnOf({ rows, width, opinions }: ReviewItems, figure: number): Column {
  const values = Float64Array.from(opinions, (_, item) => rows[item * width + figure]!);
  const known = values.filter(Number.isFinite).sort();
  const typical = known[known.length >> 1] ?? 0;
  return { figure, typical, values: values.map((value) => (Number.isFinite(value) ? value : typical)) };
}

function stepsAt(
  { figure, typical }: Column,
  sorted: Float64Array,
  shares: readonly number[],
): ThresholdAnswer[] {
  const spread = quantile(sorted, 0.84) - quantile(sorted, 0.16);
  const places = new Set(shares.map((share) => quantile(sorted, share)));
  return [...places].flatMap((threshold) =>
    softnesses.map((share): ThresholdAnswer => {
      const softness = Math.max(1e-6, (share * spread) / thresholds);
      return { kind: 'above', figure, threshold, softness, typical };
    }),
  );
}
