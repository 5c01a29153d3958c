/**
 * What trees tell apart: classes, by Gini impurity or entropy, and values, by variance. A sweep moves rows of the node
 * to one side, one by one; which side that is does not matter to the gain. Places are those of the rows in the node.
 */
const GINI: i32 = 0;
const ENTROPY: i32 = 1;
const VARIANCE: i32 = 2;

let criterion: i32 = GINI;
let classes: i32 = 0;
/** Per row of the table: weight as f64; class as u32 or value as f64. */
let weights: usize = 0;
let known: usize = 0;
/** Per row and per place, 16 bytes: weight as f64; eight times the class as u32, or value times weight as f64. */
let records: usize = 0;
let places: usize = 0;
/** Per class: weight in the node, and what was moved of it. */
let totals: usize = 0;
let moved: usize = 0;

// of the node
let weightSum: f64 = 0;
let valueSum: f64 = 0;
let squareSum: f64 = 0;
// of the sweep under way
let movedWeight: f64 = 0;
let movedValue: f64 = 0;
let movedSquares: f64 = 0;
let restSquares: f64 = 0;

/** A figure for each class; quicker than memory.fill, which is a call out of the module. */
// @ts-ignore: decorator
@inline
function clear(at: usize): void {
  const end = at + (<usize>classes << 3);
  for (; at < end; at += 8) store<f64>(at, 0);
}

/** @param room classes x 16 bytes */
export function setClasses(entropy: bool, count: i32, labels: usize, weightsAt: usize, recordsAt: usize, placesAt: usize, room: usize): void {
  criterion = entropy ? ENTROPY : GINI;
  classes = count;
  known = labels;
  weights = weightsAt;
  records = recordsAt;
  places = placesAt;
  totals = room;
  moved = room + (<usize>count << 3);
}

export function setValues(values: usize, weightsAt: usize, recordsAt: usize, placesAt: usize): void {
  criterion = VARIANCE;
  known = values;
  weights = weightsAt;
  records = recordsAt;
  places = placesAt;
}

/** Reads the weights anew. */
export function readWeights(rows: u32): void {
  for (let row: usize = 0; row < <usize>rows; row++) {
    const weight = load<f64>(weights + (row << 3));
    const record = records + (row << 4);
    store<f64>(record, weight);
    if (criterion == VARIANCE) store<f64>(record + 8, weight * load<f64>(known + (row << 3)));
    else store<u32>(record + 8, load<u32>(known + (row << 2)) << 3);
  }
}

/** Looks at the rows listed from `at` on. Returns the impurity of the node times its weight: what a perfect split would win. */
export function enter(at: usize, count: i32): f64 {
  return criterion == VARIANCE ? enterValues(at, count) : enterClasses(at, count);
}

function enterClasses(at: usize, count: i32): f64 {
  clear(totals);
  weightSum = 0;
  for (let place: usize = 0; place < <usize>count; place++) {
    const row = <usize>load<u32>(at + (place << 2));
    const record = v128.load(records + (row << 4));
    v128.store(places + (place << 4), record);
    const weight = f64x2.extract_lane(record, 0);
    const total = totals + <usize>i32x4.extract_lane(record, 2);
    store<f64>(total, load<f64>(total) + weight);
    weightSum += weight;
  }
  squareSum = 0;
  let entropy: f64 = 0;
  for (let label = 0; label < classes; label++) {
    const weight = load<f64>(totals + (<usize>label << 3));
    squareSum += weight * weight;
    if (criterion == ENTROPY && weight > 0) entropy -= weight * Math.log(weight / weightSum);
  }
  return criterion == ENTROPY ? entropy : weightSum - squareSum / weightSum;
}

function enterValues(at: usize, count: i32): f64 {
  weightSum = 0;
  valueSum = 0;
  squareSum = 0;
  for (let place: usize = 0; place < <usize>count; place++) {
    const row = <usize>load<u32>(at + (place << 2));
    const record = v128.load(records + (row << 4));
    v128.store(places + (place << 4), record);
    const value = f64x2.extract_lane(record, 1);
    weightSum += f64x2.extract_lane(record, 0);
    valueSum += value;
    squareSum += value * load<f64>(known + (row << 3));
  }
  const impurity = squareSum - (valueSum * valueSum) / weightSum;
  // what rounding leaves of a node of equal values is none
  return impurity <= squareSum * 1e-14 ? 0 : impurity;
}

/** Nothing is moved. */
// @ts-ignore: decorator
@inline
export function startSweep(): void {
  movedWeight = 0;
  movedValue = 0;
  movedSquares = 0;
  restSquares = squareSum;
  if (criterion != VARIANCE) clear(moved);
}

// @ts-ignore: decorator
@inline
export function move(place: usize): void {
  const weight = load<f64>(places + (place << 4));
  movedWeight += weight;
  if (criterion == VARIANCE) {
    movedValue += load<f64>(places + (place << 4) + 8);
    return;
  }
  const label = <usize>load<u32>(places + (place << 4) + 8);
  const before = load<f64>(moved + label);
  const rest = load<f64>(totals + label) - before;
  store<f64>(moved + label, before + weight);
  movedSquares += weight * (2 * before + weight);
  restSquares -= weight * (2 * rest - weight);
}

/** To be maximised: minus the impurity that remains, times weight. */
// @ts-ignore: decorator
@inline
export function gain(): f64 {
  const restWeight = weightSum - movedWeight;
  if (criterion == GINI) return movedSquares / movedWeight + restSquares / restWeight - weightSum;
  if (criterion == ENTROPY) return -remainingEntropy(restWeight);
  const restValue = valueSum - movedValue;
  return (movedValue * movedValue) / movedWeight + (restValue * restValue) / restWeight - squareSum;
}

function remainingEntropy(restWeight: f64): f64 {
  let remaining: f64 = 0;
  for (let label = 0; label < classes; label++) {
    const onThis = load<f64>(moved + (<usize>label << 3));
    const onOther = load<f64>(totals + (<usize>label << 3)) - onThis;
    if (onThis > 0) remaining -= onThis * Math.log(onThis / movedWeight);
    if (onOther > 1e-12) remaining -= onOther * Math.log(onOther / restWeight);
  }
  return remaining;
}

/** Writes what a leaf of this node says, as f32: shares of the classes, or the mean value. */
export function leaf(out: usize): void {
  if (criterion == VARIANCE) {
    store<f32>(out, <f32>(valueSum / weightSum));
    return;
  }
  for (let label = 0; label < classes; label++) {
    const total = load<f64>(totals + (<usize>label << 3));
    store<f32>(out + (<usize>label << 2), <f32>(total / weightSum));
  }
}
