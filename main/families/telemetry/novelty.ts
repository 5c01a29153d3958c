/**
 * How new each value of a series is against what came before it: distances of the latest 1 to 19 values to their
 * nearest likes among older ones, compared with the same distances of the recent past (conformal, after Burnaev and
 * Ishimtsev 2016). Causal: a row's score depends on the rows up to it and on nothing behind it.
 */
import { nearestLikes, pieceLengths } from './nearest-likes.ts';

const longest = pieceLengths[pieceLengths.length - 1]!;
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
  const likes = nearestLikes(values, 2 * mostRows);
  const recents = pieceLengths.map(() => new RecentDistances(mostRows));
  let changed = false;
  for (let row = 0; row < values.length; row++) {
    const half = Math.max(0, Math.min(mostRows, Math.floor((row - longest) / 2)));
    likes.next(half, Math.min(row, 2 * mostRows));
    if (row < longest) continue;
    changed ||= values[row] !== values[row - 1];
    if (half < fewestRows / 2) continue;
    // compared with rows older than those whose distances are compared
    const means = likes.means(half, Math.min(2 * half, row - longest));
    let sum = 0;
    for (let place = 0; place < recents.length; place++) {
      const near = means[place]!;
      const recent = recents[place]!;
      const usual = Math.max(recent.quantile(usualShare), Number.MIN_VALUE);
      const ratio = Math.log(Math.max(near, Number.MIN_VALUE) / usual);
      sum += Math.min(furthest, Math.max(-furthest, ratio));
      recent.add(near, half);
    }
    if (changed && half >= fewestRows) scores[row] = Math.exp(sum / recents.length);
  }
  return scores;
}

/** The distances of the latest rows, in order of time and in order of size. */
class RecentDistances {
  /** In turn. */
  private readonly byTime: Float64Array;
  private readonly bySize: Float64Array;
  private count = 0;
  private oldest = 0;

  constructor(most: number) {
    this.byTime = new Float64Array(most);
    this.bySize = new Float64Array(most);
  }

  /** @param most distances kept; never less than before */
  add(distance: number, most: number): void {
    if (this.count >= most) {
      this.remove(this.byTime[this.oldest]!);
      this.oldest = (this.oldest + 1) % this.byTime.length;
    }
    const place = this.placeOf(distance);
    this.bySize.copyWithin(place + 1, place, this.count);
    this.bySize[place] = distance;
    this.byTime[(this.oldest + this.count) % this.byTime.length] = distance;
    this.count += 1;
  }

  /** 0 of none. */
  quantile(share: number): number {
    return this.count === 0 ? 0 : this.bySize[Math.floor((this.count - 1) * share)]!;
  }

  private remove(distance: number): void {
    const place = this.placeOf(distance);
    this.bySize.copyWithin(place, place + 1, this.count);
    this.count -= 1;
  }

  /** Of the first that is not smaller. */
  private placeOf(distance: number): number {
    let low = 0;
    let high = this.count;
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
