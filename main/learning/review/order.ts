/** Which items a person should look at next, and whether looking at more still helps. */
import { randomFor } from '../random.ts';
import { type Beliefs, survival } from './beliefs.ts';
import type { OpenQuestion } from './questions.ts';

export interface ProposedItem {
  readonly item: number;
  /** By how much knowing its class is expected to lower the summed squared error of all items' probabilities. */
  readonly worth: number;
}

export interface ReviewOutlook {
  /** Share of the items expected to be called wrong as things stand. */
  readonly expectedError: number;
  /** What of it more reviews could take away; the rest no answer to these questions can. */
  readonly expectedGain: number;
  /** More reviews would put hardly any decision right. */
  readonly enough: boolean;
}

/** Items that are looked at together; more are thinned out to those on which the possible answers differ most. */
const largestPool = 400;
/** Below this gain further reviews are not worth a person's time: 3 of 1,000 decisions. */
const smallestGain = 0.003;
/** Answers less likely than this are left out of the order. */
const unlikely = 1e-4;
const curiosity = 0.75;
/** A label is never taken to be surer than this variance: persons slip. */
const leastLabelVariance = 0.02;
const labelNoise = 0.01;

/**
 * Chooses `count` of the unreviewed items, best first. Items on which the possible answers differ tell most, those that many
 * others resemble tell more; after each choice the covariances are updated as if its class were known, so that a second
 * item of one kind counts little. O(pool^2 (answers + count)).
 * @param unreviewed indices of items
 */
export function proposeReviews(given: Beliefs, unreviewed: Int32Array, count: number): ProposedItem[] {
  const beliefs = { ...given, weights: given.weights.map(curious) };
  const pool = mostOpen(beliefs, unreviewed);
  const size = pool.length;
  const covariances = covariancesOf(beliefs, pool);
  const labelVariances = Float64Array.from(pool, (item) => {
    const probability = beliefs.probabilities[item]!;
    return Math.max(leastLabelVariance, probability * (1 - probability));
  });
  const open = new Set(pool.keys());
  const chosen: ProposedItem[] = [];
  while (chosen.length < count && open.size > 0) {
    const { place, worth } = mostTelling(covariances, labelVariances, open);
    open.delete(place);
    chosen.push({ item: pool[place]!, worth });
    learnOf(covariances, size, place, spreadOf(covariances, labelVariances, place));
  }
  // what lies beyond the pool comes last, as it stands
  const known = new Set(pool);
  const rest = Array.from(unreviewed).filter((item) => !known.has(item));
  return [...chosen, ...rest.map((item) => ({ item, worth: 0 }))].slice(0, count);
}

/** Answers held for unlikely are asked about a little more than they are believed: nothing else would ever find them. */
function curious(weights: Float64Array): Float64Array {
  const raised = weights.map((weight) => weight ** curiosity);
  const sum = raised.reduce((total, weight) => total + weight, 0);
  return raised.map((weight) => weight / sum);
}

function mostOpen({ questions, weights }: Beliefs, unreviewed: Int32Array): Int32Array {
  const open = new Map(
    Array.from(unreviewed, (item) => {
      let square = 1;
      let mean = 1;
      questions.forEach(({ bite, confidence }, q) => {
        let [first, second] = [0, 0];
        weights[q]!.forEach((weight, answer) => {
          const left = survival(bite[answer]![item]!, confidence[item]!);
          first += weight * left;
          second += weight * left * left;
        });
        mean *= first;
        square *= second;
      });
      return [item, square - mean * mean];
    }),
  );
  return Int32Array.from(unreviewed)
    .sort((a, b) => open.get(b)! - open.get(a)!)
    .subarray(0, largestPool);
}

/** Of the probabilities of two items under the possible answers: exact, as the questions are weighed apart. */
function covariancesOf({ questions, weights }: Beliefs, pool: Int32Array): Float64Array {
  const size = pool.length;
  const squares = new Float64Array(size * size).fill(1);
  const means = new Float64Array(size).fill(1);
  questions.forEach((question, q) => {
    multiplyMoments(question, weights[q]!, pool, squares, means);
  });
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < size; b++) squares[a * size + b]! -= means[a]! * means[b]!;
  }
  return squares;
}

