/**
 * Finds the best border of a column within a node. Rows in a column's commonest bin are not moved one by one: borders
 * below that bin are found by moving what lies below it, borders above by moving what lies above. Counts of letters,
 * say, are nearly all 0.
 */
import { draw } from './draw';
import { results } from './results';
import { gain, move, startSweep } from './target';

/** Of one or four bytes: column by column, [columns, rows], and row by row, [rows, columns]. */
let bins: usize = 0;
let binsByRow: usize = 0;
let wide: bool = false;
let rows: usize = 0;
let columns: usize = 0;
let commonest: usize = 0;
/** Rows as u32; a node is a range of them. */
let samples: usize = 0;
/** Bin in the upper half, place in the lower, as u64; of the rows outside of the commonest bin. */
let found: usize = 0;
let spare: usize = 0;
/** Per column the range of samples, as two i32, in which it is known to have one bin only; its end is 0 for none. */
let constants: usize = 0;
const counts: usize = memory.data(1024, 16);

/** Up to this many rows are sorted by insertion, more by counting. */
const fewRows: i32 = 24;

const nothing: i32 = -1;

// of the column looked at
let bestBin: i32 = nothing;
let bestGain: f64 = 0;

/** Fills `byRow` from the bins. */
export function setTable(binsAt: usize, byRowAt: usize, isWide: bool, rowCount: i32, columnCount: i32, commonestAt: usize): void {
  bins = binsAt;
  binsByRow = byRowAt;
  wide = isWide;
  rows = rowCount;
  columns = columnCount;
  commonest = commonestAt;
  if (wide) turn<u32>();
  else turn<u8>();
}

/** In tiles of rows, so that both sides stay in the cache. */
function turn<T>(): void {
  for (let first: usize = 0; first < rows; first += 64) {
    const end = min(rows, first + 64);
    for (let column: usize = 0; column < columns; column++) {
      for (let row = first; row < end; row++) {
        store<T>(binsByRow + (row * columns + column) * sizeof<T>(), load<T>(bins + (column * rows + row) * sizeof<T>()));
      }
    }
  }
}

/**
 * The rows of a small node and of all nodes below it fit into the cache together when they lie row by row; of a large
 * one, few cells of each row are looked at, so that columns are better.
 */
const smallBytes: usize = 262144;

// @ts-ignore: decorator
@inline
function isSmall(count: i32): bool {
  return (<usize>count * columns << (wide ? 2 : 0)) <= smallBytes;
}

/** @param foundAt, spareAt 8 bytes for each row; @param constantsAt 8 bytes for each column, 0 before each tree */
export function setRoom(samplesAt: usize, foundAt: usize, spareAt: usize, constantsAt: usize): void {
  samples = samplesAt;
  found = foundAt;
  spare = spareAt;
  constants = constantsAt;
}

/** A column that is constant in a node is so in all nodes below it, whose samples lie within the node's range. */
// @ts-ignore: decorator
@inline
function isKnownConstant(column: i32, start: i32, count: i32): bool {
  const known = constants + (<usize>column << 3);
  return start + count <= load<i32>(known + 4) && load<i32>(known) <= start;
}

// @ts-ignore: decorator
@inline
function rememberConstant(column: i32, start: i32, count: i32): void {
  const known = constants + (<usize>column << 3);
  store<i32>(known, start);
  store<i32>(known + 4, start + count);
}

// @ts-ignore: decorator
@inline
function commonOf(column: i32): u32 {
  return load<u32>(commonest + (<usize>column << 2));
}

// @ts-ignore: decorator
@inline
function gather<T>(column: i32, from: usize, count: i32): i32 {
  const small = isSmall(count);
  const base = small ? binsByRow + <usize>column * sizeof<T>() : bins + <usize>column * rows * sizeof<T>();
  const stride = (small ? columns : 1) * sizeof<T>();
  const common = commonOf(column);
  let at = found;
  for (let place: usize = 0; place < <usize>count; place++) {
    const row = <usize>load<u32>(from + (place << 2));
    const bin = <u32>load<T>(base + row * stride);
    store<u64>(at, (<u64>bin << 32) | place);
    at += <usize>(bin != common) << 3;
  }
  return <i32>((at - found) >> 3);
}

// @ts-ignore: decorator
@inline
function binAt(index: i32): i32 {
  return load<i32>(found + (<usize>index << 3) + 4);
}

// @ts-ignore: decorator
@inline
function placeAt(index: i32): usize {
  return <usize>load<u32>(found + (<usize>index << 3));
}

/**
 * Draws columns without replacement and finds the one with the best border among the rows `start … start + count` of the
 * samples: of `number` columns, of more when none of these divides them; -1 when none does. Nothing is better than a
 * border that leaves no impurity, so that the search ends with it. Results: the gain, and the last bin on the left.
 */
export function choose(number: i32, start: i32, count: i32, minimumLeaf: i32): i32 {
  let column = nothing;
  let bin = nothing;
  let most = -Infinity;
  for (let drawn = 0; drawn < <i32>columns && (drawn < number || column == nothing); drawn++) {
    const tried = draw(drawn);
    if (isKnownConstant(tried, start, count)) continue;
    findBest(tried, start, count, minimumLeaf);
    if (bestBin == nothing || bestGain <= most) continue;
    column = tried;
    bin = bestBin;
    most = bestGain;
    if (most >= 0) break;
  }
  store<f64>(results, most);
  store<f64>(results + 8, <f64>bin);
  return column;
}

