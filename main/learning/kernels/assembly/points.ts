/**
 * Kernels exp(-gamma |a - b|²) of one point with many, as exp(2 gamma a.b - gamma |a|² - gamma |b|²): the columns of two
 * points lie beside each other, so that two are computed at once.
 */
import { exponential } from './exponential';

/** [pairs of points, columns, 2] f64 */
let points: usize = 0;
/** gamma |p|² of each, f64 */
let squares: usize = 0;
export let columns: usize = 0;
let gamma: f64 = 0;
/** 2 gamma p of the point asked about, [columns] f64 */
let own: usize = 0;

/** Room for points is a multiple of 8; those that fill it up are zero. */
export function setPoints(pointsAt: usize, squaresAt: usize, ownAt: usize, columnCount: u32, g: f64): void {
  points = pointsAt;
  squares = squaresAt;
  own = ownAt;
  columns = columnCount;
  gamma = g;
}

// @ts-ignore: decorator
@inline
function placeOf(point: usize): usize {
  return points + ((point >> 1) * columns << 4) + ((point & 1) << 3);
}

/** @param values [columns] f64 */
export function packPoint(point: u32, values: usize): void {
  let square: f64 = 0;
  let at = placeOf(point);
  for (let column: usize = 0; column < columns; column++, at += 16) {
    const value = load<f64>(values + (column << 3));
    store<f64>(at, value);
    square += value * value;
  }
  store<f64>(squares + (<usize>point << 3), gamma * square);
}

export function swapPoints(one: usize, other: usize): void {
  let first = placeOf(one);
  let second = placeOf(other);
  for (let column: usize = 0; column < columns; column++, first += 16, second += 16) {
    const held = load<f64>(first);
    store<f64>(first, load<f64>(second));
    store<f64>(second, held);
  }
  const held = load<f64>(squares + (one << 3));
  store<f64>(squares + (one << 3), load<f64>(squares + (other << 3)));
  store<f64>(squares + (other << 3), held);
}

// @ts-ignore: decorator
@inline
function askAbout(point: usize): f64 {
  let at = placeOf(point);
  for (let column: usize = 0; column < columns; column++, at += 16) {
    store<f64>(own + (column << 3), 2 * gamma * load<f64>(at));
  }
  return load<f64>(squares + (point << 3));
}

/** Of the points `from` up to `to`, eight at a time, as f32 at `out` + 4 from on. @param from a multiple of 8 */
export function kernelRow(point: usize, from: usize, to: usize, out: usize): void {
  const square = f64x2.splat(askAbout(point));
  for (let other = from; other < to; other += 8) eightKernels(other, square, out + (other << 2));
}

// @ts-ignore: decorator
@inline
function eightKernels(other: usize, square: v128, out: usize): void {
  const at = squares + (other << 3);
  let a = f64x2.neg(f64x2.add(square, v128.load(at)));
  let b = f64x2.neg(f64x2.add(square, v128.load(at, 16)));
  let c = f64x2.neg(f64x2.add(square, v128.load(at, 32)));
  let d = f64x2.neg(f64x2.add(square, v128.load(at, 48)));
  const step = columns << 4;
  let p = points + (other * columns << 3);
  let q = p + 2 * step;
  const end = own + (columns << 3);
  for (let w = own; w < end; w += 8, p += 16, q += 16) {
    const weight = v128.load64_splat(w);
    a = f64x2.add(a, f64x2.mul(v128.load(p), weight));
    b = f64x2.add(b, f64x2.mul(v128.load(p + step), weight));
    c = f64x2.add(c, f64x2.mul(v128.load(q), weight));
    d = f64x2.add(d, f64x2.mul(v128.load(q + step), weight));
  }
  v128.store(out, fourFloats(exponential(a), exponential(b)));
  v128.store(out, fourFloats(exponential(c), exponential(d)), 16);
}

