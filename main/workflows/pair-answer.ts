/** What to say of an item that may be of two classes at once. */

export interface PairAnswer {
  /** The two likeliest classes, the stronger first. */
  readonly classes: readonly [string, string];
  /** That it is two at once. */
  readonly probability: number;
  readonly kind: 'two' | 'undecided' | 'one';
  /** How sure the answer is: that it is the first, of two at once that it is the two. */
  readonly confidence: number;
  /** Shares of the two that can hardly be told apart. */
  readonly isEven: boolean;
}

/** Below and above it is told whether an item is one class or two. */
const undecided = { from: 0.25, to: 0.75 };
const evenWithin = 0.05;

/**
 * @param probabilities of the classes; a pair lends each of its two its share of the counts
 * @param together probability that it is of two classes
 */
export function pairAnswer(
  classes: readonly string[],
  probabilities: ArrayLike<number>,
  together: number,
): PairAnswer {
  const order = Array.from(classes.keys()).sort((one, other) => probabilities[other]! - probabilities[one]!);
  const kind = together > undecided.to ? 'two' : together > undecided.from ? 'undecided' : 'one';
  const [first, second] = [order[0]!, order[1]!];
  const [most, next] = [probabilities[first]!, probabilities[second]!];
  const confidence = kind === 'two' ? most + next : most;
  const isEven = most - next <= evenWithin;
  return { classes: [classes[first]!, classes[second]!], probability: together, kind, confidence, isEven };
}

/** Null where it is one. */
export function pairSentence({
  classes: [first, second],
  probability,
  kind,
  isEven,
}: PairAnswer): string | null {
  if (kind === 'one') return null;
  const share = `${Math.round(100 * probability)} %`;
  return kind === 'two'
    ? `two together: ${first} + ${second} (${share}), ${isEven ? 'about equal' : `${first} the stronger`}`
    : `${first} alone or ${first} + ${second} (two together: ${share}): not certain`;
}
