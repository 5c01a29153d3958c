/** Which items a person should look at next, and whether looking at more still helps. */
import { askHead, type FittedHead, type HeadItems, whitened } from './head.ts';

export interface ProposedItem {
  readonly item: number;
  /** Decisions on all items that knowing this one's class is expected to put right. */
  readonly worth: number;
}

export interface ReviewOutlook {
  /** Share of the items expected to be called wrong as things stand. */
  readonly expectedError: number;
  /** What of it more reviews could take away; the rest no label of these figures can. */
  readonly expectedGain: number;
  /** More reviews would put hardly any decision right. */
  readonly enough: boolean;
}

/** Items whose decisions are looked at together; more are thinned out to the least certain ones. */
const largestPool = 1200;
/** Below this gain further reviews are not worth a person's time: 3 of 1,000 decisions. */
const smallestGain = 0.003;

function normalDensity(value: number): number {
  return Math.exp(-(value ** 2) / 2) / Math.sqrt(2 * Math.PI);
}

/**
 * Chooses `count` of the unreviewed items, best first. Knowing the class of one narrows the log-odds of all that look
 * like it; what counts is how many decisions near the boundary that settles. After each choice the covariances are
 * updated as if its class were known, so alike items are not proposed one after the other.
 * O(pool^2 (width + count)).
 * @param unreviewed indices into `items`
 */
export function proposeReviews(
  head: FittedHead,
  items: HeadItems,
  unreviewed: Int32Array,
  count: number,
): ProposedItem[] {
  const { means, variances } = askHead(head, items);
  const boundary = (item: number): number => Math.abs(means[item]!) / Math.sqrt(variances[item]! + 1);
  const pool = Int32Array.from(unreviewed)
    .sort((a, b) => boundary(a) - boundary(b))
    .subarray(0, largestPool);
  const covariances = covariancesOf(head, items, pool);
  const size = pool.length;
  const poolMeans = Float64Array.from(pool, (item) => means[item]!);
  const open = new Set(pool.keys());
  const chosen: ProposedItem[] = [];
  while (chosen.length < count && open.size > 0) {
    const { place, worth } = mostTelling(covariances, size, poolMeans, open);
    open.delete(place);
    chosen.push({ item: pool[place]!, worth });
    learnOf(covariances, size, place, poolMeans[place]!);
  }
  return chosen;
}

function covariancesOf(head: FittedHead, items: HeadItems, pool: Int32Array): Float32Array {
  const { rows, size } = whitened(head, items);
  const covariances = new Float32Array(pool.length ** 2);
  for (let a = 0; a < pool.length; a++) {
    const first = rows.subarray(pool[a]! * size, (pool[a]! + 1) * size);
    for (let b = 0; b <= a; b++) {
      const offset = pool[b]! * size;
      let sum = 0;
      for (let column = 0; column < size; column++) sum += first[column]! * rows[offset + column]!;
      covariances[a * pool.length + b] = sum;
      covariances[b * pool.length + a] = sum;
    }
  }
  return covariances;
}

/** Variance of a label's log-odds under the logistic model: 1 / (p (1 - p)). */
function labelVariance(mean: number): number {
  const probability = 1 / (1 + Math.exp(-mean));
  return 1 / Math.max(1e-6, probability * (1 - probability));
}

/**
 * The derivative of the expected number of wrong decisions by a log-odds' variance is density(m / s) / (2 s); a label
 * of item i lowers the variance of j by cov(i, j)^2 / (label variance + var(i)).
 */
function mostTelling(
  covariances: Float32Array,
  size: number,
  means: Float64Array,
  open: ReadonlySet<number>,
): { place: number; worth: number } {
  const care = means.map((mean, j) => {
    const deviation = Math.sqrt(Math.max(1e-9, covariances[j * size + j]!));
    return normalDensity(mean / deviation) / (2 * deviation);
  });
  let best = { place: -1, worth: Number.NEGATIVE_INFINITY };
  for (const i of open) {
    let worth = 0;
    for (let j = 0; j < size; j++) worth += care[j]! * covariances[i * size + j]! ** 2;
    worth /= labelVariance(means[i]!) + covariances[i * size + i]!;
    if (worth > best.worth) best = { place: i, worth };
  }
  return best;
}

/** Covariances once the class of `place` is known. */
function learnOf(covariances: Float32Array, size: number, place: number, mean: number): void {
  const row = covariances.slice(place * size, (place + 1) * size);
  const scale = 1 / (labelVariance(mean) + row[place]!);
  for (let a = 0; a < size; a++) {
    const factor = row[a]! * scale;
    if (factor === 0) continue;
    for (let b = 0; b < size; b++) covariances[a * size + b]! -= factor * row[b]!;
  }
}

/**
 * The expected share of wrong decisions now, and how much of it would go if every weight were known exactly (the value
 * of perfect information, an upper bound for any number of reviews).
 */
export function reviewOutlook(head: FittedHead, items: HeadItems): ReviewOutlook {
  const { means, variances, probabilities } = askHead(head, items);
  const count = Math.max(1, means.length);
  let expectedError = 0;
  let expectedGain = 0;
  means.forEach((mean, item) => {
    const now = probabilities[item]!;
    expectedError += Math.min(now, 1 - now) / count;
    expectedGain += gainOf(mean, variances[item]!) / count;
  });
  const gain = Math.min(expectedGain, expectedError);
  return { expectedError, expectedGain: gain, enough: gain < smallestGain };
}

/** Steps of the trapezoidal rule over the far side of the boundary, and how many deviations it reaches. */
const tailSteps = 24;
const tailDeviations = 5;

/**
 * Expected error with the present decision, less that with the best decision for each possible log-odds: where the
 * true log-odds u lie on the other side of the boundary, deciding otherwise saves 2 P - 1 = tanh(u / 2).
 */
function gainOf(mean: number, variance: number): number {
  const deviation = Math.sqrt(variance);
  const reach = tailDeviations * deviation - Math.abs(mean);
  if (reach <= 0) return 0;
  const width = reach / tailSteps;
  let gain = 0;
  for (let step = 1; step <= tailSteps; step++) {
    const u = step * width;
    gain += normalDensity((u + Math.abs(mean)) / deviation) * Math.tanh(u / 2);
  }
  return (gain * width) / deviation;
}
