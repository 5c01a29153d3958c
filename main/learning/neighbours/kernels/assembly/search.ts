/**
 * The nearest points of a group of rows, exact. Products of whole numbers, eight points and four rows at a time, tell
 * which points may be nearer than the farthest of the nearest so far; of those the true distance is computed.
 */
import { add, clearHeap, limits, setHeaps, sortHeap } from './heaps';

// of the index
let points: usize = 0;
let source: usize = 0;
let octets: usize = 0;
let halves: usize = 0;
let pointCount: u32 = 0;
let columns: usize = 0;
let pairs: usize = 0;
let step: f64 = 1;

// of the group
let queries: usize = 0;
let values: usize = 0;
let squares: usize = 0;
let thresholds: usize = 0;

/**
 * @param pointsAt [points, columns] f64
 * @param sourceAt u32 for each point
 * @param octetsAt [octets, pairs, 8] of two i16
 * @param halvesAt i32 for each point: minus half of its square on the lattice, rounded up
 */
export function setIndex(pointsAt: usize, sourceAt: usize, octetsAt: usize, halvesAt: usize, count: u32, columnCount: u32, latticeStep: f64): void {
  points = pointsAt;
  source = sourceAt;
  octets = octetsAt;
  halves = halvesAt;
  pointCount = count;
  columns = columnCount;
  pairs = (<usize>columnCount + 1) >> 1;
  step = latticeStep;
}

/**
 * @param queriesAt [rows, pairs] of two i16
 * @param valuesAt [rows, columns] f64
 * @param squaresAt f64 for each row: its square on the lattice
 */
export function setGroup(
  queriesAt: usize,
  valuesAt: usize,
  squaresAt: usize,
  thresholdsAt: usize,
  limitsAt: usize,
  distancesAt: usize,
  rowsAt: usize,
  foundAt: usize,
  count: u32,
): void {
  queries = queriesAt;
  values = valuesAt;
  squares = squaresAt;
  thresholds = thresholdsAt;
  setHeaps(distancesAt, rowsAt, foundAt, limitsAt, count);
}

/** Nothing is found for the first rows of the group; those that fill up a four find nothing at all. */
export function begin(rows: u32): void {
  for (let query: u32 = 0; query < rows; query++) {
    clearHeap(query);
    setThreshold(query);
  }
  for (let query = rows; query < ((rows + 3) & ~3); query++) store<i32>(thresholds + (<usize>query << 2), i32.MAX_VALUE);
}

/** Least product, less half the square of the point, of a point within the limit; rounding may have moved both. */
function setThreshold(query: u32): void {
  const reach = sqrt(load<f64>(limits + (<usize>query << 3))) / step + sqrt<f64>(<f64>columns) + 1;
  const least = floor((load<f64>(squares + (<usize>query << 3)) - reach * reach) / 2) - 1;
  // products never reach the upper end of the range
  store<i32>(thresholds + (<usize>query << 2), <i32>max<f64>(-2147483648, min<f64>(2147483647, least)));
}

/** Squared distance of which at least one of the rows has not found enough. */
export function farthest(rows: u32): f64 {
  let most: f64 = 0;
  for (let query: usize = 0; query < <usize>rows; query++) most = max(most, load<f64>(limits + (query << 3)));
  return most;
}

export function sort(rows: u32): void {
  for (let query: u32 = 0; query < rows; query++) sortHeap(query);
}

function consider(query: u32, point: u32, own: i32): void {
  if (point >= pointCount || <i32>point == own) return;
  let one = points + <usize>point * (columns << 3);
  let other = values + <usize>query * (columns << 3);
  const end = one + (columns << 3);
  let distance: f64 = 0;
  for (; one < end; one += 8, other += 8) {
    const difference = load<f64>(one) - load<f64>(other);
    distance += difference * difference;
  }
  if (distance >= load<f64>(limits + (<usize>query << 3))) return;
  add(query, distance, load<u32>(source + (<usize>point << 2)));
  setThreshold(query);
}

// @ts-ignore: decorator
@inline
function considerFour(mask: v128, query: u32, point: u32, own: i32): void {
  let bits = i32x4.bitmask(mask);
  while (bits != 0) {
    consider(query, point + <u32>ctz(bits), own);
    bits &= bits - 1;
  }
}

/**
 * Looks at the points of `count` octets from the first on.
 * @param own point that the first row of the group is, the next row being the next point; below -64 when they are none
 */
export function scan(rows: u32, first: u32, count: u32, own: i32): void {
  const queryBytes = pairs << 2;
  const from = octets + <usize>first * pairs * 32;
  for (let query: u32 = 0; query < rows; query += 4) {
    const threshold = thresholds + (<usize>query << 2);
    let t0 = v128.load32_splat(threshold);
    let t1 = v128.load32_splat(threshold, 4);
    let t2 = v128.load32_splat(threshold, 8);
    let t3 = v128.load32_splat(threshold, 12);
    const firstQuery = queries + <usize>query * queryBytes;
    const end = firstQuery + queryBytes;
    let point = from;
    for (let octet = first; octet < first + count; octet++) {
      const low = v128.load(halves + (<usize>octet << 5));
      const high = v128.load(halves + (<usize>octet << 5), 16);
      let a0 = low;
      let a1 = low;
      let a2 = low;
      let a3 = low;
      let b0 = high;
      let b1 = high;
      let b2 = high;
      let b3 = high;
      for (let at = firstQuery; at < end; at += 4, point += 32) {
        const a = v128.load(point);
        const b = v128.load(point, 16);
        let asked = v128.load32_splat(at);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(a, asked));
        b0 = i32x4.add(b0, i32x4.dot_i16x8_s(b, asked));
        asked = v128.load32_splat(at + queryBytes);
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(a, asked));
        b1 = i32x4.add(b1, i32x4.dot_i16x8_s(b, asked));
        asked = v128.load32_splat(at + 2 * queryBytes);
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(a, asked));
        b2 = i32x4.add(b2, i32x4.dot_i16x8_s(b, asked));
        asked = v128.load32_splat(at + 3 * queryBytes);
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(a, asked));
        b3 = i32x4.add(b3, i32x4.dot_i16x8_s(b, asked));
      }
      a0 = i32x4.ge_s(a0, t0);
      a1 = i32x4.ge_s(a1, t1);
      a2 = i32x4.ge_s(a2, t2);
      a3 = i32x4.ge_s(a3, t3);
      b0 = i32x4.ge_s(b0, t0);
      b1 = i32x4.ge_s(b1, t1);
      b2 = i32x4.ge_s(b2, t2);
      b3 = i32x4.ge_s(b3, t3);
      const any = v128.or(v128.or(v128.or(a0, a1), v128.or(a2, a3)), v128.or(v128.or(b0, b1), v128.or(b2, b3)));
      if (!v128.any_true(any)) continue;
      const at = octet << 3;
      const self = own + <i32>query;
      considerFour(a0, query, at, self);
      considerFour(b0, query, at + 4, self);
      considerFour(a1, query + 1, at, self + 1);
      considerFour(b1, query + 1, at + 4, self + 1);
      considerFour(a2, query + 2, at, self + 2);
      considerFour(b2, query + 2, at + 4, self + 2);
      considerFour(a3, query + 3, at, self + 3);
      considerFour(b3, query + 3, at + 4, self + 3);
      t0 = v128.load32_splat(threshold);
      t1 = v128.load32_splat(threshold, 4);
      t2 = v128.load32_splat(threshold, 8);
      t3 = v128.load32_splat(threshold, 12);
    }
  }
}