// @ts-ignore: decorator
@inline
function fourFloats(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

const eight: usize = memory.data(32, 16);

/** Adds weight times the kernel row of a point, in single precision, to a list of f64. @param from a multiple of 8 */
export function addRow(point: usize, weight: f64, from: usize, to: usize, list: usize): void {
  const square = f64x2.splat(askAbout(point));
  const times = f64x2.splat(weight);
  for (let other = from; other < to; other += 8) {
    eightKernels(other, square, eight);
    addEight(eight, times, list + (other << 3));
  }
}

/** The same of a row that is known, from 0 up to `to`, a multiple of 8. */
export function addKnown(row: usize, weight: f64, to: usize, list: usize): void {
  const times = f64x2.splat(weight);
  for (let other: usize = 0; other < to; other += 8) addEight(row + (other << 2), times, list + (other << 3));
}

// @ts-ignore: decorator
@inline
function addEight(row: usize, times: v128, list: usize): void {
  for (let pair: usize = 0; pair < 4; pair++) {
    const at = list + (pair << 4);
    const values = f64x2.promote_low_f32x4(v128.load64_zero(row + (pair << 3)));
    v128.store(at, f64x2.add(v128.load(at), f64x2.mul(times, values)));
  }
}

// of scoring: the points are support vectors
let weights: usize = 0;
let asked: usize = 0;
let padded: usize = 0;

/**
 * @param weightsAt f64 of each point, 0 of those that fill up
 * @param askedAt [2, columns] f64: the rows asked about
 * @param count a multiple of 8
 */
export function setAsked(weightsAt: usize, askedAt: usize, count: u32): void {
  weights = weightsAt;
  asked = askedAt;
  padded = count;
}

// @ts-ignore: decorator
@inline
function weigh(values: usize, out: usize): f64 {
  let square: f64 = 0;
  for (let column: usize = 0; column < columns; column++) {
    const value = load<f64>(values + (column << 3));
    store<f64>(out + (column << 3), 2 * gamma * value);
    square += value * value;
  }
  return gamma * square;
}

/** Sum of weight times kernel of the first row asked about. */
export function scoreOne(): f64 {
  const square = f64x2.splat(weigh(asked, own));
  let sum = f64x2.splat(0);
  for (let other: usize = 0; other < padded; other += 2) {
    let a = f64x2.neg(f64x2.add(square, v128.load(squares + (other << 3))));
    let p = points + (other * columns << 3);
    const end = own + (columns << 3);
    for (let w = own; w < end; w += 8, p += 16) a = f64x2.add(a, f64x2.mul(v128.load(p), v128.load64_splat(w)));
    sum = f64x2.add(sum, f64x2.mul(v128.load(weights + (other << 3)), exponential(a)));
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** The same of both rows, written where they were asked: `askedAt` and behind it. */
export function scoreTwo(): void {
  const width = columns << 3;
  const first = f64x2.splat(weigh(asked, own));
  const second = f64x2.splat(weigh(asked + width, own + width));
  let firstSum = f64x2.splat(0);
  let secondSum = f64x2.splat(0);
  for (let other: usize = 0; other < padded; other += 4) {
    const at = squares + (other << 3);
    const low = v128.load(at);
    const high = v128.load(at, 16);
    let a = f64x2.neg(f64x2.add(first, low));
    let b = f64x2.neg(f64x2.add(first, high));
    let c = f64x2.neg(f64x2.add(second, low));
    let d = f64x2.neg(f64x2.add(second, high));
    let p = points + (other * columns << 3);
    const step = columns << 4;
    const end = own + width;
    for (let w = own; w < end; w += 8, p += 16) {
      const x = v128.load(p);
      const y = v128.load(p + step);
      const u = v128.load64_splat(w);
      const v = v128.load64_splat(w + width);
      a = f64x2.add(a, f64x2.mul(x, u));
      b = f64x2.add(b, f64x2.mul(y, u));
      c = f64x2.add(c, f64x2.mul(x, v));
      d = f64x2.add(d, f64x2.mul(y, v));
    }
    const u = v128.load(weights + (other << 3));
    const v = v128.load(weights + (other << 3), 16);
    firstSum = f64x2.add(firstSum, f64x2.add(f64x2.mul(u, exponential(a)), f64x2.mul(v, exponential(b))));
    secondSum = f64x2.add(secondSum, f64x2.add(f64x2.mul(u, exponential(c)), f64x2.mul(v, exponential(d))));
  }
  store<f64>(asked, f64x2.extract_lane(firstSum, 0) + f64x2.extract_lane(firstSum, 1));
  store<f64>(asked + 8, f64x2.extract_lane(secondSum, 0) + f64x2.extract_lane(secondSum, 1));
}
