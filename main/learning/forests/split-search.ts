/** Finds the best border of a column within a node, whatever the trees are to tell apart. */
import type { BinnedTable } from './binned-table.ts';

/** The best split of one column within a node. */
export interface Split {
  /** Last bin that goes left; -1 when the column does not divide the node. */
  bin: number;
  /** To be maximised: minus the impurity that remains, times weight. */
  gain: number;
  /** True when every row of the node has the same bin. */
  constant: boolean;
}

/**
 * What the trees are to tell: classes or values. A sweep moves rows of the node to one side, bin by bin; which side that
 * is does not matter to the gain. Places are those of the rows within the node.
 */
export interface Target {
  /** Figures of a leaf. */
  readonly width: number;
  /** Figures of a bin of the histogram. */
  readonly binWidth: number;
  /** Looks at the rows `samples[start … end)`. */
  enter(samples: Int32Array, start: number, end: number): void;
  /** Impurity of the node times its weight: what a perfect split would win. */
  impurity(): number;
  /** Nothing is moved. */
  startSweep(): void;
  moveRow(place: number): void;
  count(histogram: Float64Array, at: number, place: number): void;
  /** Moves a bin and clears it. */
  moveBin(histogram: Float64Array, at: number): void;
  gain(): number;
  /** Writes what a leaf of this node says. */
  leaf(values: Float32Array, at: number): void;
}

export interface SplitSearch {
  /** The searches that follow are about the rows `samples[start … end)`. */
  enter(start: number, end: number): void;
  best(column: number, into: Split): void;
  /** The given border: how good it is. */
  at(column: number, bin: number, into: Split): void;
  /** Lowest and highest bin of a column in the node. */
  range(column: number, into: Int32Array): void;
}

/** Up to this many rows are sorted one by one, more are counted into bins. */
const fewRows = 28;
/** Rows of a table at most, for exact splits: place and bin share one exact float64. */
const placeRadix = 2 ** 26;

/**
 * Rows in a column's commonest bin are not looked at one by one: borders below that bin are found by moving what lies
 * below it, borders above by moving what lies above. Counts of letters, say, are nearly all 0.
 * @param minimumLeaf rows on either side of a split at least
 */
