/**
 * The points searched, the rows asked for, and which of the points are near enough to count. Distances are exact; two
 * lattices of whole numbers, a fine and a coarse one, tell which are worth computing.
 */
import { add, clearHeap, limits, setHeaps, sortHeap } from './heaps';

// of the index
let points: usize = 0;
let source: usize = 0;
let pointCount: u32 = 0;
let columns: usize = 0;
export let pairs: usize = 0;
/** Steps of the lattices for one of distance. */
let perStep: f64 = 1;
let perCoarseStep: f64 = 1;
/** What rounding of both may add to a distance on the fine lattice, and of the point on the coarse one. */
let rounding: f64 = 0;
let coarseRounding: f64 = 0;

// of the group
let values: usize = 0;
let squares: usize = 0;
let coarseSquares: usize = 0;
let coarseRoundings: usize = 0;
export let thresholds: usize = 0;
export let coarseThresholds: usize = 0;
/** Points whose distance was computed since it was last asked. */
let considered: u32 = 0;

/**
 * @param pointsAt [points, columns] f64
 * @param sourceAt u32 for each point
 * @param fineStep distance of two neighbouring numbers of the fine lattice, as stepOfCoarse of the coarse one
 * @param roundingOfCoarse how far a point may lie from its place on the coarse lattice, in its steps
 */
export function setPoints(
  pointsAt: usize,
  sourceAt: usize,
  count: u32,
  columnCount: u32,
  fineStep: f64,
  stepOfCoarse: f64,
  roundingOfCoarse: f64,
): void {
  points = pointsAt;
  source = sourceAt;
  pointCount = count;
  columns = columnCount;
  pairs = (<usize>columnCount + 1) >> 1;
  perStep = 1 / fineStep;
  perCoarseStep = 1 / stepOfCoarse;
  rounding = sqrt<f64>(<f64>columnCount) + 1;
  coarseRounding = roundingOfCoarse + 0.01;
}

/**
 * @param valuesAt [rows, columns] f64
 * @param squaresAt f64 for each row: its square on the fine lattice
 * @param coarseSquaresAt f64 for each row: its square on the coarse lattice
 * @param coarseRoundingsAt f64 for each row: how far it lies from its place there, in steps
 */
export function setRows(
  valuesAt: usize,
  squaresAt: usize,
  coarseSquaresAt: usize,
  coarseRoundingsAt: usize,
  thresholdsAt: usize,
  coarseThresholdsAt: usize,
  limitsAt: usize,
  distancesAt: usize,
  rowsAt: usize,
  foundAt: usize,
  count: u32,
): void {
  values = valuesAt;
  squares = squaresAt;
  coarseSquares = coarseSquaresAt;
  coarseRoundings = coarseRoundingsAt;
  thresholds = thresholdsAt;
  coarseThresholds = coarseThresholdsAt;
  setHeaps(distancesAt, rowsAt, foundAt, limitsAt, count);
}

/** Nothing is found for the first rows of the group; those that fill up a four find nothing at all. */
export function begin(rows: u32): void {
  for (let query: u32 = 0; query < rows; query++) {
    clearHeap(query);
    setThresholds(query);
  }
  for (let query = rows; query < ((rows + 3) & ~3); query++) {
    store<i32>(thresholds + (<usize>query << 2), i32.MAX_VALUE);
    store<i16>(coarseThresholds + (<usize>query << 1), i16.MAX_VALUE);
  }
}

/** Least product, less half the square of the point, of a point within the limit; rounding may have moved both. */
function setThresholds(query: u32): void {
  const place = <usize>query << 3;
  const limit = sqrt(load<f64>(limits + place));
  const reach = limit * perStep + rounding;
  const least = floor((load<f64>(squares + place) - reach * reach) / 2) - 1;
  // products never reach the upper end of the range
  store<i32>(thresholds + (<usize>query << 2), <i32>max<f64>(-2147483648, min<f64>(2147483647, least)));
  const coarseReach = limit * perCoarseStep + coarseRounding + load<f64>(coarseRoundings + place);
  const coarseLeast = floor((load<f64>(coarseSquares + place) - coarseReach * coarseReach) / 2) - 1;
  store<i16>(coarseThresholds + (<usize>query << 1), <i16>max<f64>(-32768, min<f64>(32767, coarseLeast)));
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

export function takeConsidered(): u32 {
  const taken = considered;
  considered = 0;
  return taken;
}

// @ts-ignore: decorator
@inline
function squaredDistance(one: usize, other: usize): f64 {
  const whole = one + ((columns & ~1) << 3);
  let sums = f64x2.splat(0);
  for (; one < whole; one += 16, other += 16) {
    const difference = f64x2.sub(v128.load(one), v128.load(other));
    sums = f64x2.add(sums, f64x2.mul(difference, difference));
  }
  const sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  if ((columns & 1) == 0) return sum;
  const last = load<f64>(one) - load<f64>(other);
  return sum + last * last;
}

function consider(query: u32, point: u32, own: i32): void {
  if (point >= pointCount || <i32>point == own) return;
  considered += 1;
  const distance = squaredDistance(points + <usize>point * (columns << 3), values + <usize>query * (columns << 3));
  if (distance >= load<f64>(limits + (<usize>query << 3))) return;
  add(query, distance, load<u32>(source + (<usize>point << 2)));
  if (load<f64>(limits + (<usize>query << 3)) != Infinity) setThresholds(query);
}

/** @param bits which of the points from `first` on are considered */
export function considerAll(bits: i32, query: u32, first: u32, own: i32): void {
  while (bits != 0) {
    consider(query, first + <u32>ctz(bits), own);
    bits &= bits - 1;
  }
}
