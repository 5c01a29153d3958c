/**
 * Sequential minimal optimisation of the one-class support vector machine: minimise half a'Ka with 0 <= a <= 1 and
 * sum a = nu rows (Schölkopf et al. 2001), choosing pairs by second-order information and setting rows at their bounds
 * aside (Fan, Chen and Lin 2005, as in LIBSVM, whose order of steps is kept so that the results agree). Rows set aside lie
 * behind the active ones.
 */
import { clearCache, narrowCache, rowOf, swapInCache, swapWithinRows } from './cache';
import { addKnown, addRow, swapPoints } from './points';

/** For a pair of equal rows. */
const smallestCurvature: f64 = 1e-12;
const shrinkEvery: usize = 1000;

const held: usize = memory.data(64, 16);

let rows: usize = 0;
let tolerance: f64 = 0;
/** f64 for each row, in the order of the points. */
let alpha: usize = 0;
let gradient: usize = 0;
/** Part of the gradient by rows at the upper bound. */
let bound: usize = 0;
/** Which row of the table each point is, u32. */
let source: usize = 0;
let pairs: usize = 0;
let active: usize = 0;
let unshrunk: bool = false;
let countdown: usize = 0;
let first: u32 = 0;
let second: u32 = 0;

// @ts-ignore: decorator
@inline
function figure(list: usize, row: usize): f64 {
  return load<f64>(list + (row << 3));
}

/** @param pairsAt two u32 for each row */
export function setSolver(count: u32, limit: f64, alphaAt: usize, gradientAt: usize, boundAt: usize, sourceAt: usize, pairsAt: usize): void {
  rows = count;
  tolerance = limit;
  alpha = alphaAt;
  gradient = gradientAt;
  bound = boundAt;
  source = sourceAt;
  pairs = pairsAt;
  active = rows;
  unshrunk = false;
  countdown = min(rows, shrinkEvery) + 1;
  memory.fill(gradient, 0, ((rows + 7) & ~7) << 3);
  memory.fill(bound, 0, ((rows + 7) & ~7) << 3);
  clearCache(rows, rows);
}

/** The gradient at the start: first the rows at the upper bound among `from` up to `to`. */
export function startFrom(from: u32, to: u32): void {
  for (let row: usize = from; row < <usize>to; row++) {
    if (figure(alpha, row) >= 1) addRow(row, 1, 0, rows, bound);
  }
}

/** Then those between the bounds. */
export function finishStart(): void {
  memory.copy(gradient, bound, rows << 3);
  for (let row: usize = 0; row < rows; row++) {
    const weight = figure(alpha, row);
    if (weight > 0 && weight < 1) addRow(row, weight, 0, rows, gradient);
  }
}

/** So many steps at most; returns how many were made, fewer at the optimum. */
export function run(most: u32): u32 {
  for (let step: u32 = 0; step < most; step++) {
    countdown -= 1;
    if (countdown == 0) {
      countdown = min(rows, shrinkEvery);
      shrink();
    }
    if (!choosePair()) {
      reconstruct();
      takeAll();
      if (!choosePair()) return step;
      countdown = 1;
    }
    move();
  }
  return most;
}

function takeAll(): void {
  if (active == rows) return;
  active = rows;
  clearCache(rows, rows);
}

/** Largest of minus the gradient among rows below the upper bound. */
function highestUp(): f64 {
  let most = f64x2.splat(-Infinity);
  const one = f64x2.splat(1);
  const none = f64x2.splat(-Infinity);
  let row: usize = 0;
  for (; row + 2 <= active; row += 2) {
    const isBelow = f64x2.lt(v128.load(alpha + (row << 3)), one);
    most = f64x2.pmax(most, v128.bitselect(f64x2.neg(v128.load(gradient + (row << 3))), none, isBelow));
  }
  let highest = max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
  for (; row < active; row++) if (figure(alpha, row) < 1) highest = max(highest, -figure(gradient, row));
  return highest;
}

/** The most violating row, and the one with which a step wins most; false at the optimum. Of equal rows the last. */
function choosePair(): bool {
  const highest = highestUp();
  if (highest == -Infinity) return false;
  let chosen = active - 1;
  while (figure(alpha, chosen) >= 1 || -figure(gradient, chosen) != highest) chosen -= 1;
  const own = rowOf(<u32>chosen, active);
  let lowest = -Infinity;
  let best = Infinity;
  let other: i32 = -1;
  for (let row: usize = 0; row < active; row++) {
    if (figure(alpha, row) <= 0) continue;
    const slope = figure(gradient, row);
    if (slope >= lowest) lowest = slope;
    const difference = highest + slope;
    if (difference <= 0) continue;
    const curvature = 2 - 2 * <f64>load<f32>(own + (row << 2));
    const won = -(difference * difference) / (curvature > 0 ? curvature : smallestCurvature);
    if (won <= best) {
      best = won;
      other = <i32>row;
    }
  }
  if (highest + lowest < tolerance || other < 0) return false;
  first = <u32>chosen;
  second = <u32>other;
  return true;
}