function findBest(column: i32, start: i32, count: i32, minimumLeaf: i32): void {
  bestBin = nothing;
  bestGain = -Infinity;
  const from = samples + (<usize>start << 2);
  const length = wide ? gather<u32>(column, from, count) : gather<u8>(column, from, count);
  if (length == 0) {
    rememberConstant(column, start, count);
    return;
  }
  if (length <= fewRows) sortFew(length);
  else sortMany(length);
  if (length == count && binAt(0) == binAt(count - 1)) rememberConstant(column, start, count);
  else sweep(<i32>commonOf(column), length, count, minimumLeaf);
}

/** The border lies midway between two bins that occur in the node. */
// @ts-ignore: decorator
@inline
function consider(below: i32, above: i32, movedRows: i32, count: i32, minimumLeaf: i32): void {
  if (movedRows < minimumLeaf || count - movedRows < minimumLeaf) return;
  const won = gain();
  if (won <= bestGain) return;
  bestGain = won;
  bestBin = (below + above - 1) >> 1;
}

/** What was found is in the order of bins. */
function sweep(common: i32, length: i32, count: i32, minimumLeaf: i32): void {
  const hasCommon = length < count;
  let up = 0;
  if (binAt(0) < common) {
    startSweep();
    while (up < length) {
      const bin = binAt(up);
      if (bin > common) break;
      while (up < length && binAt(up) == bin) move(placeAt(up++));
      const after = up < length ? binAt(up) : common;
      const next = hasCommon && common < after ? common : after;
      if (up < length || hasCommon) consider(bin, next, up, count, minimumLeaf);
    }
  }
  if (up == length) return;
  startSweep();
  let down = length;
  while (down > up) {
    const bin = binAt(down - 1);
    while (down > up && binAt(down - 1) == bin) move(placeAt(--down));
    if (down > up) consider(binAt(down - 1), bin, length - down, count, minimumLeaf);
    else if (hasCommon) consider(common, bin, length - down, count, minimumLeaf);
  }
}

function sortFew(length: i32): void {
  const end = found + (<usize>length << 3);
  for (let at = found + 8; at < end; at += 8) {
    const key = load<u64>(at);
    let to = at;
    while (to > found && load<u64>(to - 8) > key) {
      store<u64>(to, load<u64>(to - 8));
      to -= 8;
    }
    store<u64>(to, key);
  }
}

/** By counting the bins, a byte of them at a time; the order of places is kept. */
function sortMany(length: i32): void {
  const passes = wide ? 4 : 1;
  for (let pass = 0; pass < passes; pass++) {
    const digit: usize = 4 + pass;
    memory.fill(counts, 0, 1024);
    const end = found + (<usize>length << 3);
    for (let at = found; at < end; at += 8) {
      const count = counts + (<usize>load<u8>(at + digit) << 2);
      store<u32>(count, load<u32>(count) + 1);
    }
    let before: u32 = 0;
    for (let count = counts; count < counts + 1024; count += 4) {
      const own = load<u32>(count);
      store<u32>(count, before);
      before += own;
    }
    for (let at = found; at < end; at += 8) {
      const count = counts + (<usize>load<u8>(at + digit) << 2);
      const to = load<u32>(count);
      store<u32>(count, to + 1);
      store<u64>(spare + (<usize>to << 3), load<u64>(at));
    }
    const held = found;
    found = spare;
    spare = held;
  }
}

// @ts-ignore: decorator
@inline
function binOf(column: i32, row: usize, small: bool): i32 {
  const place = small ? row * columns + column : <usize>column * rows + row;
  return wide ? load<i32>(layout(small) + (place << 2)) : <i32>load<u8>(layout(small) + place);
}

// @ts-ignore: decorator
@inline
function layout(small: bool): usize {
  return small ? binsByRow : bins;
}

/** Whether the given border divides the rows; its gain is the first result. */
export function at(column: i32, bin: i32, start: i32, count: i32, minimumLeaf: i32): bool {
  const from = samples + (<usize>start << 2);
  const small = isSmall(count);
  startSweep();
  let left = 0;
  for (let place: usize = 0; place < <usize>count; place++) {
    if (binOf(column, <usize>load<u32>(from + (place << 2)), small) > bin) continue;
    left += 1;
    move(place);
  }
  bestBin = nothing;
  bestGain = -Infinity;
  if (left > 0 && left < count) consider(bin, bin + 1, left, count, minimumLeaf);
  store<f64>(results, bestGain);
  return bestBin != nothing;
}

/** Lowest and highest bin of a column in the node, as the first and second result; false when it has one bin only. */
export function range(column: i32, start: i32, count: i32): bool {
  if (isKnownConstant(column, start, count)) return false;
  const from = samples + (<usize>start << 2);
  const small = isSmall(count);
  let low = i32.MAX_VALUE;
  let high = -1;
  for (let place: usize = 0; place < <usize>count; place++) {
    const bin = binOf(column, <usize>load<u32>(from + (place << 2)), small);
    low = min(low, bin);
    high = max(high, bin);
  }
  store<f64>(results, <f64>low);
  store<f64>(results + 8, <f64>high);
  if (low == high) rememberConstant(column, start, count);
  return low != high;
}

/** Moves the rows listed at `start … end` of a list that go left to the front; returns where the others begin. */
export function divide(list: usize, start: i32, end: i32, column: i32, bin: i32): i32 {
  const small = isSmall(end - start);
  let left = start;
  let right = end - 1;
  while (left <= right) {
    const at = list + (<usize>left << 2);
    const row = load<u32>(at);
    if (binOf(column, row, small) <= bin) {
      left += 1;
      continue;
    }
    const other = list + (<usize>right << 2);
    store<u32>(at, load<u32>(other));
    store<u32>(other, row);
    right -= 1;
  }
  return left;
}
