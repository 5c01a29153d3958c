/**
 * Distances of the latest pieces of a series to their nearest likes among older ones. Squares of a row are sums of
 * squares of the rows before it at the same distance in time, so that each takes a few additions whatever the length;
 * nothing is ever subtracted, so that equal pieces are at a distance of exactly 0.
 */

/** Lengths of the pieces compared, in rows. */
export const pieceLengths = [1, 2, 5, 10, 19] as const;
/** Nearest likes whose mean distance counts. */
const neighbours = 27;

/** Every 8th square is looked at first; the 7th smallest of these is mostly no less than the 27th of all. */
const sampleStride = 8;
const sampled = 7;

/** So many rows of sums are kept for later rows. */
const depths = { ones: 5, twos: 18, fives: 11 } as const;

export interface NearestLikes {
  /**
   * Goes on to the next row, from row 0 on: it is compared with the rows `from` + 1 … `to` before it. Neither ever falls,
   * and `to` is at most the number of the row, so that sums of earlier rows are there when they are asked for.
   */
  next(from: number, to: number): void;
  /**
   * For each length the mean distance of the piece that ends at this row to the nearest of those that end `from` + 1 … `to`
   * rows before it; both within what `next` was told, and all pieces within the series. Valid until the next call.
   */
  means(from: number, to: number): Float64Array;
}

/** @param mostRows how far back rows are compared at most */
export function nearestLikes(values: Float64Array, mostRows: number): NearestLikes {
  const width = mostRows + 1;
  const ones = new Float64Array(depths.ones * width);
  const twos = new Float64Array(depths.twos * width);
  const fives = new Float64Array(depths.fives * width);
  const squares = pieceLengths.map(() => new Float64Array(width));
  const [one, two, five, ten, nineteen] = squares as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const means = new Float64Array(pieceLengths.length);
  const picked = new Float64Array(width);
  let row = -1;

  /** Where the sums of so many rows ago begin. */
  const place = (depth: number, ago: number): number => ((row - ago + depth) % depth) * width;

  /** Puts the squares up to a limit that a sample suggests into `picked`; how many they are. */
  function pickBelow(all: Float64Array, start: number, end: number): number {
    pickNearest(all, start, end, sampleStride, sampled);
    const limit = nearest[sampled - 1]!;
    let count = 0;
    for (let back = start; back < end; back++) {
      const square = all[back]!;
      if (square <= limit) picked[count++] = square;
    }
    return count;
  }

  return {
    next(from, to) {
      row += 1;
      const value = values[row]!;
      const [ones0, ones1, ones4] = [0, 1, 4].map((ago) => place(depths.ones, ago)) as [
        number,
        number,
        number,
      ];
      const [twos0, twos2, twos15, twos17] = [0, 2, 15, 17].map((ago) => place(depths.twos, ago)) as [
        number,
        number,
        number,
        number,
      ];
      const [fives0, fives5, fives10] = [0, 5, 10].map((ago) => place(depths.fives, ago)) as [
        number,
        number,
        number,
      ];
      for (let back = from + 1; back <= to; back++) {
        const difference = value - values[row - back]!;
        const square = difference * difference;
        const ofTwo = square + ones[ones1 + back]!;
        const ofFive = ofTwo + twos[twos2 + back]! + ones[ones4 + back]!;
        const ofTen = ofFive + fives[fives5 + back]!;
        ones[ones0 + back] = square;
        twos[twos0 + back] = ofTwo;
        fives[fives0 + back] = ofFive;
        one[back] = square;
        two[back] = ofTwo;
        five[back] = ofFive;
        ten[back] = ofTen;
        nineteen[back] = ofTen + fives[fives10 + back]! + (twos[twos15 + back]! + twos[twos17 + back]!);
      }
    },
    means(from, to) {
      for (let length = 0; length < squares.length; length++) {
        const all = squares[length]!;
        const wanted = Math.min(neighbours, to - from);
        const count = wanted < neighbours ? 0 : pickBelow(all, from + 1, to + 1);
        if (count >= wanted) pickNearest(picked, 0, count, 1, wanted);
        else pickNearest(all, from + 1, to + 1, 1, wanted);
        means[length] = meanRoot(wanted);
      }
      return means;
    },
  };
}

const nearest = new Float64Array(neighbours);

/** The smallest of every stride-th of `squares[start … end)` in rising order: they are few, so they are picked, not sorted. */
function pickNearest(
  squares: Float64Array,
  start: number,
  end: number,
  stride: number,
  wanted: number,
): void {
  let held = 0;
  for (let place = start; place < end; place += stride) {
    const square = squares[place]!;
    if (held === wanted && !(square < nearest[held - 1]!)) continue;
    let at = held < wanted ? held++ : held - 1;
    while (at > 0 && nearest[at - 1]! > square) {
      nearest[at] = nearest[at - 1]!;
      at -= 1;
    }
    nearest[at] = square;
  }
}

function meanRoot(wanted: number): number {
  let sum = 0;
  for (let place = 0; place < wanted; place++) sum += Math.sqrt(nearest[place]!);
  return sum / wanted;
}
