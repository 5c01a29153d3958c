/**
 * How new each value of a series is against what came before it: distances of the latest 1 to 19 values to their
 * nearest likes among older ones, compared with the same distances of the recent past (conformal, after Burnaev and
 * Ishimtsev 2016). Causal: a row's score depends on the rows up to it and on nothing behind it.
 */

/** Lengths of the pieces compared. */
const lengths = [1, 2, 5, 10, 19] as const;
const longest = 19;
/** Nearest likes whose mean distance counts. */
const neighbours = 27;
/** Rows that are compared with, and rows whose distances are compared with, at most. */
const mostRows = 600;
/** Before so many rows nothing is said. */
const fewestRows = 60;
/** A distance is strange against this share of the recent ones. */
const usualShare = 0.99;
/** Logarithms of ratios end here: in a series that never changed any change is infinitely new. */
const furthest = 5;

/** Where an event begins: distances 1.42 times what hardly any recent row had. */
export const noveltyThreshold = Math.exp(0.35);
/** After the onset of an event its rows are not news: for so many rows scores stay below the threshold. */
const restRows = 60;
const restingScore = 1.25;

/** @param values one channel, or several of the same length; NaN repeats the value before */
export function noveltyScores(channels: readonly Float64Array[]): Float64Array {
  const rows = channels[0]?.length ?? 0;
  const scores = new Float64Array(rows);
  for (const values of channels) {
    channelNovelty(held(values)).forEach((score, row) => {
      if (score > scores[row]!) scores[row] = score;
    });
  }
  return rested(scores);
}

/** A missing value repeats the one before; before the first known value, 0. */
function held(values: Float64Array): Float64Array {
  let last = values.find((value) => Number.isFinite(value)) === undefined ? 0 : Number.NaN;
  const known = values.map((value) => {
    if (Number.isFinite(value)) last = value;
    return last;
  });
  return known.map((value) => (Number.isNaN(value) ? 0 : value));
}

/** Geometric mean of the ratios of all lengths; 0 while there is too little to compare with. */
function channelNovelty(values: Float64Array): Float64Array {
  const scores = new Float64Array(values.length);
  const recents = lengths.map(() => new RecentDistances());
  const distances = lengths.map(() => new Float64Array(mostRows));
  let changed = false;
  for (let row = longest; row < values.length; row++) {
    changed ||= values[row] !== values[row - 1];
    const half = Math.min(mostRows, Math.floor((row - longest) / 2));
    if (half < fewestRows / 2) continue;
    // compared with rows older than those whose distances are compared
    const last = row - half;
    const first = Math.max(longest, last - half);
    measure(values, row, first, last, distances);
    let sum = 0;
    for (let place = 0; place < lengths.length; place++) {
      const near = meanOfNearest(distances[place]!, last - first);
      const recent = recents[place]!;
      const usual = Math.max(recent.quantile(usualShare), Number.MIN_VALUE);
      const ratio = Math.log(Math.max(near, Number.MIN_VALUE) / usual);
      sum += Math.min(furthest, Math.max(-furthest, ratio));
      recent.add(near, half);
    }
    if (changed && half >= fewestRows) scores[row] = Math.exp(sum / lengths.length);
  }
  return scores;
}

/** Squared distances of the piece that ends at `row` to those that end at first … last - 1, for each length. */
function measure(
  values: Float64Array,
  row: number,
  first: number,
  last: number,
  distances: readonly Float64Array[],
): void {
  for (let other = first; other < last; other++) {
    let sum = 0;
    let lag = 0;
    for (let place = 0; place < lengths.length; place++) {
      for (const end = lengths[place]!; lag < end; lag++) {
        const difference = values[row - lag]! - values[other - lag]!;
        sum += difference * difference;
      }
      distances[place]![other - first] = sum;
    }
  }
}

/** Mean of the roots of the smallest of the first `count`: they are few, so they are picked, not sorted. */
function meanOfNearest(squares: Float64Array, count: number): number {
  const wanted = Math.min(neighbours, count);
  let held = 0;
  for (let place = 0; place < count; place++) {
    const square = squares[place]!;
    if (held === wanted && !(square < nearest[held - 1]!)) continue;
    let at = held < wanted ? held++ : held - 1;
    while (at > 0 && nearest[at - 1]! > square) {
      nearest[at] = nearest[at - 1]!;
      at -= 1;
    }
    nearest[at] = square;
  }
  let sum = 0;
  for (let place = 0; place < wanted; place++) sum += Math.sqrt(nearest[place]!);
  return sum / wanted;
}

const nearest = new Float64Array(neighbours);

/** The distances of the latest rows, in order of time and in order of size. */
class RecentDistances {
  private readonly byTime: number[] = [];
  private readonly bySize: number[] = [];

  /** @param most distances kept */
  add(distance: number, most: number): void {
    this.byTime.push(distance);
    this.bySize.splice(this.placeOf(distance), 0, distance);
    while (this.byTime.length > most) this.bySize.splice(this.placeOf(this.byTime.shift()!), 1);
  }

  quantile(share: number): number {
    return this.bySize[Math.floor((this.bySize.length - 1) * share)] ?? 0;
  }

  /** Of the first that is not smaller. */
  private placeOf(distance: number): number {
    let low = 0;
    let high = this.bySize.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.bySize[middle]! < distance) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function rested(scores: Float64Array): Float64Array {
  let rest = 0;
  return scores.map((score) => {
    if (rest > 0) {
      rest -= 1;
      return Math.min(score, restingScore);
    }
    if (score > noveltyThreshold) rest = restRows;
    return score;
  });
}
