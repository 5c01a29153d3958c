/** Smoothing with a separable kernel and local maxima of the result; bins the residuals on the way. */
import { isFloat, residualRow, width } from './frame';

// Smoothed are the residuals themselves (block 1) or their sums over 2 x 2 pixels (block 2).
let block: i32 = 1;
let columns: i32 = 0;
let rows: i32 = 0;
let validRows: i32 = 0;
let reach: i32 = 0;
let kernel: usize = 0;
let threshold: f32 = 0;
/** Bytes of a row in the buffers, room for 16 floats beyond its end included. */
let pitch: usize = 0;
let padded: usize = 0;
let ring: usize = 0;
let smoothed: usize = 0;
let nothing: usize = 0;
let pointers: usize = 0;
/** Next row of blocks to be read. */
let next: i32 = 0;

let cell: i32 = 0;
let cellColumns: i32 = 0;
let cellRows: i32 = 0;
let cellSums: usize = 0;
let cellNumbers: usize = 0;
let cells: usize = 0;

const lowest: f32 = -6;
const cellClip: f32 = 5;

/** Bytes of the buffers that `beginDetection` needs. */
export function detectionBytes(reachPixels: i32): i32 {
  const row = ((width + 2 * reachPixels + 48) << 2) & ~63;
  return row * (2 * reachPixels + 1 + 9) + 1024;
}

/**
 * `weights` are the kernel's middle weight and those on one side. `cellPixels` > 0 bins residuals clamped to +-5 into
 * `cellsAt`: sums over the root of their number.
 */
export function beginDetection(
  blockPixels: i32,
  readableRows: i32,
  weights: usize,
  reachPixels: i32,
  least: f32,
  buffers: usize,
  cellPixels: i32,
  cellsAt: usize,
): void {
  block = blockPixels;
  columns = width / block;
  validRows = readableRows;
  rows = readableRows / block;
  kernel = weights;
  reach = reachPixels;
  threshold = least;
  pitch = <usize>((((width + 2 * reach + 48) << 2) & ~63));
  padded = buffers;
  smoothed = padded + 2 * pitch;
  nothing = smoothed + 3 * pitch;
  cellSums = nothing + pitch;
  cellNumbers = cellSums + pitch;
  ring = cellNumbers + pitch;
  pointers = ring + <usize>(2 * reach + 1) * pitch;
  memory.fill(buffers, 0, ring - buffers);
  next = 0;
  cell = cellPixels;
  cells = cellsAt;
  if (cell > 0) {
    cellColumns = width / cell;
    cellRows = readableRows / cell;
  }
}

/**
 * Reads rows of blocks up to `until` (beyond the last one: ends) and writes the maxima found on the way: 3 values each,
 * column, row (as floats) and strength. Returns how many.
 */
export function detectRows(until: i32, out: usize, room: i32): i32 {
  let count = 0;
  const taps = 2 * reach + 1;
  for (; next < until && next < rows + reach + 1; next++) {
    const slot = ring + <usize>(next % taps) * pitch;
    if (next < rows) {
      loadRow(next);
      smoothAlong(slot);
    }
    const centre = next - reach;
    if (centre >= 0 && centre < rows) smoothAcross(centre, smoothed + <usize>(centre % 3) * pitch);
    const row = centre - 1;
    if (row >= 1 && row < rows - 1) count = collect(row, out, count, room);
  }
  return count;
}

function loadRow(row: i32): void {
  const target = padded + (<usize>reach << 2);
  if (block === 1) {
    residualRow(row, 0, width, target);
    bin(row, target);
    clean(target, width);
    return;
  }
  const upper = target + pitch;
  residualRow(2 * row, 0, width, target);
  bin(2 * row, target);
  clean(target, width);
  residualRow(2 * row + 1, 0, width, upper);
  bin(2 * row + 1, upper);
  clean(upper, width);
  const half = f32x4.splat(0.5);
  for (let x = 0; x < columns; x += 4) {
    const at = <usize>x << 3;
    const left = f32x4.add(v128.load(target + at), v128.load(upper + at));
    const right = f32x4.add(v128.load(target + at, 16), v128.load(upper + at, 16));
    const even = v128.shuffle<f32>(left, right, 0, 2, 4, 6);
    const odd = v128.shuffle<f32>(left, right, 1, 3, 5, 7);
    v128.store(target + (<usize>x << 2), f32x4.mul(f32x4.add(even, odd), half));
  }
  // What the wider row left behind the narrower one is no light.
  memory.fill(target + (<usize>columns << 2), 0, <usize>(reach + 8) << 2);
}

function clean(at: usize, count: i32): void {
  const low = f32x4.splat(lowest);
  const end = at + (<usize>count << 2);
  let place = at;
  if (isFloat)
    for (; place < end; place += 16) {
      const value = v128.load(place);
      v128.store(place, f32x4.max(v128.and(value, f32x4.eq(value, value)), low));
    }
  else for (; place < end; place += 16) v128.store(place, f32x4.max(v128.load(place), low));
  memory.fill(end, 0, 64);
}