/** Moves weight from one row of the pair to the other. */
function move(): void {
  const firstRow = rowOf(first, active);
  const secondRow = rowOf(second, active);
  const curvature = 2 - 2 * <f64>load<f32>(firstRow + (<usize>second << 2));
  const delta = (figure(gradient, first) - figure(gradient, second)) / (curvature > 0 ? curvature : smallestCurvature);
  const firstBefore = figure(alpha, first);
  const secondBefore = figure(alpha, second);
  const sum = firstBefore + secondBefore;
  let a = firstBefore - delta;
  let b = secondBefore + delta;
  if (sum > 1) {
    if (a > 1) {
      a = 1;
      b = sum - 1;
    }
  } else if (b < 0) {
    a = sum;
    b = 0;
  }
  if (sum > 1) {
    if (b > 1) {
      a = sum - 1;
      b = 1;
    }
  } else if (a < 0) {
    a = 0;
    b = sum;
  }
  store<f64>(alpha + (<usize>first << 3), a);
  store<f64>(alpha + (<usize>second << 3), b);
  addBoth(firstRow, a - firstBefore, secondRow, b - secondBefore);
  moveBound(first, firstBefore, a, firstRow);
  moveBound(second, secondBefore, b, secondRow);
}

function addBoth(firstRow: usize, firstChange: f64, secondRow: usize, secondChange: f64): void {
  const one = f64x2.splat(firstChange);
  const other = f64x2.splat(secondChange);
  let row: usize = 0;
  for (; row + 2 <= active; row += 2) {
    const at = gradient + (row << 3);
    const a = f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(firstRow + (row << 2))), one);
    const b = f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(secondRow + (row << 2))), other);
    v128.store(at, f64x2.add(v128.load(at), f64x2.add(a, b)));
  }
  for (; row < active; row++) {
    const change = <f64>load<f32>(firstRow + (row << 2)) * firstChange + <f64>load<f32>(secondRow + (row << 2)) * secondChange;
    store<f64>(gradient + (row << 3), figure(gradient, row) + change);
  }
}

/** @param known its kernels with the active rows */
function moveBound(row: u32, before: f64, after: f64, known: usize): void {
  if (before >= 1 == after >= 1) return;
  const sign: f64 = after >= 1 ? 1 : -1;
  const from = active & ~7;
  addKnown(known, sign, from, bound);
  addRow(row, sign, from, rows, bound);
}

function lowestDown(): f64 {
  let most = -Infinity;
  for (let row: usize = 0; row < active; row++) {
    if (figure(alpha, row) > 0 && figure(gradient, row) >= most) most = figure(gradient, row);
  }
  return most;
}

// @ts-ignore: decorator
@inline
function isSettled(row: usize, up: f64, down: f64): bool {
  const weight = figure(alpha, row);
  if (weight >= 1) return -figure(gradient, row) > up;
  return weight <= 0 && figure(gradient, row) > down;
}

/** Sets rows aside that will stay at their bounds. */
function shrink(): void {
  const up = highestUp();
  const down = lowestDown();
  if (!unshrunk && up + down <= tolerance * 10) {
    unshrunk = true;
    reconstruct();
    takeAll();
  }
  let swaps: usize = 0;
  for (let row: usize = 0; row < active; row++) {
    if (!isSettled(row, up, down)) continue;
    active -= 1;
    while (active > row) {
      if (!isSettled(active, up, down)) {
        swapRows(row, active);
        store<u32>(pairs + (swaps << 3), <u32>row);
        store<u32>(pairs + (swaps << 3), <u32>active, 4);
        swaps += 1;
        break;
      }
      active -= 1;
    }
  }
  swapWithinRows(pairs, swaps);
  narrowCache(active);
}

function swapRows(one: usize, other: usize): void {
  swapPoints(one, other);
  swapFigures(alpha, one, other);
  swapFigures(gradient, one, other);
  swapFigures(bound, one, other);
  const before = load<u32>(source + (one << 2));
  store<u32>(source + (one << 2), load<u32>(source + (other << 2)));
  store<u32>(source + (other << 2), before);
  swapInCache(<u32>one, <u32>other);
}

// @ts-ignore: decorator
@inline
function swapFigures(list: usize, one: usize, other: usize): void {
  const before = figure(list, one);
  store<f64>(list + (one << 3), figure(list, other));
  store<f64>(list + (other << 3), before);
}

/** The gradient of the rows set aside; that of the active ones stays to the bit. */
function reconstruct(): void {
  if (active == rows) return;
  const from = active & ~7;
  // eight are computed at a time: up to seven of them are active
  memory.copy(held, gradient + (from << 3), 64);
  for (let row = active; row < rows; row++) store<f64>(gradient + (row << 3), figure(bound, row));
  for (let row: usize = 0; row < active; row++) {
    const weight = figure(alpha, row);
    if (weight > 0 && weight < 1) addRow(row, weight, from, rows, gradient);
  }
  memory.copy(gradient + (from << 3), held, (active - from) << 3);
}

/** A row is strange when the sum of alpha times kernel is below this. */
export function rho(): f64 {
  let free: u32 = 0;
  let sum: f64 = 0;
  let high = Infinity;
  let low = -Infinity;
  for (let row: usize = 0; row < rows; row++) {
    const slope = figure(gradient, row);
    const weight = figure(alpha, row);
    if (weight >= 1) low = max(low, slope);
    else if (weight <= 0) high = min(high, slope);
    else {
      free += 1;
      sum += slope;
    }
  }
  return free > 0 ? sum / <f64>free : (high + low) / 2;
}
