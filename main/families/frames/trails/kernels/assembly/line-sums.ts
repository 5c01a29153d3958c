/**
 * Sums along all digital lines of a map, by halves: a line over 2^k columns is one over the left half followed by one over
 * the right half. Lines rise by 0 to 2^k - 1 cells from the first to the last column; falling ones are found in the map
 * turned round. Cells outside the map count as 0, so that lines may enter and leave by all sides.
 *
 * A strip of 2^k columns is stored slope by slope: `across` + slope sums, the line that begins `slope` cells below the
 * map first.
 */

/** Cells before the row of a slope in a strip. */
// @ts-ignore: decorator
@inline
function rowStart(across: i32, slope: i32): i32 {
  return slope * across + ((slope * (slope - 1)) >> 1);
}

/** Cells of a strip of that many columns. */
export function stripLength(across: i32, columns: i32): i32 {
  return rowStart(across, columns);
}

/** Bytes of a peak: z (float), first column, columns inside the map, beginning cell, slope, 1 where two lines side by side. */
const peakBytes: usize = 24;

let peaks: usize = 0;
let room: i32 = 0;
let count: i32 = 0;

export function beginPeaks(at: usize, most: i32): void {
  peaks = at;
  room = most;
  count = 0;
}

export function countPeaks(): i32 {
  return count;
}

/**
 * From strips of `half` columns to strips of twice as many. `noise` is what one valid cell adds to a sum (times the root
 * of the columns); lines with a signal to noise of `threshold` and more that stand out from those beside them are reported, the
 * best for each strip, slope and stretch of beginnings (none for a threshold of 0).
 */
export function joinStrips(from: usize, to: usize, along: i32, across: i32, half: i32, noise: f32, threshold: f32): void {
  const columns = half << 1;
  const halfBytes = <usize>rowStart(across, half) << 1;
  const stripBytes = <usize>rowStart(across, columns) << 1;
  for (let first = 0, index = 0; first < along; first += columns, index++) {
    const left = from + <usize>(2 * index) * halfBytes;
    const strip = to + <usize>index * stripBytes;
    const hasRight = first + half < along;
    for (let slope = 0; slope < columns; slope++) joinRow(left, hasRight ? left + halfBytes : 0, strip, across, slope);
    if (threshold > 0) searchStrip(strip, across, first, columns, min(columns, along - first), noise, threshold);
  }
}

function joinRow(leftStrip: usize, rightStrip: usize, strip: usize, across: i32, slope: i32): void {
  const low = slope >> 1;
  const high = (slope + 1) >> 1;
  const left = leftStrip + (<usize>rowStart(across, low) << 1);
  const row = strip + (<usize>rowStart(across, slope) << 1);
  const shift = <usize>high << 1;
  if (rightStrip === 0) {
    memory.fill(row, 0, shift);
    memory.copy(row + shift, left, <usize>(across + low) << 1);
    return;
  }
  const right = rightStrip + (<usize>rowStart(across, low) << 1);
  const both = across + low - high;
  memory.copy(row, right, shift);
  addCells(left, right + shift, row + shift, both);
  memory.copy(row + shift + (<usize>both << 1), left + (<usize>both << 1), shift);
}

function addCells(a: usize, b: usize, to: usize, cells: i32): void {
  let i = 0;
  for (; i + 16 <= cells; i += 16) {
    const o = <usize>i << 1;
    v128.store(to + o, i16x8.add(v128.load(a + o), v128.load(b + o)));
    v128.store(to + o, i16x8.add(v128.load(a + o, 16), v128.load(b + o, 16)), 16);
  }
  for (; i < cells; i++) {
    const o = <usize>i << 1;
    store<i16>(to + o, load<i16>(a + o) + load<i16>(b + o));
  }
}

/** Lines that begin in one stretch of this many cells compete with one another; only the best is reported. */
const stretch: i32 = 64;