export function splitSearch(
  table: BinnedTable,
  samples: Int32Array,
  target: Target,
  minimumLeaf: number,
): SplitSearch {
  const { bins, rows, commonest } = table;
  const exact = !(bins instanceof Uint8Array);
  const binCount = exact ? 0 : mostBins(table);
  const width = target.binWidth;
  const histogram = new Float64Array(binCount * width);
  const counts = new Int32Array(binCount);
  // rows of the node outside of the commonest bin
  const foundBin = new Int32Array(samples.length);
  const foundPlace = new Int32Array(samples.length);
  const keys = new Float64Array(exact ? samples.length : 0);
  let from = 0;
  let count = 0;
  let found = 0;
  let lowest = 0;
  let highest = 0;

  const gather = (base: number, common: number): void => {
    found = 0;
    lowest = 0x7fffffff;
    highest = -1;
    for (let place = 0; place < count; place++) {
      const bin = bins[base + samples[from + place]!]!;
      if (bin === common) continue;
      foundBin[found] = bin;
      foundPlace[found++] = place;
      if (bin < lowest) lowest = bin;
      if (bin > highest) highest = bin;
    }
  };

  /** The border lies midway between two bins that occur in the node. */
  const consider = (below: number, above: number, movedRows: number, into: Split): void => {
    if (movedRows < minimumLeaf || count - movedRows < minimumLeaf) return;
    const gain = target.gain();
    if (gain <= into.gain) return;
    into.gain = gain;
    into.bin = (below + above - 1) >> 1;
  };

  /** What was found is in the order of bins. */
  const sweepSorted = (common: number, into: Split): void => {
    const hasCommon = found < count;
    target.startSweep();
    let up = 0;
    while (up < found && foundBin[up]! < common) {
      const bin = foundBin[up]!;
      while (up < found && foundBin[up] === bin) target.moveRow(foundPlace[up++]!);
      const next = up < found ? Math.min(foundBin[up]!, hasCommon ? common : 0x7fffffff) : common;
      if (up < found || hasCommon) consider(bin, next, up, into);
    }
    target.startSweep();
    let down = found;
    while (down > up) {
      const bin = foundBin[down - 1]!;
      while (down > up && foundBin[down - 1] === bin) target.moveRow(foundPlace[--down]!);
      if (down > up) consider(foundBin[down - 1]!, bin, found - down, into);
      else if (hasCommon) consider(common, bin, found - down, into);
    }
  };

  const sweepBins = (common: number, into: Split): void => {
    for (let index = 0; index < found; index++) {
      const bin = foundBin[index]!;
      counts[bin]! += 1;
      target.count(histogram, bin * width, foundPlace[index]!);
    }
    counts[common] = count - found;
    target.startSweep();
    let moved = 0;
    let before = -1;
    for (let bin = lowest; bin <= Math.min(common, highest + 1); bin++) {
      if (bin > highest && bin !== common) break;
      if (counts[bin] === 0) continue;
      if (before >= 0) consider(before, bin, moved, into);
      if (bin === common) break;
      moved += counts[bin]!;
      counts[bin] = 0;
      target.moveBin(histogram, bin * width);
      before = bin;
    }
    sweepDown(common, before, into);
    counts[common] = 0;
  };

  const sweepDown = (common: number, below: number, into: Split): void => {
    target.startSweep();
    let moved = 0;
    let before = -1;
    for (let bin = highest; bin > common; bin--) {
      if (counts[bin] === 0) continue;
      if (before >= 0) consider(bin, before, moved, into);
      moved += counts[bin]!;
      counts[bin] = 0;
      target.moveBin(histogram, bin * width);
      before = bin;
    }
    if (before < 0) return;
    if (found < count) consider(common, before, moved, into);
    else if (below >= 0) consider(below, before, moved, into);
  };

  const sortFound = (): void => {
    for (let index = 0; index < found; index++)
      keys[index] = foundBin[index]! * placeRadix + foundPlace[index]!;
    const sorted = keys.subarray(0, found).sort();
    for (let index = 0; index < found; index++) {
      foundBin[index] = Math.floor(sorted[index]! / placeRadix);
      foundPlace[index] = sorted[index]! - foundBin[index]! * placeRadix;
    }
  };

  const forget = (into: Split): void => {
    into.gain = Number.NEGATIVE_INFINITY;
    into.bin = -1;
    into.constant = false;
  };

  return {
    enter(start, end) {
      from = start;
      count = end - start;
      target.enter(samples, start, end);
    },
    best(column, into) {
      forget(into);
      const common = commonest[column]!;
      gather(column * rows, common);
      into.constant = found === 0 || (found === count && lowest === highest);
      if (into.constant) return;
      if (found > fewRows && !exact) {
        sweepBins(common, into);
        return;
      }
      if (found > fewRows) sortFound();
      else sortFew(foundBin, foundPlace, found);
      sweepSorted(common, into);
    },
    at(column, bin, into) {
      forget(into);
      const base = column * rows;
      target.startSweep();
      let leftRows = 0;
      for (let place = 0; place < count; place++) {
        if (bins[base + samples[from + place]!]! > bin) continue;
        leftRows += 1;
        target.moveRow(place);
      }
      if (leftRows > 0 && leftRows < count) consider(bin, bin + 1, leftRows, into);
    },
    range(column, into) {
      const common = commonest[column]!;
      gather(column * rows, common);
      into[0] = found < count ? Math.min(lowest, common) : lowest;
      into[1] = found < count ? Math.max(highest, common) : highest;
    },
  };
}

/** Sorts by bin, by insertion. */
function sortFew(bins: Int32Array, places: Int32Array, count: number): void {
  for (let index = 1; index < count; index++) {
    const bin = bins[index]!;
    if (bins[index - 1]! <= bin) continue;
    const place = places[index]!;
    let to = index - 1;
    while (to >= 0 && bins[to]! > bin) {
      bins[to + 1] = bins[to]!;
      places[to + 1] = places[to]!;
      to -= 1;
    }
    bins[to + 1] = bin;
    places[to + 1] = place;
  }
}

/** Most bins of any column. */
function mostBins({ offsets, columns }: BinnedTable): number {
  let most = 1;
  for (let column = 0; column < columns; column++) {
    most = Math.max(most, offsets[column + 1]! - offsets[column]!);
  }
  return most;
}