function multiplyMoments(
  { bite, confidence }: OpenQuestion,
  weights: Float64Array,
  pool: Int32Array,
  squares: Float64Array,
  means: Float64Array,
): void {
  const size = pool.length;
  const answers = Array.from(weights.keys()).filter((answer) => weights[answer]! > unlikely);
  const total = answers.reduce((sum, answer) => sum + weights[answer]!, 0);
  const sums = new Float64Array(size * size);
  const firsts = new Float64Array(size);
  const left = new Float64Array(size);
  for (const answer of answers) {
    const weight = weights[answer]! / total;
    pool.forEach((item, place) => {
      left[place] = survival(bite[answer]![item]!, confidence[item]!);
      firsts[place]! += weight * left[place]!;
    });
    for (let a = 0; a < size; a++) {
      const scaled = weight * left[a]!;
      for (let b = 0; b <= a; b++) sums[a * size + b]! += scaled * left[b]!;
    }
  }
  for (let a = 0; a < size; a++) {
    means[a]! *= firsts[a]!;
    for (let b = 0; b <= a; b++) {
      squares[a * size + b]! *= sums[a * size + b]!;
      if (a !== b) squares[b * size + a]! *= sums[a * size + b]!;
    }
  }
}

function spreadOf(covariances: Float64Array, labelVariances: Float64Array, place: number): number {
  const own = covariances[place * labelVariances.length + place]!;
  return Math.max(labelVariances[place]!, own + labelNoise);
}

/** A label of item i lowers the variance of j by cov(i, j)^2 / (variance of the label of i). */
function mostTelling(
  covariances: Float64Array,
  labelVariances: Float64Array,
  open: ReadonlySet<number>,
): { place: number; worth: number } {
  const size = labelVariances.length;
  let best = { place: -1, worth: Number.NEGATIVE_INFINITY };
  for (const i of open) {
    let worth = 0;
    for (let j = 0; j < size; j++) worth += covariances[i * size + j]! ** 2;
    worth /= spreadOf(covariances, labelVariances, i);
    if (worth > best.worth) best = { place: i, worth };
  }
  return best;
}

/** Covariances once the class of `place` is known. */
function learnOf(covariances: Float64Array, size: number, place: number, spread: number): void {
  const row = covariances.slice(place * size, (place + 1) * size);
  for (let a = 0; a < size; a++) {
    const factor = row[a]! / spread;
    if (factor === 0) continue;
    for (let b = 0; b < size; b++) covariances[a * size + b]! -= factor * row[b]!;
  }
}

/** Worlds drawn to see what the answers would change. */
const worlds = 96;

/**
 * The expected share of wrong decisions now, and how much of it would go if every question were answered (the value of
 * perfect information, an upper bound for any number of reviews), over worlds drawn from the beliefs. Here too unlikely answers
 * count for a little more than they are believed: a first dozen reviews may just have missed what would speak for them.
 */
export function reviewOutlook(beliefs: Beliefs, items: Int32Array): ReviewOutlook {
  const count = Math.max(1, items.length);
  const random = randomFor(1, 'review outlook');
  const means = new Float64Array(items.length);
  const asked = beliefs.weights.map(curious);
  let answered = 0;
  for (let world = 0; world < worlds; world++) {
    const draws = asked.map((weights) => drawn(weights, random.uniform()));
    items.forEach((item, place) => {
      const left = beliefs.questions.reduce(
        (product, { bite, confidence }, q) => product * survival(bite[draws[q]!]![item]!, confidence[item]!),
        1,
      );
      means[place]! += left / worlds;
      answered += Math.min(left, 1 - left) / worlds / count;
    });
  }
  const open = means.reduce((sum, mean) => sum + Math.min(mean, 1 - mean) / count, 0);
  const expectedError = items.reduce((sum, item) => {
    const probability = beliefs.probabilities[item]!;
    return sum + Math.min(probability, 1 - probability) / count;
  }, 0);
  const expectedGain = Math.min(expectedError, Math.max(0, open - answered));
  return { expectedError, expectedGain, enough: expectedGain < smallestGain };
}

function drawn(weights: Float64Array, share: number): number {
  let left = share;
  for (let answer = 0; answer < weights.length; answer++) {
    left -= weights[answer]!;
    if (left < 0) return answer;
  }
  return weights.length - 1;
}