function searchStrip(strip: usize, across: i32, first: i32, columns: i32, present: i32, noise: f32, threshold: f32): void {
  const whole = noise * Mathf.sqrt(<f32>present);
  const missing = columns - present;
  for (let slope = 0; slope < columns; slope++) {
    const row = strip + (<usize>rowStart(across, slope) << 1);
    for (let u = slope; u < across; u += stretch)
      searchRow(row, u, min(u + stretch, across), across + slope, whole, threshold, first, present, slope);
    if (slope < 16) continue;
    // Lines that enter or leave by the long sides, with at least half of their columns inside.
    const block = max(8, slope >> 3);
    for (let u = (slope >> 1) & ~7; u < slope; u += block) {
      const inside = <f32>columns * (<f32>u + 0.5 * <f32>block) / <f32>slope - <f32>missing;
      if (inside < 0.5 * <f32>present) continue;
      const end = min(min(u + block, slope), across);
      searchRow(row, u, end, across + slope, noise * Mathf.sqrt(inside), threshold, first, present, slope);
    }
    const last = across + (slope >> 1);
    for (let u = max(across, slope); u < last; u += block) {
      const inside = Mathf.min(<f32>present, <f32>columns * (<f32>(across + slope - u) - 0.5 * <f32>block) / <f32>slope);
      if (inside < 0.5 * <f32>present) break;
      const end = min(u + block, last);
      searchRow(row, u, end, across + slope, noise * Mathf.sqrt(inside), threshold, first, present, slope);
    }
  }
}

const root2: f32 = 1.4142135;
/** Share of a line's sum by which it must exceed the sums beside it: wide light is no line. */
const leastContrast: f32 = 0.5;
/** Least signal to noise above the lines beside it, over the threshold: their own noise is allowed for. */
const leastHeight: f32 = 0.8;
let topOne: i32 = 0;
let topTwo: i32 = 0;

/** Of the lines that begin in cells [from, to) of a row of `cells` cells. */
function searchRow(
  row: usize,
  from: i32,
  to: i32,
  cells: i32,
  sigma: f32,
  threshold: f32,
  first: i32,
  present: i32,
  slope: i32,
): void {
  if (to <= from || count >= room) return;
  findLargest(row + (<usize>from << 1), to - from);
  const one = <f32>topOne / sigma;
  const two = <f32>topTwo / (sigma * root2);
  const z = Mathf.max(one, two);
  if (z < threshold) return;
  const pair = two > one;
  const wanted = pair ? topTwo : topOne;
  let u = from;
  for (; u < to; u++) {
    const at = row + (<usize>u << 1);
    const value = <i32>load<i16>(at);
    if ((pair ? min(32767, value + <i32>load<i16>(at, 2)) : value) === wanted) break;
  }
  const single = pair ? wanted >> 1 : wanted;
  const after = pair ? u + 1 : u;
  const near1 = sumAt(row, u - 4, cells);
  const far1 = sumAt(row, u - 7, cells);
  const near2 = sumAt(row, after + 4, cells);
  const far2 = sumAt(row, after + 7, cells);
  // One line more may run beside this one, but no broad light.
  if (<f32>(single - max(min(near1, far1), min(near2, far2))) < leastContrast * <f32>single) return;
  const height = <f32>single - 0.25 * <f32>(near1 + far1 + near2 + far2);
  if (height * (pair ? root2 : 1) < leastHeight * threshold * sigma) return;
  const peak = peaks + <usize>count * peakBytes;
  store<f32>(peak, z);
  store<i32>(peak, first, 4);
  store<i32>(peak, present, 8);
  store<i32>(peak, u - slope, 12);
  store<i32>(peak, slope, 16);
  store<i32>(peak, pair ? 1 : 0, 20);
  count++;
}

// @ts-ignore: decorator
@inline
function sumAt(row: usize, u: i32, cells: i32): i32 {
  return u < 0 || u >= cells ? 0 : <i32>load<i16>(row + (<usize>u << 1));
}

/** Largest sum, and largest sum of two side by side; one cell beyond the range is read. */
function findLargest(row: usize, cells: i32): void {
  let one = i16x8.splat(-32768);
  let two = one;
  let i = 0;
  for (; i + 8 <= cells; i += 8) {
    const at = row + (<usize>i << 1);
    const value = v128.load(at);
    one = i16x8.max_s(one, value);
    two = i16x8.max_s(two, i16x8.add_sat_s(value, v128.load(at, 2)));
  }
  topOne = largestLane(one);
  topTwo = largestLane(two);
  for (; i < cells; i++) {
    const at = row + (<usize>i << 1);
    const value = <i32>load<i16>(at);
    topOne = max(topOne, value);
    topTwo = max(topTwo, min(32767, value + <i32>load<i16>(at, 2)));
  }
}

function largestLane(lanes: v128): i32 {
  let top = i16x8.max_s(lanes, v128.shuffle<i64>(lanes, lanes, 1, 0));
  top = i16x8.max_s(top, v128.shuffle<i32>(top, top, 1, 0, 3, 2));
  top = i16x8.max_s(top, v128.shuffle<i16>(top, top, 1, 0, 3, 2, 5, 4, 7, 6));
  return <i32>i16x8.extract_lane_s(top, 0);
}