function bin(y: i32, at: usize): void {
  if (cell === 0 || y >= cellRows * cell) return;
  const high = f32x4.splat(cellClip);
  const low = f32x4.splat(-cellClip);
  if (isFloat) {
    const one = f32x4.splat(1);
    for (let x = 0; x < width; x += 4) {
      const place = <usize>x << 2;
      const value = v128.load(at + place);
      const defined = f32x4.eq(value, value);
      const clamped = v128.and(f32x4.max(f32x4.min(value, high), low), defined);
      v128.store(cellSums + place, f32x4.add(v128.load(cellSums + place), clamped));
      v128.store(cellNumbers + place, f32x4.add(v128.load(cellNumbers + place), v128.and(one, defined)));
    }
  } else
    for (let x = 0; x < width; x += 4) {
      const place = <usize>x << 2;
      const clamped = f32x4.max(f32x4.min(v128.load(at + place), high), low);
      v128.store(cellSums + place, f32x4.add(v128.load(cellSums + place), clamped));
    }
  if ((y + 1) % cell !== 0) return;
  let target = cells + (<usize>((y / cell) * cellColumns) << 2);
  const full = <f32>(cell * cell);
  let place = cellSums;
  for (let column = 0; column < cellColumns; column++, target += 4) {
    let sum: f32 = 0;
    let number = full;
    if (isFloat) {
      number = 0;
      for (let k = 0; k < cell; k++) number += load<f32>(place + (cellNumbers - cellSums) + (k << 2));
    }
    for (let k = 0; k < cell; k++, place += 4) sum += load<f32>(place);
    store<f32>(target, <f32>2 * number < full ? f32.NaN : sum / Mathf.sqrt(number));
  }
  memory.fill(cellSums, 0, <usize>width << 2);
  if (isFloat) memory.fill(cellNumbers, 0, <usize>width << 2);
}

/** Sixteen values at a time, so that weights and loop are paid for once in sixteen. */
function smoothAlong(out: usize): void {
  const middle = padded + (<usize>reach << 2);
  const centre = v128.load32_splat(kernel);
  const end = <usize>columns << 2;
  for (let x: usize = 0; x < end; x += 64) {
    let at = middle + x;
    let a = f32x4.mul(v128.load(at), centre);
    let b = f32x4.mul(v128.load(at, 16), centre);
    let c = f32x4.mul(v128.load(at, 32), centre);
    let d = f32x4.mul(v128.load(at, 48), centre);
    let left = at;
    let right = at;
    for (let k = 1; k <= reach; k++) {
      const weight = v128.load32_splat(kernel + (<usize>k << 2));
      left -= 4;
      right += 4;
      a = f32x4.add(a, f32x4.mul(weight, f32x4.add(v128.load(left), v128.load(right))));
      b = f32x4.add(b, f32x4.mul(weight, f32x4.add(v128.load(left, 16), v128.load(right, 16))));
      c = f32x4.add(c, f32x4.mul(weight, f32x4.add(v128.load(left, 32), v128.load(right, 32))));
      d = f32x4.add(d, f32x4.mul(weight, f32x4.add(v128.load(left, 48), v128.load(right, 48))));
    }
    v128.store(out + x, a);
    v128.store(out + x, b, 16);
    v128.store(out + x, c, 32);
    v128.store(out + x, d, 48);
  }
}

function smoothAcross(centreRow: i32, out: usize): void {
  const taps = 2 * reach + 1;
  for (let k = -reach; k <= reach; k++) {
    const row = centreRow + k;
    const at = row < 0 || row >= rows ? nothing : ring + <usize>(row % taps) * pitch;
    store<usize>(pointers + (<usize>(k + reach) << 2), at);
  }
  const centre = v128.load32_splat(kernel);
  const middle = load<usize>(pointers + (<usize>reach << 2));
  const end = <usize>columns << 2;
  for (let x: usize = 0; x < end; x += 64) {
    let a = f32x4.mul(v128.load(middle + x), centre);
    let b = f32x4.mul(v128.load(middle + x, 16), centre);
    let c = f32x4.mul(v128.load(middle + x, 32), centre);
    let d = f32x4.mul(v128.load(middle + x, 48), centre);
    for (let k = 1; k <= reach; k++) {
      const weight = v128.load32_splat(kernel + (<usize>k << 2));
      const above = load<usize>(pointers + (<usize>(reach - k) << 2)) + x;
      const below = load<usize>(pointers + (<usize>(reach + k) << 2)) + x;
      a = f32x4.add(a, f32x4.mul(weight, f32x4.add(v128.load(above), v128.load(below))));
      b = f32x4.add(b, f32x4.mul(weight, f32x4.add(v128.load(above, 16), v128.load(below, 16))));
      c = f32x4.add(c, f32x4.mul(weight, f32x4.add(v128.load(above, 32), v128.load(below, 32))));
      d = f32x4.add(d, f32x4.mul(weight, f32x4.add(v128.load(above, 48), v128.load(below, 48))));
    }
    v128.store(out + x, a);
    v128.store(out + x, b, 16);
    v128.store(out + x, c, 32);
    v128.store(out + x, d, 48);
  }
}

function collect(row: i32, out: usize, start: i32, room: i32): i32 {
  let count = start;
  const above = smoothed + <usize>((row + 2) % 3) * pitch;
  const here = smoothed + <usize>(row % 3) * pitch;
  const below = smoothed + <usize>((row + 1) % 3) * pitch;
  const least = f32x4.splat(threshold);
  for (let x = 0; x < columns; x += 4) {
    if (!v128.any_true(f32x4.ge(v128.load(here + (<usize>x << 2)), least))) continue;
    for (let i = max(1, x); i < min(columns - 1, x + 4); i++) {
      const at = here + (<usize>i << 2);
      const value = load<f32>(at);
      if (value < threshold || value <= load<f32>(at - 4) || value < load<f32>(at + 4)) continue;
      const up = above + (<usize>i << 2);
      if (value <= load<f32>(up) || value <= load<f32>(up - 4) || value <= load<f32>(up + 4)) continue;
      const down = below + (<usize>i << 2);
      if (value < load<f32>(down) || value < load<f32>(down - 4) || value < load<f32>(down + 4)) continue;
      if (count < room) {
        const place = out + <usize>count * 12;
        store<f32>(place, <f32>i);
        store<f32>(place + 4, <f32>row);
        store<f32>(place + 8, value);
      }
      count++;
    }
  }
  return count;
}
